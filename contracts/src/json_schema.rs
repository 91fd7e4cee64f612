//! Contract -> JSON Schema 2020-12.

use serde_json::{Map, Value, json};

use crate::contract::{Contract, Side};
use crate::formats;
use crate::property::{Format, LogicalType, Property};

/// RFC 3339 as the gate reads it. Said in full, because most validators do not check `format`.
const TIMESTAMP: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$";
/// A time of day without offset; the format `time` of JSON Schema asks for one.
const TIME: &str = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?$";

pub(crate) fn derive(contract: &Contract, side: Side) -> Value {
    let schema = contract.schema();
    let shown = schema
        .properties()
        .iter()
        .filter(|property| side == Side::Stored || property.assigned().is_none());
    let side = match side {
        Side::Input => "input",
        Side::Stored => "stored",
    };
    let mut derived = Map::new();
    derived.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    let (domain, name, version) = (contract.domain(), contract.name(), contract.version());
    derived.insert(
        "$id".to_owned(),
        json!(format!(
            "urn:mesh:contract:{domain}:{name}:{version}:{side}"
        )),
    );
    derived.insert("title".to_owned(), json!(format!("{name} {version}")));
    let description = match schema.description() {
        "" => contract.description(),
        description => description,
    };
    put_text(&mut derived, "description", description);
    derived.insert("type".to_owned(), json!("object"));
    object(&mut derived, shown);
    Value::Object(derived)
}

fn object<'a>(
    derived: &mut Map<String, Value>,
    properties: impl Iterator<Item = &'a Property> + Clone,
) {
    let required: Vec<&str> = properties
        .clone()
        .filter(|property| property.required())
        .map(Property::name)
        .collect();
    let properties: Map<String, Value> = properties
        .map(|property| (property.name().to_owned(), value(property)))
        .collect();
    derived.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        derived.insert("required".to_owned(), json!(required));
    }
    derived.insert("additionalProperties".to_owned(), json!(false));
}

fn value(property: &Property) -> Value {
    let mut derived = Map::new();
    put_text(
        &mut derived,
        "title",
        property.business_name().unwrap_or_default(),
    );
    put_text(&mut derived, "description", &description(property));
    let name = match property.logical_type() {
        LogicalType::Date | LogicalType::Timestamp | LogicalType::Time => "string",
        other => other.name(),
    };
    derived.insert("type".to_owned(), nullable(property, name));
    if !property.enum_values().is_empty() {
        let values = property
            .enum_values()
            .iter()
            .map(|value| value.value().clone());
        let null = (!property.required()).then_some(Value::Null);
        derived.insert("enum".to_owned(), values.chain(null).collect());
    }
    match property.logical_type() {
        LogicalType::Date => {
            derived.insert("format".to_owned(), json!("date"));
        }
        LogicalType::Timestamp => {
            derived.insert("format".to_owned(), json!("date-time"));
            derived.insert("pattern".to_owned(), json!(TIMESTAMP));
        }
        LogicalType::Time => {
            derived.insert("pattern".to_owned(), json!(TIME));
        }
        LogicalType::Object(properties) => object(&mut derived, properties.iter()),
        LogicalType::Array(item) => {
            derived.insert("items".to_owned(), value(item));
        }
        LogicalType::String | LogicalType::Integer | LogicalType::Number | LogicalType::Boolean => {
        }
    }
    limits(&mut derived, property);
    if !property.examples().is_empty() {
        derived.insert("examples".to_owned(), json!(property.examples()));
    }
    if property.assigned().is_some() {
        derived.insert("readOnly".to_owned(), json!(true));
    }
    Value::Object(derived)
}

fn nullable(property: &Property, name: &str) -> Value {
    match property.required() {
        true => json!(name),
        false => json!([name, "null"]),
    }
}

/// What the property means, and after it what its values stand for.
fn description(property: &Property) -> String {
    let labels = property.enum_values().iter().filter_map(|value| {
        let shown = match value.value() {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        value.label().map(|label| format!("{shown} = {label}"))
    });
    let labels = labels.collect::<Vec<_>>().join("; ");
    match (property.description().trim_end(), labels.as_str()) {
        (description, "") => description.to_owned(),
        ("", labels) => labels.to_owned(),
        (description, labels) => format!("{description} ({labels})"),
    }
}

fn limits(derived: &mut Map<String, Value>, property: &Property) {
    let options = property.options();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            derived.insert(name.to_owned(), value);
        }
    };
    let number = |number: Option<&serde_json::Number>| number.cloned().map(Value::Number);
    let bits = matches!(property.logical_type(), LogicalType::Integer)
        && property.enum_values().is_empty();
    let or_bits = |bound: Option<Value>, limit: i64| bound.or_else(|| bits.then(|| limit.into()));
    put("minimum", or_bits(number(options.minimum()), i64::MIN));
    put("maximum", or_bits(number(options.maximum()), i64::MAX));
    put("exclusiveMinimum", number(options.exclusive_minimum()));
    put("exclusiveMaximum", number(options.exclusive_maximum()));
    put("multipleOf", number(options.multiple_of()));
    put("minLength", options.min_length().map(Value::from));
    put("maxLength", options.max_length().map(Value::from));
    put("minItems", options.min_items().map(Value::from));
    put("maxItems", options.max_items().map(Value::from));
    put("uniqueItems", options.unique_items().then(|| true.into()));
    put("formatMinimum", options.earliest().map(Value::from));
    put("formatMaximum", options.latest().map(Value::from));
    put("formatExclusiveMinimum", options.after().map(Value::from));
    put("formatExclusiveMaximum", options.before().map(Value::from));
    texts(derived, property);
}

/// A format is said by name and as a pattern, because most validators do not check `format`.
fn texts(derived: &mut Map<String, Value>, property: &Property) {
    let options = property.options();
    match options.format() {
        Some(Format::Byte) => derived.insert("contentEncoding".to_owned(), json!("base64")),
        Some(format) => derived.insert("format".to_owned(), json!(format.name())),
        None => None,
    };
    match (options.pattern(), options.format().map(formats::pattern)) {
        (Some(one), None) | (None, Some(one)) => derived.insert("pattern".to_owned(), json!(one)),
        (Some(one), Some(other)) => {
            let both = json!([{ "pattern": one }, { "pattern": other }]);
            derived.insert("allOf".to_owned(), both)
        }
        (None, None) => None,
    };
}

fn put_text(derived: &mut Map<String, Value>, name: &str, text: &str) {
    if !text.is_empty() {
        derived.insert(name.to_owned(), json!(text));
    }
}
