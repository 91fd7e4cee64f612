//! The rules of single values. Records and columns are held to the same functions, so that they cannot disagree.

use std::collections::HashSet;
use std::hash::Hash;

use serde_json::{Number, Value};

use crate::formats;
use crate::property::{Allowed, LogicalType, Moment, Options, Property, Step};

/// The name of a rule that is not kept.
type Broken = Option<&'static str>;

fn rule(name: &'static str, kept: bool) -> Broken {
    (!kept).then_some(name)
}

/// A whole number of 64 bits, however it is written: `63.0` and `6.3e1` are 63.
pub(super) fn integer(number: &Number) -> Option<i64> {
    match number.is_f64() {
        true => number.as_f64().and_then(whole),
        false => number.as_i64(),
    }
}

pub(super) fn whole(float: f64) -> Option<i64> {
    const TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;
    let whole = float.fract() == 0.0 && (-TOO_LARGE..TOO_LARGE).contains(&float);
    #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
    whole.then_some(float as i64)
}

pub(super) fn integer_rule(property: &Property, integer: i64) -> Broken {
    let options = property.options();
    if let Some(Allowed::Integers(allowed)) = property.allowed()
        && allowed.binary_search(&integer).is_err()
    {
        return Some("enum");
    }
    range_rule(options, Number::as_i64, integer).or_else(|| {
        let multiple = options.multiple_of().and_then(Number::as_i64)?;
        rule("multiple-of", integer % multiple == 0)
    })
}

pub(super) fn number_rule(property: &Property, number: f64) -> Broken {
    if let Some(Allowed::Numbers(allowed)) = property.allowed()
        && !allowed.contains(&number)
    {
        return Some("enum");
    }
    let options = property.options();
    range_rule(options, Number::as_f64, number).or_else(|| {
        let step = options.step.as_ref()?;
        rule("multiple-of", is_multiple(step, number))
    })
}

/// Within the bounds that come with a step, a float has as many decimals as the step if it is what comes nearest
/// to a whole number of its units.
fn is_multiple(step: &Step, number: f64) -> bool {
    let units = (number * step.scale).round();
    units / step.scale == number && whole(units).is_some_and(|units| units % step.units == 0)
}

fn range_rule<T: PartialOrd + Copy>(
    options: &Options,
    bound: impl Fn(&Number) -> Option<T>,
    value: T,
) -> Broken {
    let bound = |number: Option<&Number>| number.and_then(&bound);
    if bound(options.minimum()).is_some_and(|minimum| value < minimum) {
        return Some("minimum");
    }
    if bound(options.maximum()).is_some_and(|maximum| value > maximum) {
        return Some("maximum");
    }
    if bound(options.exclusive_minimum()).is_some_and(|minimum| value <= minimum) {
        return Some("exclusive-minimum");
    }
    let maximum = bound(options.exclusive_maximum())?;
    rule("exclusive-maximum", value < maximum)
}

pub(super) fn string_rule(property: &Property, text: &str) -> Broken {
    let options = property.options();
    if let Some(Allowed::Strings(allowed)) = property.allowed()
        && allowed
            .binary_search_by(|other| other.as_str().cmp(text))
            .is_err()
    {
        return Some("enum");
    }
    if options.min_length().is_some() || options.max_length().is_some() {
        let length = text.chars().count() as u64;
        if options.min_length().is_some_and(|minimum| length < minimum) {
            return Some("min-length");
        }
        if options.max_length().is_some_and(|maximum| length > maximum) {
            return Some("max-length");
        }
    }
    if options
        .format()
        .is_some_and(|format| !formats::holds(format, text))
    {
        return Some("format");
    }
    let pattern = options.pattern.as_ref()?;
    rule("pattern", pattern.regex.is_match(text))
}

/// Of a date, timestamp or time as text.
pub(super) fn moment_rule(property: &Property, text: &str) -> Broken {
    match moment(property.logical_type(), text) {
        None => Some("format"),
        Some(count) => count_rule(property, count),
    }
}

/// The days or microseconds that a text says.
pub(super) fn moment(logical_type: &LogicalType, text: &str) -> Option<i64> {
    match logical_type {
        LogicalType::Date => formats::date(text).map(i64::from),
        LogicalType::Time => formats::time(text),
        _ => formats::timestamp(text),
    }
}

/// Of a date, timestamp or time as days or microseconds.
pub(super) fn count_rule(property: &Property, count: i64) -> Broken {
    let moments = &property.options().moments;
    let is = |bound: &Option<Moment>, broken: fn(i64, i64) -> bool| {
        bound
            .as_ref()
            .is_some_and(|bound| broken(count, bound.count))
    };
    if is(&moments.minimum, |count, bound| count < bound) {
        return Some("minimum");
    }
    if is(&moments.maximum, |count, bound| count > bound) {
        return Some("maximum");
    }
    if is(&moments.exclusive_minimum, |count, bound| count <= bound) {
        return Some("exclusive-minimum");
    }
    let late = is(&moments.exclusive_maximum, |count, bound| count >= bound);
    late.then_some("exclusive-maximum")
}

pub(super) fn items_rule(options: &Options, items: &[Value]) -> Broken {
    length_rule(options, items.len()).or_else(|| {
        let unique = options.unique_items && repeats(items.iter().filter_map(Item::of));
        unique.then_some("unique-items")
    })
}

/// Of the length of an array.
pub(super) fn length_rule(options: &Options, length: usize) -> Broken {
    let length = length as u64;
    if options.min_items().is_some_and(|minimum| length < minimum) {
        return Some("min-items");
    }
    let maximum = options.max_items()?;
    rule("max-items", length <= maximum)
}

pub(super) fn repeats<T: Hash + Eq>(items: impl Iterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    items.into_iter().any(|item| !seen.insert(item))
}

/// An item as JSON compares it; none for what is no item of an array whose items are unique.
#[derive(PartialEq, Eq, Hash)]
enum Item<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Text(&'a str),
}

impl Item<'_> {
    fn of(value: &Value) -> Option<Item<'_>> {
        match value {
            Value::Null => Some(Item::Null),
            Value::Bool(value) => Some(Item::Boolean(*value)),
            Value::Number(number) => integer(number).map(Item::Integer),
            Value::String(text) => Some(Item::Text(text)),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}
