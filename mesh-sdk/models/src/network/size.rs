//! How much memory a file may demand before it is looked at as a network.

use crate::exec::constants::constant;
use crate::exec::values::Value;
use crate::onnx::proto::{GraphProto, NodeProto};

/// How many times larger than its input, or how large, a node makes its output by a constant. Nothing else of a file can demand much
/// memory before the network is there to be looked at.
pub(super) fn size(graph: &GraphProto, node: &NodeProto) -> usize {
    let by = match node.op_type.as_str() {
        "ConstantOfShape" => &node.input[..],
        "Expand" | "OneHot" | "Pad" | "Range" | "Resize" | "Tile" => {
            node.input.get(1..).unwrap_or_default()
        }
        _ => return 1,
    };
    let numbers = by.iter().map(|name| {
        let given = graph.initializer.iter().find(|tensor| tensor.name == *name);
        match given.map(constant) {
            Some(Ok(Value::Integers(integers))) => {
                integers.values.iter().fold(1usize, |size, &dim| {
                    size.saturating_mul(
                        usize::try_from(dim.unsigned_abs())
                            .unwrap_or(usize::MAX)
                            .max(1),
                    )
                })
            }
            _ => 1,
        }
    });
    numbers.fold(1, usize::saturating_mul)
}
