//! Tensors that the file itself gives.

use std::rc::Rc;

use crate::ModelError;
use crate::exec::attributes::shown;
use crate::exec::values::{Constant, Value};
use crate::onnx::proto::{BOOL, DOUBLE, EXTERNAL, FLOAT, INT32, INT64, TensorProto};

/// What a tensor in the file is good for.
pub(crate) fn constant(tensor: &TensorProto) -> Result<Value, ModelError> {
    let name = shown(&tensor.name);
    if tensor.data_location == EXTERNAL {
        return Err(ModelError::model(format!(
            "constant `{name}` lies in another file"
        )));
    }
    let raw = &tensor.raw_data;
    let value = match tensor.data_type {
        INT64 => integers(tensor, either(raw, &tensor.int64_data, i64::from_le_bytes)),
        INT32 => {
            let values = either(raw, &tensor.int32_data, i32::from_le_bytes);
            integers(tensor, values.into_iter().map(i64::from).collect())
        }
        BOOL => {
            let values = match raw.is_empty() {
                true => tensor
                    .int32_data
                    .iter()
                    .map(|&is| i64::from(is != 0))
                    .collect(),
                false => raw.iter().map(|&is| i64::from(is != 0)).collect(),
            };
            integers(tensor, values)
        }
        FLOAT => numbers(tensor, either(raw, &tensor.float_data, f32::from_le_bytes)),
        DOUBLE => {
            let values = either(raw, &tensor.double_data, f64::from_le_bytes);
            numbers(
                tensor,
                values.into_iter().map(|value| value as f32).collect(),
            )
        }
        _ => return Ok(Value::Opaque),
    };
    let values = match &value {
        Value::Integers(integers) => integers.values.len(),
        Value::Numbers(numbers) => numbers.values.len(),
        _ => 0,
    };
    let size = tensor
        .dims
        .iter()
        .try_fold(1i64, |size, &dim| size.checked_mul(dim));
    if size != i64::try_from(values).ok() {
        return Err(ModelError::model(format!(
            "constant `{name}` does not have as many values as its shape says"
        )));
    }
    Ok(value)
}

fn numbers(tensor: &TensorProto, values: Vec<f32>) -> Value {
    let dims = dims(tensor);
    Value::Numbers(Rc::new(Constant { values, dims }))
}

fn integers(tensor: &TensorProto, values: Vec<i64>) -> Value {
    let dims = dims(tensor);
    Value::Integers(Rc::new(Constant { values, dims }))
}

fn dims(tensor: &TensorProto) -> Vec<usize> {
    tensor.dims.iter().map(|&dim| dim.max(0) as usize).collect()
}

/// The values from the bytes or, where there are none, from the field of their type.
fn either<const N: usize, T: Clone>(
    raw: &[u8],
    field: &[T],
    from_bytes: impl Fn([u8; N]) -> T,
) -> Vec<T> {
    if raw.is_empty() {
        return field.to_vec();
    }
    let chunks = raw.chunks(N).filter_map(|chunk| chunk.try_into().ok());
    chunks.map(from_bytes).collect()
}
