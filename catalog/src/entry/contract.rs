use mesh_contracts::{Contract, LogicalType, Options, Property};
use serde_json::{Map, Number, Value};

use super::{ContractEntry, EnumValue, FieldEntry};

#[cfg(test)]
mod tests;

impl From<&Contract> for ContractEntry {
    fn from(contract: &Contract) -> Self {
        let mut fields = Vec::new();
        for property in contract.schema().properties() {
            push(&mut fields, "", property);
        }
        Self {
            id: contract.id().to_owned(),
            name: contract.name().to_owned(),
            version: contract.version().to_owned(),
            status: contract.status().to_owned(),
            description: contract.description().to_owned(),
            source: Some(contract.source().to_owned()),
            fields,
        }
    }
}

/// One record a producer may send under `contract`, made of the examples in it. None when a field that must be
/// sent has no example.
pub fn example(contract: &Contract) -> Option<Value> {
    object(contract.schema().properties())
}

fn object(properties: &[Property]) -> Option<Value> {
    let mut record = Map::new();
    for property in properties
        .iter()
        .filter(|property| property.assigned().is_none())
    {
        match value(property) {
            Some(value) => {
                record.insert(property.name().to_owned(), value);
            }
            None if property.required() => return None,
            None => {}
        }
    }
    (!record.is_empty()).then_some(Value::Object(record))
}

fn value(property: &Property) -> Option<Value> {
    if let Some(example) = property.examples().first() {
        return Some(example.clone());
    }
    match property.logical_type() {
        LogicalType::Object(properties) => object(properties),
        LogicalType::Array(item) => Some(Value::Array(vec![value(item)?])),
        _ => property
            .enum_values()
            .first()
            .map(|allowed| allowed.value().clone()),
    }
}

fn push(fields: &mut Vec<FieldEntry>, parent: &str, property: &Property) {
    let path = if parent.is_empty() {
        property.name().to_owned()
    } else {
        format!("{parent}.{}", property.name())
    };
    fields.push(FieldEntry {
        kind: property.logical_type().name().to_owned(),
        title: property.business_name().map(str::to_owned),
        required: property.required(),
        assigned: property.assigned().is_some(),
        deprecated: property.deprecated(),
        classification: property.classification().map(str::to_owned),
        description: property.description().to_owned(),
        rule: rule(property),
        values: property
            .enum_values()
            .iter()
            .map(|allowed| EnumValue {
                value: in_words(allowed.value()),
                label: allowed.label().map(str::to_owned),
                description: allowed.description().map(str::to_owned),
            })
            .collect(),
        examples: property.examples().iter().map(in_words).collect(),
        path: path.clone(),
    });
    match property.logical_type() {
        LogicalType::Object(properties) => {
            for property in properties {
                push(fields, &path, property);
            }
        }
        LogicalType::Array(item) => {
            // A list of plain values is told by its own row; what the items consist of is not.
            if let LogicalType::Object(properties) = item.logical_type() {
                for property in properties {
                    push(fields, &format!("{path}[]"), property);
                }
            }
        }
        _ => {}
    }
}

/// A string is shown without its quotes.
pub(crate) fn in_words(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// The limits of a property in words, with its unit: `50 to 300 mm Hg`.
fn rule(property: &Property) -> Option<String> {
    let options = property.options();
    let mut parts = Vec::new();
    let numbers = numbers(options);
    match (numbers.is_empty(), property.unit()) {
        (false, Some(unit)) => parts.push(format!("{numbers} {unit}")),
        (false, None) => parts.push(numbers),
        (true, Some(unit)) => parts.push(unit.to_owned()),
        (true, None) => {}
    }
    parts.extend(
        options
            .multiple_of()
            .map(|step| format!("in steps of {step}")),
    );
    parts.extend(between(
        options.min_length(),
        options.max_length(),
        "character",
    ));
    parts.extend(between(options.min_items(), options.max_items(), "item"));
    parts.extend(options.format().map(|format| format.words().to_owned()));
    parts.extend(
        options
            .pattern()
            .map(|pattern| format!("matches {pattern}")),
    );
    if property.unique() || property.primary_key() {
        parts.push("unique".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn numbers(options: &Options) -> String {
    if let (Some(low), Some(high)) = (options.minimum(), options.maximum()) {
        return format!("{low} to {high}");
    }
    let limit =
        |word: &str, number: Option<&Number>| number.map(|number| format!("{word} {number}"));
    [
        limit("at least", options.minimum()),
        limit("above", options.exclusive_minimum()),
        limit("at most", options.maximum()),
        limit("below", options.exclusive_maximum()),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" and ")
}

fn between(low: Option<u64>, high: Option<u64>, thing: &str) -> Option<String> {
    let (range, last) = match (low, high) {
        (Some(low), Some(high)) if low == high => (low.to_string(), low),
        (Some(low), Some(high)) => (format!("{low} to {high}"), high),
        (Some(low), None) => (format!("at least {low}"), low),
        (None, Some(high)) => (format!("at most {high}"), high),
        (None, None) => return None,
    };
    let plural = if last == 1 { "" } else { "s" };
    Some(format!("{range} {thing}{plural}"))
}
