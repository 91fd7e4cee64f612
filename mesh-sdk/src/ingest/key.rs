use mesh_contracts::{Contract, Record};
use serde_json::Value;

/// What the event of a record is about: the value of the contract's event key. Events of one subject keep their order.
pub(crate) fn subject(contract: &Contract, record: &Record) -> Option<String> {
    let key = contract.schema().event_key()?;
    match record.get(key.name())? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        // 63.0 is the integer 63, and has to be the same subject.
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Some(integer.to_string()),
            None => number.as_f64().map(|number| (number as i64).to_string()),
        },
        _ => None,
    }
}
