//! Dates, times and what is nearly one.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, SecondsFormat, TimeDelta};
use mesh_contracts::{LogicalType, Property};
use proptest::prelude::*;
use proptest::sample::select;

/// On both sides of the property's bounds, and anywhere else.
pub(super) fn near(property: &Property) -> BoxedStrategy<String> {
    let options = property.options();
    let bounds = [
        options.earliest(),
        options.latest(),
        options.after(),
        options.before(),
    ];
    let bounds: Vec<String> = bounds.into_iter().flatten().map(str::to_owned).collect();
    let anywhere = match property.logical_type() {
        LogicalType::Date => date().boxed(),
        LogicalType::Time => time().boxed(),
        _ => timestamp().boxed(),
    };
    let moved = match property.logical_type() {
        LogicalType::Date => moved_date,
        LogicalType::Time => moved_time,
        _ => moved_timestamp,
    };
    match bounds.is_empty() {
        true => anywhere,
        false => prop_oneof![
            anywhere,
            (select(bounds), -2_i64..3, -1439_i32..1440)
                .prop_map(move |(bound, step, offset)| moved(&bound, step, offset)),
        ]
        .boxed(),
    }
}

fn moved_date(bound: &str, step: i64, _: i32) -> String {
    let date: NaiveDate = bound.parse().unwrap();
    let days = Days::new(step.unsigned_abs());
    let moved = match step {
        0.. => date + days,
        _ => date - days,
    };
    moved.to_string()
}

fn moved_time(bound: &str, step: i64, _: i32) -> String {
    let time: NaiveTime = bound.parse().unwrap();
    (time + TimeDelta::nanoseconds(step * 500))
        .format("%H:%M:%S%.9f")
        .to_string()
}

fn moved_timestamp(bound: &str, step: i64, offset: i32) -> String {
    let time = DateTime::parse_from_rfc3339(bound).unwrap();
    let moved = time + TimeDelta::nanoseconds(step * 500);
    let offset = FixedOffset::east_opt(offset * 60).unwrap();
    moved
        .with_timezone(&offset)
        .to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn time() -> impl Strategy<Value = String> {
    "[0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.][0-9]{1,10})?Z?"
}

fn date() -> impl Strategy<Value = String> {
    let year = prop_oneof![select(vec![0, 1900, 2000, 2024, 9999]), 0..10_000];
    let month = prop_oneof![9 => 1..13, 1 => 0..15];
    let day = prop_oneof![9 => 1..29, 1 => 0..33];
    (year, month, day).prop_map(|(year, month, day)| format!("{year:04}-{month:02}-{day:02}"))
}

fn timestamp() -> impl Strategy<Value = String> {
    let time = prop_oneof![
        9 => (0..24, 0..60, 0..60),
        1 => (0..26, 0..62, 0..62),
    ];
    let decimals = prop_oneof![Just(String::new()), "[.][0-9]{1,9}", "[.,]?[0-9]{0,11}"];
    let offset = prop_oneof![
        8 => Just("Z".to_owned()),
        4 => "[+-][01][0-9]:[0-5][0-9]",
        1 => "[+-]2[0-9]:[0-9]{2}",
        1 => "[z ]?",
    ];
    let separator = prop_oneof![19 => Just("T"), 1 => select(vec!["t", " ", ""])];
    (date(), separator, time, decimals, offset).prop_map(
        |(date, separator, (h, m, s), decimals, offset)| {
            format!("{date}{separator}{h:02}:{m:02}:{s:02}{decimals}{offset}")
        },
    )
}
