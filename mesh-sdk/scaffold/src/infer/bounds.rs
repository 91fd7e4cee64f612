//! Bounds that the next row will not break: what was observed goes into the description, what is promised is wider.

use serde_json::Number;

use super::column::Column;
use super::property::Kind;
use super::words;

/// Whole numbers up to here are the same in a 64-bit float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Name of a quantity whose range everybody knows: word of its name, from, to.
const KNOWN: &[(&str, f64, f64)] = &[
    ("age", 0.0, 130.0),
    ("alter", 0.0, 130.0),
    ("week", 1.0, 53.0),
    ("month", 1.0, 12.0),
    ("monat", 1.0, 12.0),
    ("hour", 0.0, 24.0),
    ("percent", 0.0, 100.0),
    ("percentage", 0.0, 100.0),
    ("latitude", -90.0, 90.0),
    ("longitude", -180.0, 180.0),
    ("fraction", 0.0, 1.0),
    ("share", 0.0, 1.0),
    ("probability", 0.0, 1.0),
];
const YEARS: (f64, f64) = (1900.0, 2100.0);

/// The least and the greatest value that the contract lets through.
pub(super) fn of(column: &Column, kind: Kind) -> (Option<Number>, Option<Number>) {
    let (Kind::Integer | Kind::Number, Some(seen)) = (kind, column.numbers) else {
        return (None, None);
    };
    let within = |low: f64, high: f64| low <= seen.least && seen.greatest <= high;
    let name = &column.name.name;
    let year = words::is_year(name).then_some(YEARS);
    let known = KNOWN
        .iter()
        .find(|(word, low, high)| name.split('_').any(|part| part == *word) && within(*low, *high))
        .map(|(_, low, high)| (*low, *high));
    if let Some((low, high)) = known.or(year).filter(|(low, high)| within(*low, *high)) {
        return (number(low), number(high));
    }
    match seen.least >= 0.0 {
        true => (number(0.0), None),
        false => (None, None),
    }
}

/// A power of two, at least 16 and half as much again as was seen: room for longer ones.
pub(super) fn length(longest: u64) -> u64 {
    (longest + longest / 2).max(16).next_power_of_two()
}

/// Rounded to two digits: a size, and nobody's value.
pub(super) fn two_digits(number: f64) -> f64 {
    format!("{number:.1e}").parse().unwrap_or(number)
}

/// As an integer, if a float keeps it exactly.
#[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
pub(super) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

fn number(bound: f64) -> Option<Number> {
    whole(bound).map(Number::from)
}
