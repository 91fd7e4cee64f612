//! The options of integers and numbers. A `format` is held as the bounds it stands for.

use serde_json::Number;

use crate::document::{Cursor, DocumentError, Fields};
use crate::property::{LogicalType, Options, Step};

/// Whole numbers up to here are the same in a 64-bit float.
const EXACT: i64 = 1 << 53;
/// Decimals of so many digits are told apart by a 64-bit float.
const DIGITS: u32 = 15;
const MOST_DECIMALS: u32 = 9;

pub(super) fn options(
    given: &Fields<'_>,
    logical_type: &LogicalType,
) -> Result<Options, DocumentError> {
    let bound = |name: &str| -> Result<Option<Number>, DocumentError> {
        let bound = given.get(name);
        bound.map(|bound| number(&bound, logical_type)).transpose()
    };
    let mut options = Options {
        minimum: bound("minimum")?,
        maximum: bound("maximum")?,
        exclusive_minimum: bound("exclusiveMinimum")?,
        exclusive_maximum: bound("exclusiveMaximum")?,
        ..Options::default()
    };
    if let Some(cursor) = given.get("multipleOf") {
        options.multiple_of = Some(cursor.number()?.clone());
        match logical_type {
            LogicalType::Integer => whole_multiple(&cursor)?,
            _ => {
                let (step, limit) = decimal_multiple(&cursor)?;
                options.step = Some(step);
                narrow(&mut options, &(-limit).into(), &limit.into());
            }
        }
    }
    if let Some(cursor) = given.get("format") {
        let (low, high) = match logical_type {
            LogicalType::Integer => integer_format(&cursor)?,
            _ => number_format(&cursor)?,
        };
        narrow(&mut options, &low, &high);
    }
    Ok(options)
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

fn narrow(options: &mut Options, low: &Number, high: &Number) {
    let wider = |given: &Option<Number>| given.as_ref().and_then(Number::as_f64);
    if wider(&options.minimum).is_none_or(|given| low.as_f64() > Some(given)) {
        options.minimum = Some(low.clone());
    }
    if wider(&options.maximum).is_none_or(|given| high.as_f64() < Some(given)) {
        options.maximum = Some(high.clone());
    }
}

fn whole_multiple(cursor: &Cursor<'_>) -> Result<(), DocumentError> {
    match cursor.number()?.as_i64() {
        Some(1..) => Ok(()),
        _ => Err(cursor.error(
            "no multiple of an integer",
            "write a whole number, at least 1",
        )),
    }
}

/// The step, and up to where a float tells whether a number is a multiple of it.
fn decimal_multiple(cursor: &Cursor<'_>) -> Result<(Step, i64), DocumentError> {
    let step = cursor.number()?.as_f64().unwrap_or_default();
    let decimals = (0..=MOST_DECIMALS).find_map(|decimals| {
        let limit = 10_i64.pow(DIGITS - decimals);
        let scale = 10_f64.powi(decimals.cast_signed());
        let units = (step * scale).round();
        let fits = units >= 1.0 && units / scale == step && step <= limit as f64;
        #[expect(clippy::cast_possible_truncation, reason = "whole and at most 10^15")]
        fits.then_some((
            Step {
                units: units as i64,
                scale,
            },
            limit,
        ))
    });
    decimals.ok_or_else(|| {
        cursor.error(
            "no step of numbers",
            "write a number above 0 with at most 9 decimals and 15 digits, such as 0.05",
        )
    })
}

fn integer_format(cursor: &Cursor<'_>) -> Result<(Number, Number), DocumentError> {
    let name = cursor.one_of(&[
        "i8", "i16", "i32", "i64", "i128", "u8", "u16", "u32", "u64", "u128",
    ])?;
    Ok(match name {
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "i64" => (i64::MIN.into(), i64::MAX.into()),
        "u8" => (u8::MIN.into(), u8::MAX.into()),
        "u16" => (u16::MIN.into(), u16::MAX.into()),
        "u32" => (u32::MIN.into(), u32::MAX.into()),
        // A dataset has signed integers of 64 bits and nothing wider.
        "u64" => (0.into(), i64::MAX.into()),
        _ => {
            return Err(cursor.error(
                format!("integers of format {name} do not fit into a dataset"),
                "write i64, or make it a string",
            ));
        }
    })
}

fn number_format(cursor: &Cursor<'_>) -> Result<(Number, Number), DocumentError> {
    let largest = match cursor.one_of(&["f32", "f64"])? {
        "f32" => f64::from(f32::MAX),
        _ => f64::MAX,
    };
    let bounds = Number::from_f64(-largest).zip(Number::from_f64(largest));
    bounds.ok_or_else(|| cursor.error("no format of numbers", "write f32 or f64"))
}
