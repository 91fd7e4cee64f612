//! The bounds of dates and times that ajv-formats defines, as a reader of its own.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveTime, Timelike};
use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value};

type Keeps = fn(Ordering) -> bool;

pub(super) const BOUNDS: [(&str, Keeps); 4] = [
    ("formatMinimum", Ordering::is_ge),
    ("formatMaximum", Ordering::is_le),
    ("formatExclusiveMinimum", Ordering::is_gt),
    ("formatExclusiveMaximum", Ordering::is_lt),
];

struct Bound {
    read: fn(&str) -> Option<i64>,
    bound: i64,
    keeps: Keeps,
}

pub(super) fn bound(
    schema: &Map<String, Value>,
    bound: &Value,
    keeps: Keeps,
) -> Box<dyn for<'i> Keyword<'i>> {
    let read = match schema.get("format").and_then(Value::as_str) {
        Some("date") => date,
        Some(_) => timestamp,
        None => time,
    };
    let bound = bound.as_str().and_then(read).unwrap();
    Box::new(Bound { read, bound, keeps })
}

fn date(text: &str) -> Option<i64> {
    let date: NaiveDate = text.parse().ok()?;
    Some(date.to_epoch_days().into())
}

fn timestamp(text: &str) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.timestamp_micros())
}

fn time(text: &str) -> Option<i64> {
    let time: NaiveTime = text.parse().ok()?;
    let seconds = i64::from(time.num_seconds_from_midnight());
    Some(seconds * 1_000_000 + i64::from(time.nanosecond() / 1_000))
}

impl<'i> Keyword<'i> for Bound {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match self.is_valid(instance) {
            true => Ok(()),
            false => Err(ValidationError::custom("out of bounds")),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        let moment = instance.as_str().and_then(self.read);
        moment.is_none_or(|moment| (self.keeps)(moment.cmp(&self.bound)))
    }
}
