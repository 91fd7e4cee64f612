use serde_json::{Number, Value};

use crate::Record;
use crate::contract::Schema;
use crate::property::LogicalType;

pub(crate) fn record(schema: &Schema, header: &[String], cells: &[&str]) -> Record {
    let properties = schema.properties();
    let typed = header.iter().zip(cells).map(|(name, cell)| {
        let property = properties.iter().find(|property| property.name() == name);
        let value = match property {
            Some(property) => value(property.logical_type(), cell),
            None => Value::String((*cell).to_owned()),
        };
        (name.clone(), value)
    });
    typed.collect()
}

fn value(logical_type: &LogicalType, cell: &str) -> Value {
    let trimmed = cell.trim();
    let typed = match logical_type {
        _ if cell.is_empty() => Some(Value::Null),
        LogicalType::Integer => integer(trimmed).or_else(|| number(trimmed)),
        LogicalType::Number => number(trimmed),
        LogicalType::Boolean => boolean(trimmed).map(Value::Bool),
        _ => None,
    };
    typed.unwrap_or_else(|| Value::String(cell.to_owned()))
}

fn integer(text: &str) -> Option<Value> {
    text.parse::<i64>().ok().map(Value::from)
}

fn number(text: &str) -> Option<Value> {
    float(text).and_then(Number::from_f64).map(Value::Number)
}

/// Only what is written like a number: Rust reads `inf`, `nan` and the like as floats, too.
pub(crate) fn float(text: &str) -> Option<f64> {
    let like_a_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let float = text.parse::<f64>().ok().filter(|_| like_a_number)?;
    float.is_finite().then_some(float)
}

pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
