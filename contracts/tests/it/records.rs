//! Records to try a gate with: near the contract's limits, on both sides of them.

mod moments;
mod texts;

use mesh_contracts::{LogicalType, Property, Record};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Number, Value, json};

/// Mostly good records, often with one or more mistakes.
pub(crate) fn records(properties: &[Property]) -> BoxedStrategy<Record> {
    let fields = properties
        .iter()
        .fold(Just(Record::new()).boxed(), |records, property| {
            let name = property.name().to_owned();
            let present = if property.required() { 0.99 } else { 0.7 };
            (records, weighted(present, value(property)))
                .prop_map(move |(mut record, value)| {
                    record.extend(value.map(|value| (name.clone(), value)));
                    record
                })
                .boxed()
        });
    let stray = weighted(0.05, ("[a-z]{1,3}", anything()));
    (fields, stray)
        .prop_map(|(mut record, stray)| {
            record.extend(stray);
            record
        })
        .boxed()
}

fn value(property: &Property) -> BoxedStrategy<Value> {
    prop_oneof![
        300 => fitting(property),
        10 => near_the_limits(property),
        1 => Just(Value::Null),
        1 => anything(),
    ]
    .boxed()
}

fn listed(property: &Property) -> Option<BoxedStrategy<Value>> {
    let values = property.enum_values().iter().map(|value| value.value());
    let listed: Vec<Value> = values.chain(property.examples()).cloned().collect();
    (!listed.is_empty()).then(|| select(listed).boxed())
}

fn bounds(property: &Property) -> Vec<f64> {
    let options = property.options();
    let bounds = [
        options.minimum(),
        options.maximum(),
        options.exclusive_minimum(),
        options.exclusive_maximum(),
    ];
    bounds
        .into_iter()
        .flatten()
        .filter_map(Number::as_f64)
        .collect()
}

/// Values that mostly keep the property's rules.
pub(crate) fn fitting(property: &Property) -> BoxedStrategy<Value> {
    if let Some(listed) = listed(property) {
        return listed;
    }
    let bounds = bounds(property);
    let low = bounds.iter().copied().reduce(f64::min).unwrap_or(-5.0);
    let high = bounds
        .iter()
        .copied()
        .reduce(f64::max)
        .unwrap_or(5.0)
        .max(low + 1.0);
    let step = property
        .options()
        .multiple_of()
        .and_then(Number::as_i64)
        .unwrap_or(1);
    match property.logical_type() {
        LogicalType::String if property.options().format().is_some() => {
            texts::of_format(property).prop_map(Value::String).boxed()
        }
        LogicalType::String => "[a-zü]{2,6}".prop_map(Value::String).boxed(),
        LogicalType::Integer => (low as i64..=high as i64, any::<bool>())
            .prop_map(move |(number, as_float)| {
                let number = (number / step).max(1) * step;
                if as_float { json!(number as f64) } else { json!(number) }
            })
            .boxed(),
        LogicalType::Number if property.options().multiple_of().is_some() => {
            let step = property.options().multiple_of().and_then(Number::as_f64).unwrap();
            (0..100).prop_map(move |units| json!((f64::from(units) * step * 1e9).round() / 1e9)).boxed()
        }
        LogicalType::Number => (low..high).prop_map(Value::from).boxed(),
        LogicalType::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        LogicalType::Date => "20[0-2][0-3]-0[1-9]-[12][0-8]".prop_map(Value::String).boxed(),
        LogicalType::Timestamp => "20[0-2][0-3]-0[1-9]-[12][0-8]T[01][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]0[0-9]:30)"
            .prop_map(Value::String)
            .boxed(),
        LogicalType::Time => "(0[6-9]|1[0-9]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?"
            .prop_map(Value::String)
            .boxed(),
        LogicalType::Object(properties) => records(properties).prop_map(Value::Object).boxed(),
        LogicalType::Array(item) => vec(value(item), 1..4).prop_map(Value::Array).boxed(),
    }
}

/// Values of the property's type, on both sides of its limits.
pub(crate) fn near_the_limits(property: &Property) -> BoxedStrategy<Value> {
    let mut near = bounds(property);
    near.push(0.0);
    match property.logical_type() {
        LogicalType::String => texts::near_formats().prop_map(Value::String).boxed(),
        LogicalType::Integer => {
            let extremes = vec![
                json!(i64::MAX),
                json!(i64::MIN),
                json!(u64::MAX),
                json!(1e19),
                json!(-1e19),
                json!(-0.0),
                json!(9_223_372_036_854_775_807.0),
                json!(0.5),
                json!(1e300),
            ];
            prop_oneof![
                4 => (select(near.clone()), -4_i32..5).prop_map(|(bound, step)| json!((bound as i64).saturating_add(step.into()))),
                2 => (select(near), -4_i32..5).prop_map(|(bound, step)| json!(bound + f64::from(step))),
                1 => any::<i64>().prop_map(Value::from),
                1 => select(extremes),
            ]
            .boxed()
        }
        LogicalType::Number => prop_oneof![
            (select(near.clone()), -4_i32..5)
                .prop_map(|(bound, step)| json!(bound + f64::from(step) / 8.0)),
            (select(near.clone()), -4_i32..5)
                .prop_map(|(bound, step)| json!((bound as i64).saturating_add(step.into()))),
            (select(near), -100_i32..100)
                .prop_map(|(bound, step)| json!(bound + f64::from(step) * 0.05)),
            select(vec![
                json!(1e15),
                json!(-1e13),
                json!(3.5e38),
                json!(1e-300),
                json!(u64::MAX)
            ]),
        ]
        .boxed(),
        LogicalType::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        LogicalType::Date | LogicalType::Timestamp | LogicalType::Time => {
            moments::near(property).prop_map(Value::String).boxed()
        }
        LogicalType::Object(properties) => records(properties).prop_map(Value::Object).boxed(),
        LogicalType::Array(item) => vec(value(item), 0..5).prop_map(Value::Array).boxed(),
    }
}

pub(crate) fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::String),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            vec(("[a-z]{1,4}", inner), 0..3).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}
