//! The rules of values, ready for loops over columns.

use std::ops::RangeInclusive;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;
use serde_json::Number;

use super::Broken;
use crate::formats;
use crate::gate::rules::{integer_rule, moment_rule, number_rule, string_rule};
use crate::property::{Allowed, LogicalType, Moment, Property};

/// What single values of a property are held to, and those within it.
pub(in crate::gate) struct Rule {
    test: Test,
    pub(super) within: Vec<Rule>,
}

enum Test {
    /// Nothing, or what only the values within are held to.
    None,
    /// In the range, and what else the property says if it says more.
    Integers(RangeInclusive<i64>, More),
    Numbers(RangeInclusive<f64>, More),
    /// Days or microseconds.
    Moments(RangeInclusive<i64>),
    Texts,
    TimesOfDay,
}

/// Whether a property holds more than a range.
#[derive(PartialEq, Eq)]
enum More {
    Nothing,
    /// An enumeration of small numbers: bit n stands for n.
    OneOf(u64),
    Rules,
}

pub(in crate::gate) fn compile(properties: &[Property]) -> Vec<Rule> {
    properties.iter().map(rule).collect()
}

fn rule(property: &Property) -> Rule {
    let (test, within) = match property.logical_type() {
        LogicalType::Boolean => (Test::None, Vec::new()),
        LogicalType::Object(properties) => (Test::None, compile(properties)),
        LogicalType::Array(item) => (Test::None, vec![rule(item)]),
        LogicalType::Integer => (
            Test::Integers(integers(property), more(property)),
            Vec::new(),
        ),
        LogicalType::Number => (Test::Numbers(numbers(property), more(property)), Vec::new()),
        LogicalType::Date | LogicalType::Timestamp => {
            (Test::Moments(moments(property)), Vec::new())
        }
        LogicalType::Time => (Test::TimesOfDay, Vec::new()),
        LogicalType::String if says_nothing(property) => (Test::None, Vec::new()),
        LogicalType::String => (Test::Texts, Vec::new()),
    };
    Rule { test, within }
}

fn says_nothing(property: &Property) -> bool {
    let options = property.options();
    property.allowed().is_none()
        && options.min_length().is_none()
        && options.max_length().is_none()
        && options.pattern.is_none()
        && options.format().is_none()
}

fn more(property: &Property) -> More {
    let small = |integer: &i64| u32::try_from(*integer).ok().filter(|bit| *bit < 64);
    match property.allowed() {
        None if property.options().multiple_of().is_none() => More::Nothing,
        Some(Allowed::Integers(allowed)) if property.options().multiple_of().is_none() => {
            let bits: Option<Vec<u32>> = allowed.iter().map(small).collect();
            bits.map_or(More::Rules, |bits| {
                More::OneOf(bits.into_iter().fold(0, |set, bit| set | 1 << bit))
            })
        }
        _ => More::Rules,
    }
}

fn integers(property: &Property) -> RangeInclusive<i64> {
    let options = property.options();
    let bound = |number: Option<&Number>| number.and_then(Number::as_i64);
    range(
        (i64::MIN, i64::MAX),
        [
            bound(options.minimum()),
            bound(options.exclusive_minimum()).map(|low| low.saturating_add(1)),
        ],
        [
            bound(options.maximum()),
            bound(options.exclusive_maximum()).map(|high| high.saturating_sub(1)),
        ],
    )
}

/// JSON has no number that is not finite.
fn numbers(property: &Property) -> RangeInclusive<f64> {
    let options = property.options();
    let bound = |number: Option<&Number>| number.and_then(Number::as_f64);
    range(
        (f64::MIN, f64::MAX),
        [
            bound(options.minimum()),
            bound(options.exclusive_minimum()).map(f64::next_up),
        ],
        [
            bound(options.maximum()),
            bound(options.exclusive_maximum()).map(f64::next_down),
        ],
    )
}

/// Of what can be written with a year of four digits, in some offset.
fn moments(property: &Property) -> RangeInclusive<i64> {
    let writable = match property.logical_type() {
        LogicalType::Date => {
            ["0000-01-01", "9999-12-31"].map(|text| formats::date(text).map(i64::from))
        }
        _ => [
            "0000-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59.999999-23:59",
        ]
        .map(formats::timestamp),
    };
    let [low, high] = writable.map(Option::unwrap_or_default);
    let moments = &property.options().moments;
    let bound = |moment: &Option<Moment>| moment.as_ref().map(|moment| moment.count);
    range(
        (low, high),
        [
            bound(&moments.minimum),
            bound(&moments.exclusive_minimum).map(|low| low.saturating_add(1)),
        ],
        [
            bound(&moments.maximum),
            bound(&moments.exclusive_maximum).map(|high| high.saturating_sub(1)),
        ],
    )
}

fn range<T: PartialOrd + Copy>(
    (low, high): (T, T),
    lower: [Option<T>; 2],
    upper: [Option<T>; 2],
) -> RangeInclusive<T> {
    let low = lower
        .into_iter()
        .flatten()
        .fold(low, |low, bound| if bound > low { bound } else { low });
    let high = upper
        .into_iter()
        .flatten()
        .fold(high, |high, bound| if bound < high { bound } else { high });
    low..=high
}

impl Rule {
    /// Which of the values, of the type they are stored in, break the rule. Null breaks none.
    pub(super) fn broken(&self, property: &Property, values: &ArrayRef) -> Broken {
        let found = match &self.test {
            Test::None => return None,
            Test::Integers(range, more) => integers_broken(property, values, range, more),
            Test::Numbers(range, more) => {
                let plain = *more == More::Nothing;
                each::<Float64Type>(values, |value| {
                    range.contains(&value) && (plain || number_rule(property, value).is_none())
                })
            }
            Test::Moments(range) => match values.data_type() {
                DataType::Date32 => {
                    each::<Date32Type>(values, |value| range.contains(&value.into()))
                }
                _ => each::<TimestampMicrosecondType>(values, |value| range.contains(&value)),
            },
            Test::Texts => texts(values, |text| string_rule(property, text).is_some()),
            Test::TimesOfDay => texts(values, |text| moment_rule(property, text).is_some()),
        };
        let found = match values.nulls() {
            Some(nulls) => &found & nulls.inner(),
            None => found,
        };
        found.has_true().then_some(found)
    }
}

fn integers_broken(
    property: &Property,
    values: &ArrayRef,
    range: &RangeInclusive<i64>,
    more: &More,
) -> BooleanBuffer {
    match more {
        More::Nothing => each::<Int64Type>(values, |value| range.contains(&value)),
        More::OneOf(set) => each::<Int64Type>(values, |value| {
            range.contains(&value) && (0..64).contains(&value) && set >> value & 1 == 1
        }),
        More::Rules => each::<Int64Type>(values, |value| integer_rule(property, value).is_none()),
    }
}

/// The values that are not kept, nulls like any other.
fn each<T: ArrowPrimitiveType>(
    values: &ArrayRef,
    kept: impl Fn(T::Native) -> bool,
) -> BooleanBuffer {
    let values = values.as_primitive::<T>().values();
    BooleanBuffer::collect_bool(values.len(), |index| !kept(values[index]))
}

fn texts(values: &ArrayRef, broken: impl Fn(&str) -> bool) -> BooleanBuffer {
    let values = values.as_string::<i32>();
    BooleanBuffer::collect_bool(values.len(), |index| {
        !values.is_null(index) && broken(values.value(index))
    })
}
