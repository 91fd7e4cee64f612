//! Amounts with their units, as contracts write them.

use std::time::Duration;

use serde_json::Value;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// Seconds, name of one, and the ways to write the unit. A month is 30 days and a year 365.
const UNITS: &[(f64, &str, &[&str])] = &[
    (0.001, "millisecond", &["ms", "millisecond", "milliseconds"]),
    (1.0, "second", &["s", "sec", "second", "seconds"]),
    (MINUTE, "minute", &["m", "min", "minute", "minutes"]),
    (HOUR, "hour", &["h", "hr", "hour", "hours"]),
    (DAY, "day", &["d", "day", "days"]),
    (7.0 * DAY, "week", &["w", "wk", "week", "weeks"]),
    (30.0 * DAY, "month", &["mo", "mth", "month", "months"]),
    (365.0 * DAY, "year", &["y", "yr", "year", "years"]),
];

/// A number, or a text that is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite() && *number >= 0.0)
}

pub(super) fn duration(amount: f64, unit: &str) -> Option<Duration> {
    let (seconds, _) = known(unit)?;
    Duration::try_from_secs_f64(amount * seconds).ok()
}

pub(super) fn is_percent(unit: Option<&str>) -> bool {
    unit.is_none_or(|unit| ["%", "percent", "percentage"].contains(&unit.to_lowercase().as_str()))
}

/// `60 seconds`, `99.5 %`, `continuous`
pub(super) fn words(value: &Value, unit: Option<&str>) -> String {
    let value = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let Some(unit) = unit else {
        return value;
    };
    match known(unit) {
        Some((_, name)) if value == "1" => format!("1 {name}"),
        Some((_, name)) => format!("{value} {name}s"),
        None if is_percent(Some(unit)) => format!("{value} %"),
        None => format!("{value} {unit}"),
    }
}

fn known(unit: &str) -> Option<(f64, &'static str)> {
    let unit = unit.trim().to_lowercase();
    let found = UNITS
        .iter()
        .find(|(_, _, names)| names.contains(&unit.as_str()))?;
    Some((found.0, found.1))
}
