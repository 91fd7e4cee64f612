//! ODCS `logicalTypeOptions` -> [`Options`]. An option that is not checked here is refused, so that no contract
//! promises what the gate does not hold.

mod moments;
mod numbers;
mod pattern;

use std::cmp::Ordering;

use serde_json::Number;

use super::super::{Format, LogicalType, Moment, Options, Property};
use crate::document::{Cursor, DocumentError, Fields};

const INTEGER: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "format",
];
const DATE: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "format",
];
const TIME: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "format",
    "timezone",
    "defaultTimezone",
];
const STRING: &[&str] = &["minLength", "maxLength", "pattern", "format"];
const ARRAY: &[&str] = &["minItems", "maxItems", "uniqueItems"];
const OBJECT: &[&str] = &["required", "minProperties", "maxProperties"];

pub(super) fn options(
    fields: &Fields<'_>,
    logical_type: &LogicalType,
) -> Result<Options, DocumentError> {
    let Some(cursor) = fields.get("logicalTypeOptions") else {
        return Ok(Options::default());
    };
    let given = |known| cursor.clone().fields(known);
    let options = match logical_type {
        LogicalType::String => string(&given(STRING)?)?,
        LogicalType::Integer | LogicalType::Number => {
            numbers::options(&given(INTEGER)?, logical_type)?
        }
        LogicalType::Date => moments::options(&given(DATE)?, logical_type)?,
        LogicalType::Timestamp | LogicalType::Time => {
            moments::options(&given(TIME)?, logical_type)?
        }
        LogicalType::Array(item) => array(&given(ARRAY)?, item)?,
        LogicalType::Object(properties) => {
            check_counts(&given(OBJECT)?, properties)?;
            Options::default()
        }
        LogicalType::Boolean => {
            return Err(cursor.error(
                "the type boolean has no options",
                "remove `logicalTypeOptions`",
            ));
        }
    };
    match is_empty(&options) {
        true => Err(cursor.error(
            "no value can keep these options",
            "raise the upper bound or lower the lower one",
        )),
        false => Ok(options),
    }
}

/// The names in the option `required` of an object.
pub(super) fn required<'a>(fields: &Fields<'a>) -> Result<Vec<Cursor<'a>>, DocumentError> {
    match fields.get("logicalTypeOptions") {
        Some(cursor) => cursor.fields(OBJECT)?.items("required"),
        None => Ok(Vec::new()),
    }
}

fn string(given: &Fields<'_>) -> Result<Options, DocumentError> {
    Ok(Options {
        min_length: count(given, "minLength")?,
        max_length: count(given, "maxLength")?,
        pattern: given
            .get("pattern")
            .map(|of| pattern::pattern(&of))
            .transpose()?,
        format: given.get("format").map(|of| format(&of)).transpose()?,
        ..Options::default()
    })
}

fn format(cursor: &Cursor<'_>) -> Result<Format, DocumentError> {
    let remedy = match cursor.text()? {
        "binary" => "JSON has no bytes: write byte, which is base64",
        "password" => "it asks nothing of a text: remove it, and say `classification`",
        _ => {
            let name = cursor.one_of(&Format::ALL.map(Format::name))?;
            let format = Format::ALL.into_iter().find(|format| format.name() == name);
            return format.ok_or_else(|| cursor.error("no format", "remove it"));
        }
    };
    Err(cursor.error("a format that cannot be held", remedy))
}

fn array(given: &Fields<'_>, item: &Property) -> Result<Options, DocumentError> {
    let unique_items = given.flag("uniqueItems")?;
    let told_apart = matches!(
        item.logical_type,
        LogicalType::String
            | LogicalType::Integer
            | LogicalType::Boolean
            | LogicalType::Date
            | LogicalType::Time
    );
    match given.get("uniqueItems") {
        Some(cursor) if unique_items && !told_apart => Err(cursor.error(
            format!(
                "items of type {} that differ in JSON can be the same in a dataset",
                item.logical_type.name()
            ),
            "remove `uniqueItems`, or make the items strings, integers, booleans, dates or times",
        )),
        _ => Ok(Options {
            min_items: count(given, "minItems")?,
            max_items: count(given, "maxItems")?,
            unique_items,
            ..Options::default()
        }),
    }
}

/// A dataset does not tell a field that is null from one that is absent. So only such numbers of properties are
/// taken as the properties themselves ensure.
fn check_counts(given: &Fields<'_>, properties: &[Property]) -> Result<(), DocumentError> {
    let required = properties.iter().filter(|property| property.required);
    let (fewest, most) = (required.count() as u64, properties.len() as u64);
    if let Some(minimum) = count(given, "minProperties")?
        && minimum > fewest
    {
        return Err(given.error(
            format!("minProperties is {minimum}, but {fewest} properties are required"),
            "list in `required` the properties that must be there, or remove `minProperties`",
        ));
    }
    if let Some(maximum) = count(given, "maxProperties")?
        && maximum < most
    {
        return Err(given.error(
            format!("maxProperties is {maximum}, but there are {most} properties"),
            "remove the properties that must not be there, or remove `maxProperties`",
        ));
    }
    Ok(())
}

fn count(given: &Fields<'_>, name: &str) -> Result<Option<u64>, DocumentError> {
    given.get(name).map(|count| count.count()).transpose()
}

fn is_empty(options: &Options) -> bool {
    let numbers = |low: &Option<Number>, high: &Option<Number>| match (low, high) {
        (Some(low), Some(high)) => low.as_f64().partial_cmp(&high.as_f64()),
        _ => None,
    };
    let moments = |low: &Option<Moment>, high: &Option<Moment>| match (low, high) {
        (Some(low), Some(high)) => Some(low.count.cmp(&high.count)),
        _ => None,
    };
    let counts =
        |low: Option<u64>, high: Option<u64>| low.zip(high).is_some_and(|(low, high)| low > high);
    let times = &options.moments;
    let inclusive = [
        numbers(&options.minimum, &options.maximum),
        moments(&times.minimum, &times.maximum),
    ];
    let exclusive = [
        numbers(&options.exclusive_minimum, &options.maximum),
        numbers(&options.minimum, &options.exclusive_maximum),
        numbers(&options.exclusive_minimum, &options.exclusive_maximum),
        moments(&times.exclusive_minimum, &times.maximum),
        moments(&times.minimum, &times.exclusive_maximum),
        moments(&times.exclusive_minimum, &times.exclusive_maximum),
    ];
    inclusive.into_iter().flatten().any(Ordering::is_gt)
        || exclusive.into_iter().flatten().any(Ordering::is_ge)
        || counts(options.min_length, options.max_length)
        || counts(options.min_items, options.max_items)
}
