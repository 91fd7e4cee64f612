//! The options of dates and times. There is one way to write each of them, RFC 3339, and every timestamp has its
//! offset: an option that asks for anything else is refused.

use crate::document::{Cursor, DocumentError, Fields};
use crate::formats;
use crate::property::{LogicalType, Moment, Moments, Options};

pub(super) fn options(
    given: &Fields<'_>,
    logical_type: &LogicalType,
) -> Result<Options, DocumentError> {
    let bound = |name: &str| -> Result<Option<Moment>, DocumentError> {
        let bound = given.get(name);
        bound.map(|bound| moment(&bound, logical_type)).transpose()
    };
    let moments = Moments {
        minimum: bound("minimum")?,
        maximum: bound("maximum")?,
        exclusive_minimum: bound("exclusiveMinimum")?,
        exclusive_maximum: bound("exclusiveMaximum")?,
    };
    if let Some(format) = given.get("format") {
        check_format(&format, logical_type)?;
    }
    if let Some(timezone) = given.get("timezone") {
        check_timezone(&timezone, logical_type)?;
    }
    if let Some(default) = given.get("defaultTimezone") {
        check_default(&default, logical_type)?;
    }
    Ok(Options {
        moments,
        ..Options::default()
    })
}

fn moment(cursor: &Cursor<'_>, logical_type: &LogicalType) -> Result<Moment, DocumentError> {
    let text = cursor.text()?;
    let (count, example) = match logical_type {
        LogicalType::Date => (formats::date(text).map(i64::from), "2024-02-29"),
        LogicalType::Time => (formats::time(text), "23:59:59"),
        _ => (formats::timestamp(text), "2024-02-29T23:59:59Z"),
    };
    match count {
        Some(_) if finer_than_kept(text) => Err(cursor.error(
            "a dataset keeps microseconds",
            "write at most 6 decimals of a second",
        )),
        Some(count) => Ok(Moment {
            text: text.to_owned(),
            count,
        }),
        None => Err(cursor.error(
            format!("no {}", logical_type.name()),
            format!("write one such as \"{example}\""),
        )),
    }
}

fn finer_than_kept(text: &str) -> bool {
    let decimals = text.split_once('.').map_or("", |(_, decimals)| decimals);
    let digits = decimals.bytes().take_while(u8::is_ascii_digit);
    digits.count() > 6
}

/// Names that Java's DateTimeFormatter, which ODCS refers to, has for what the gate reads.
fn check_format(cursor: &Cursor<'_>, logical_type: &LogicalType) -> Result<(), DocumentError> {
    let known: &[&str] = match logical_type {
        LogicalType::Date => &["yyyy-MM-dd", "ISO_LOCAL_DATE"],
        LogicalType::Time => &["ISO_LOCAL_TIME"],
        _ => &["ISO_OFFSET_DATE_TIME"],
    };
    match known.contains(&cursor.text()?) {
        true => Ok(()),
        false => Err(cursor.error(
            format!(
                "every {} is written as RFC 3339 has it",
                logical_type.name()
            ),
            format!("remove `format`, or write {}", known.join(" or ")),
        )),
    }
}

fn check_timezone(cursor: &Cursor<'_>, logical_type: &LogicalType) -> Result<(), DocumentError> {
    match (logical_type, cursor.boolean()?) {
        (LogicalType::Time, true) => Err(cursor.error(
            "a time of day has no offset here",
            "remove `timezone`, or make it a timestamp",
        )),
        (LogicalType::Timestamp, false) => Err(cursor.error(
            "every timestamp is written with its offset",
            "write true, or remove `timezone`",
        )),
        _ => Ok(()),
    }
}

fn check_default(cursor: &Cursor<'_>, logical_type: &LogicalType) -> Result<(), DocumentError> {
    match (logical_type, cursor.text()?) {
        (LogicalType::Timestamp, "UTC" | "Etc/UTC") => Ok(()),
        (LogicalType::Timestamp, _) => Err(cursor.error(
            "timestamps without an offset are taken for UTC",
            "write Etc/UTC, or remove `defaultTimezone`",
        )),
        _ => Err(cursor.error(
            "a time of day has no offset here",
            "remove `defaultTimezone`",
        )),
    }
}
