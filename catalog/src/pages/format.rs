//! Numbers and times as people read them.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

#[cfg(test)]
mod tests;

/// A point in time for a `<time>` element.
pub(crate) struct Moment {
    pub(crate) iso: String,
    pub(crate) exact: String,
    /// As seen from now: `4 minutes ago`.
    pub(crate) relative: String,
}

impl Moment {
    pub(crate) fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self {
            iso: at.to_rfc3339_opts(SecondsFormat::Secs, true),
            exact: exact(at),
            relative: relative(at, now),
        }
    }
}

/// `12 May 2026, 09:00 UTC`
pub(crate) fn exact(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y, %H:%M UTC").to_string()
}

/// `12 May 2026`
pub(crate) fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %b %Y").to_string()
}

fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let age = now - at;
    if age < TimeDelta::minutes(1) {
        "just now".to_owned()
    } else if age < TimeDelta::hours(1) {
        ago(age.num_minutes(), "minute")
    } else if age < TimeDelta::days(1) {
        ago(age.num_hours(), "hour")
    } else if age < TimeDelta::days(30) {
        ago(age.num_days(), "day")
    } else {
        at.format("on %-d %b %Y").to_string()
    }
}

fn ago(number: i64, unit: &str) -> String {
    format!("{} ago", counted(number.unsigned_abs(), unit))
}

/// `48 112`, with a narrow no-break space.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A measured number: whole ones in full, others with three significant digits.
pub(crate) fn number(value: f64) -> String {
    /// Beyond these not every whole number has a value of its own.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    if size.fract() == 0.0 && size < WHOLE {
        return format!("{sign}{}", count(size as u64));
    }
    let before_point = size.log10().floor() as i32 + 1;
    let digits = usize::try_from(3 - before_point).unwrap_or(0).min(12);
    format!("{value:.digits$}")
}

/// A score that is compared with a threshold, with two significant digits: `0.31`, `0.0086`.
pub(crate) fn score(value: f64) -> String {
    let before_point = value.abs().max(1e-12).log10().floor() as i32 + 1;
    let digits = usize::try_from(2 - before_point).unwrap_or(0);
    format!("{value:.digits$}")
}

/// `1 port`, `2 ports`.
pub(crate) fn counted(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", count(number))
}

/// A share between 0 and 1 with two digits; a third where two would claim that nothing is ever wrong.
pub(crate) fn share(value: f64) -> String {
    if (0.995..1.0).contains(&value) {
        format!("{:.3}", value.min(0.999))
    } else {
        format!("{value:.2}")
    }
}

/// A share between 0 and 1 as whole percent; never rounded up to all or down to nothing.
pub(crate) fn percent(value: f64) -> String {
    let whole = (value * 100.0).round();
    if whole >= 100.0 && value < 1.0 {
        "over 99%".to_owned()
    } else if whole <= 0.0 && value > 0.0 {
        "under 1%".to_owned()
    } else {
        format!("{whole}%")
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
