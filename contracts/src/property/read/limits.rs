//! ODCS `logicalTypeOptions` -> [`Options`]. An option that is not checked here is refused, so that no contract
//! promises what the gate does not hold.

use regex::Regex;
use serde_json::Number;

use super::super::{Format, LogicalType, Options, Pattern};
use crate::document::{Cursor, DocumentError, Fields};

const RANGE: &[&str] = &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const INTEGER: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];
const STRING: &[&str] = &["minLength", "maxLength", "pattern", "format"];
const ARRAY: &[&str] = &["minItems", "maxItems"];

/// Whole numbers up to here are the same in a 64-bit float.
const EXACT: i64 = 1 << 53;

pub(super) fn options(
    fields: &Fields<'_>,
    logical_type: &LogicalType,
) -> Result<Options, DocumentError> {
    let Some(cursor) = fields.get("logicalTypeOptions") else {
        return Ok(Options::default());
    };
    let known = match logical_type {
        LogicalType::String => STRING,
        LogicalType::Integer => INTEGER,
        LogicalType::Number => RANGE,
        LogicalType::Array(_) => ARRAY,
        _ => &[],
    };
    if known.is_empty() {
        return Err(cursor.error(
            format!("the type {} has no options here", logical_type.name()),
            "remove `logicalTypeOptions`",
        ));
    }
    let given = cursor.clone().fields(known)?;
    let bound = |name: &str| -> Result<Option<Number>, DocumentError> {
        let bound = given.get(name);
        bound.map(|bound| number(&bound, logical_type)).transpose()
    };
    let count = |name: &str| given.get(name).map(|count| count.count()).transpose();
    let options = Options {
        minimum: bound("minimum")?,
        maximum: bound("maximum")?,
        exclusive_minimum: bound("exclusiveMinimum")?,
        exclusive_maximum: bound("exclusiveMaximum")?,
        multiple_of: given
            .get("multipleOf")
            .map(|of| multiple(&of))
            .transpose()?,
        min_length: count("minLength")?,
        max_length: count("maxLength")?,
        pattern: given.get("pattern").map(|of| pattern(&of)).transpose()?,
        format: given.get("format").map(|of| format(&of)).transpose()?,
        min_items: count("minItems")?,
        max_items: count("maxItems")?,
    };
    match is_empty(&options) {
        true => Err(cursor.error(
            "no value can keep these options",
            "raise the upper bound or lower the lower one",
        )),
        false => Ok(options),
    }
}

fn number(cursor: &Cursor<'_>, logical_type: &LogicalType) -> Result<Number, DocumentError> {
    let number = cursor.number()?;
    match logical_type {
        LogicalType::Integer if number.as_i64().is_none() => Err(cursor.error(
            "the bound of an integer is no integer",
            "write a whole number of 64 bits",
        )),
        LogicalType::Number if !exact(number) => Err(cursor.error(
            "a 64-bit float cannot keep this bound",
            "write one up to 2^53",
        )),
        _ => Ok(number.clone()),
    }
}

fn exact(number: &Number) -> bool {
    number.is_f64()
        || number
            .as_i64()
            .is_some_and(|integer| (-EXACT..=EXACT).contains(&integer))
}

fn multiple(cursor: &Cursor<'_>) -> Result<Number, DocumentError> {
    let number = cursor.number()?;
    match number.as_i64() {
        Some(1..) => Ok(number.clone()),
        _ => Err(cursor.error(
            "no multiple of an integer",
            "write a whole number, at least 1",
        )),
    }
}

fn format(cursor: &Cursor<'_>) -> Result<Format, DocumentError> {
    cursor.one_of(&["uuid"]).map(|_| Format::Uuid)
}

/// ODCS patterns are ECMA-262, and every reader of a contract has its own engine. What engines take differently
/// has to be written out.
fn pattern(cursor: &Cursor<'_>) -> Result<Pattern, DocumentError> {
    let source = cursor.text()?;
    if let Some(found) = ambiguous(source) {
        return Err(cursor.error(
            format!("`{found}` means different things to different readers"),
            "write the characters out, such as [0-9] for digits, and groups as (...) or (?:...)",
        ));
    }
    let regex = Regex::new(source).map_err(|_| {
        cursor.error(
            "not a regular expression that every reader understands",
            "write one without look-around and back-references, and check its brackets",
        )
    })?;
    Ok(Pattern {
        source: source.to_owned(),
        regex,
    })
}

/// The first part of a pattern that ECMA-262 and the engine of this gate read differently.
fn ambiguous(source: &str) -> Option<&str> {
    let mut in_class = false;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '\\' => {
                let escaped = rest[1..].chars().next()?;
                let taken = 1 + escaped.len_utf8();
                if "dDwWsSbBpPAzZG<>".contains(escaped) {
                    return Some(&rest[..taken]);
                }
                taken
            }
            '(' if !in_class && rest.starts_with("(?") && !rest.starts_with("(?:") => {
                return Some("(?");
            }
            '[' if in_class => return Some("["),
            '&' | '-' | '~' if in_class && rest[1..].starts_with(first) => return rest.get(..2),
            '[' => {
                in_class = true;
                1
            }
            ']' => {
                in_class = false;
                1
            }
            other => other.len_utf8(),
        };
        rest = &rest[taken..];
    }
    None
}

fn is_empty(options: &Options) -> bool {
    let order = |low: &Option<Number>, high: &Option<Number>| match (low, high) {
        (Some(low), Some(high)) => low.as_f64().partial_cmp(&high.as_f64()),
        _ => None,
    };
    let counts =
        |low: Option<u64>, high: Option<u64>| low.zip(high).is_some_and(|(low, high)| low > high);
    let Options {
        minimum,
        maximum,
        exclusive_minimum,
        exclusive_maximum,
        ..
    } = options;
    order(minimum, maximum).is_some_and(std::cmp::Ordering::is_gt)
        || order(exclusive_minimum, maximum).is_some_and(std::cmp::Ordering::is_ge)
        || order(minimum, exclusive_maximum).is_some_and(std::cmp::Ordering::is_ge)
        || order(exclusive_minimum, exclusive_maximum).is_some_and(std::cmp::Ordering::is_ge)
        || counts(options.min_length, options.max_length)
        || counts(options.min_items, options.max_items)
}
