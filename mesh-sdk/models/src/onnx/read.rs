//! Reading a file that anybody may have made.

use prost::{DecodeError, Message};

use crate::ModelError;
use crate::onnx::proto::ModelProto;

/// The largest file that is read.
const MAX_BYTES: usize = 256 << 20;
/// The most fields that the model, its graph and the graph's nodes may have together. A node or attribute of two bytes becomes a
/// struct of a hundred and more, so that a file made to that end would take a gigabyte to decode.
const MAX_FIELDS: usize = 100_000;
/// The fields that lead from the model to its graph's nodes: `ModelProto.graph`, `GraphProto.node`.
const TO_NODES: &[u64] = &[7, 1];
/// The most fields that attributes may have on top: a string for each node of each tree, of which each takes 24 bytes at least.
const MAX_VALUES: usize = 8_000_000;
/// As [`TO_NODES`], on to the nodes' attributes: `NodeProto.attribute`.
const TO_ATTRIBUTES: &[u64] = &[7, 1, 5];

/// Decodes an ONNX file, once its size is known to be bearable.
pub(crate) fn decode(onnx: &[u8]) -> Result<ModelProto, ModelError> {
    if onnx.len() > MAX_BYTES {
        return Err(ModelError::model(format!(
            "it is larger than {MAX_BYTES} bytes"
        )));
    }
    let broken = || ModelError::model("it cannot be decoded");
    if count_fields(onnx, TO_NODES).ok_or_else(broken)? > MAX_FIELDS {
        return Err(ModelError::model(format!(
            "it has more than {MAX_FIELDS} nodes and attributes"
        )));
    }
    if count_fields(onnx, TO_ATTRIBUTES).ok_or_else(broken)? > MAX_FIELDS + MAX_VALUES {
        return Err(ModelError::model(format!(
            "its attributes have more than {MAX_VALUES} values"
        )));
    }
    ModelProto::decode(onnx).map_err(|_: DecodeError| broken())
}

/// The number of fields of this message and of those within that `path` leads to, or nothing where it is malformed.
fn count_fields(mut message: &[u8], path: &[u64]) -> Option<usize> {
    let mut count = 0;
    while !message.is_empty() {
        let key = varint(&mut message)?;
        count += 1;
        let length = match key & 7 {
            0 => varint(&mut message).map(|_| 0)?,
            1 => 8,
            2 => usize::try_from(varint(&mut message)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let (field, rest) = message.split_at_checked(length)?;
        message = rest;
        if let ([next, path @ ..], 2) = (path, key & 7)
            && *next == key >> 3
        {
            count += count_fields(field, path)?;
        }
    }
    Some(count)
}

/// Takes a number off the front: seven bits a byte, the lowest first, the eighth says that more follow.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests;
