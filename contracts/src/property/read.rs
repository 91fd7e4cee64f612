//! ODCS properties -> [`Property`].

mod custom;
mod limits;

use serde_json::Value;

use super::{Allowed, EnumValue, LogicalType, Property};
use crate::about::{AuthoritativeDefinition, CustomProperty, each};
use crate::document::{DocumentError, Fields};
use crate::gate::check_example;
use custom::Custom;

const TYPES: &[&str] = &[
    "string",
    "integer",
    "number",
    "boolean",
    "date",
    "timestamp",
    "time",
    "object",
    "array",
];
/// Types of ODCS that no record can be held to here, and what to write instead.
const REFUSED: [(&str, &str); 2] = [
    ("map", "write an array of objects with a key and a value"),
    (
        "vector",
        "write an array of numbers with minItems and maxItems",
    ),
];
const LONGEST_NAME: usize = 64;

/// Whether the platform may fill a property in: only at the top of a record, for an event is one record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    Nested,
}

/// The properties of the records of a schema.
pub(crate) fn properties(schema: &Fields<'_>) -> Result<Vec<Property>, DocumentError> {
    list(schema, Place::Top)
}

fn list(object: &Fields<'_>, place: Place) -> Result<Vec<Property>, DocumentError> {
    let list = object.require("properties")?;
    let mut properties: Vec<Property> = Vec::new();
    for item in list.items()? {
        let fields = item.clone().mapping()?;
        let name = name(&fields)?;
        // Delta compares column names without regard to case.
        if properties
            .iter()
            .any(|other| other.name.eq_ignore_ascii_case(&name))
        {
            return Err(item.error(
                format!("property `{name}` is there already"),
                "give every property a name of its own; capitals do not make a difference",
            ));
        }
        properties.push(property(name, &fields, place)?);
    }
    match properties.is_empty() {
        true => Err(list.error("no properties", "list at least one")),
        false => Ok(properties),
    }
}

fn name(fields: &Fields<'_>) -> Result<String, DocumentError> {
    let cursor = fields.require("name")?;
    let name = cursor.text()?;
    let good = name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match good {
        true => Ok(name.to_owned()),
        false => Err(cursor.error(
            format!("`{name}` cannot be a column name"),
            "write letters, digits and _, not starting with a digit, at most 64",
        )),
    }
}

fn property(name: String, fields: &Fields<'_>, place: Place) -> Result<Property, DocumentError> {
    let logical_type = logical_type(fields)?;
    let values = enum_values(fields)?;
    let custom = Custom::read(fields, &logical_type, place)?;
    let mut property = Property {
        name,
        business_name: fields.text("businessName")?,
        description: fields.text("description")?.unwrap_or_default(),
        options: limits::options(fields, &logical_type)?,
        allowed: allowed(fields, &logical_type, &values)?,
        logical_type,
        required: fields.flag("required")?,
        unique: fields.flag("unique")?,
        primary_key: fields.flag("primaryKey")?,
        primary_key_position: position(fields)?,
        critical: fields.flag("criticalDataElement")?,
        deprecated: fields.flag("deprecated")?,
        tags: fields.texts("tags")?,
        definitions: each(
            fields,
            "authoritativeDefinitions",
            AuthoritativeDefinition::read,
        )?,
        custom_properties: each(fields, "customProperties", CustomProperty::read)?,
        classification: fields.text("classification")?,
        unit: custom.unit,
        examples: Vec::new(),
        values,
        assigned: custom.assigned,
        event_key: custom.event_key,
    };
    custom::check_keys(&property, fields, place)?;
    for cursor in fields.items("examples")? {
        let example = cursor.json();
        if let Err(violation) = check_example(&property, &example) {
            return Err(cursor.error(
                format!(
                    "the example breaks the property's own rule `{}`",
                    violation.rule()
                ),
                format!("write {}", violation.expected()),
            ));
        }
        property.examples.push(example);
    }
    Ok(property)
}

/// The standard: -1 stands for no position.
fn position(fields: &Fields<'_>) -> Result<Option<i64>, DocumentError> {
    let position = fields.get("primaryKeyPosition");
    let position = position.map(|position| position.number().map(|number| number.as_i64()));
    Ok(position
        .transpose()?
        .flatten()
        .filter(|position| *position >= 0))
}

fn logical_type(fields: &Fields<'_>) -> Result<LogicalType, DocumentError> {
    let written = fields.require("logicalType")?;
    if let Some((name, remedy)) = REFUSED.iter().find(|(name, _)| written.text() == Ok(*name)) {
        return Err(written.error(format!("records have no type {name} here"), *remedy));
    }
    let logical_type = match written.one_of(TYPES)? {
        "string" => LogicalType::String,
        "integer" => LogicalType::Integer,
        "number" => LogicalType::Number,
        "boolean" => LogicalType::Boolean,
        "date" => LogicalType::Date,
        "timestamp" => LogicalType::Timestamp,
        "time" => LogicalType::Time,
        "object" => LogicalType::Object(object(fields)?),
        _ => {
            let item = fields.require("items")?.mapping()?;
            LogicalType::Array(Box::new(property("item".to_owned(), &item, Place::Nested)?))
        }
    };
    let stray = match logical_type {
        LogicalType::Object(_) => fields.get("items"),
        LogicalType::Array(_) => fields.get("properties"),
        _ => fields.get("properties").or_else(|| fields.get("items")),
    };
    match stray {
        None => Ok(logical_type),
        Some(stray) => Err(stray.error(
            format!("a property of type {} has none", logical_type.name()),
            "remove it, or make it an object (with properties) or an array (with items)",
        )),
    }
}

/// The properties of an object, those that its options list as required among them.
fn object(fields: &Fields<'_>) -> Result<Vec<Property>, DocumentError> {
    let mut properties = list(fields, Place::Nested)?;
    for required in limits::required(fields)? {
        let name = required.text()?;
        let property = properties.iter_mut().find(|property| property.name == name);
        match property {
            Some(property) => property.required = true,
            None => {
                let problem = format!("the object has no property `{name}`");
                return Err(required.error(problem, "list the name of a property, or remove it"));
            }
        }
    }
    Ok(properties)
}

fn enum_values(fields: &Fields<'_>) -> Result<Vec<EnumValue>, DocumentError> {
    let mut values: Vec<EnumValue> = Vec::new();
    for cursor in fields.items("enum")? {
        let entry = cursor.clone().mapping()?;
        let value = entry.require("value")?.json();
        if values.iter().any(|other| other.value == value) {
            return Err(cursor.error("the value is there already", "list every value once"));
        }
        values.push(EnumValue {
            value,
            label: entry.text("label")?,
            description: entry.text("description")?,
        });
    }
    match (fields.get("enum"), values.is_empty()) {
        (Some(list), true) => Err(list.error("no values", "list at least one, or remove `enum`")),
        _ => Ok(values),
    }
}

fn allowed(
    fields: &Fields<'_>,
    logical_type: &LogicalType,
    values: &[EnumValue],
) -> Result<Option<Allowed>, DocumentError> {
    let Some(list) = fields.get("enum") else {
        return Ok(None);
    };
    let values = || values.iter().map(|value| &value.value);
    let allowed = match logical_type {
        LogicalType::String => {
            let texts: Option<Vec<_>> = values().map(|v| v.as_str().map(str::to_owned)).collect();
            texts.map(|mut texts| {
                texts.sort_unstable();
                Allowed::Strings(texts.into())
            })
        }
        LogicalType::Integer => {
            let integers: Option<Vec<_>> = values().map(Value::as_i64).collect();
            integers.map(|mut integers| {
                integers.sort_unstable();
                Allowed::Integers(integers.into())
            })
        }
        LogicalType::Number => {
            let numbers: Option<Vec<_>> = values().map(Value::as_f64).collect();
            numbers.map(|mut numbers| {
                numbers.sort_unstable_by(f64::total_cmp);
                Allowed::Numbers(numbers.into())
            })
        }
        other => {
            return Err(list.error(
                format!(
                    "a property of type {} cannot be an enumeration",
                    other.name()
                ),
                "remove `enum`, or make it a string, integer or number",
            ));
        }
    };
    let name = logical_type.name();
    let wrong = || {
        list.error(
            format!("a value is no {name}"),
            "write values of the property's type",
        )
    };
    allowed.map(Some).ok_or_else(wrong)
}
