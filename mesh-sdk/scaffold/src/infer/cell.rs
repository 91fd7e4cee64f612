//! One cell: missing, or a value of some type, and how a contract's data writes that value.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Timelike, Utc};

/// What stands for a value that is not there, in small letters.
const MISSING: &[&str] = &["", "na", "n/a", "#n/a", "nan", "null", "?", "-"];

/// The marker, if the cell is missing.
pub(super) fn missing(trimmed: &str) -> Option<&'static str> {
    let short = trimmed.len() <= 4;
    let marker = MISSING
        .iter()
        .find(|marker| short && trimmed.eq_ignore_ascii_case(marker));
    marker.copied()
}

/// What a trimmed cell holds, as far as its text says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    /// A whole number of 64 bits, `63` or `63.0`.
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Date(NaiveDate),
    Timestamp(Moment),
    /// Digits that are no quantity: leading zeros, or more of them than a number keeps.
    Code,
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    pub(super) utc: DateTime<Utc>,
    /// Written without an offset, and taken for UTC.
    pub(super) zoneless: bool,
}

impl Value {
    pub(super) fn read(trimmed: &str, decimal_comma: bool) -> Value {
        let Some(first) = trimmed.bytes().next() else {
            return Value::Text;
        };
        match first {
            b't' | b'T' if trimmed.eq_ignore_ascii_case("true") => Value::Boolean(true),
            b'f' | b'F' if trimmed.eq_ignore_ascii_case("false") => Value::Boolean(false),
            b'0'..=b'9' | b'-' | b'.' | b',' => number(trimmed, decimal_comma)
                .or_else(|| date(trimmed).map(Value::Date))
                .or_else(|| moment(trimmed).map(Value::Timestamp))
                .unwrap_or(Value::Text),
            _ => Value::Text,
        }
    }
}

/// The number as a contract's data writes it, with a point.
pub(super) fn number_text(trimmed: &str, decimal_comma: bool) -> String {
    match decimal_comma {
        true => trimmed.replacen(',', ".", 1),
        false => trimmed.to_owned(),
    }
}

pub(super) fn timestamp_text(moment: Moment) -> String {
    moment.utc.to_rfc3339_opts(SecondsFormat::Micros, true)
}

fn number(text: &str, decimal_comma: bool) -> Option<Value> {
    let pointed;
    let text = if decimal_comma && text.contains(',') && !text.contains('.') {
        pointed = number_text(text, true);
        &pointed
    } else {
        text
    };
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let float = text.parse::<f64>().ok().filter(|_| plain)?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() > 1 && whole.starts_with('0') {
        return Some(Value::Code);
    }
    let only_digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    if only_digits && fraction.bytes().all(|byte| byte == b'0') {
        let sign = if digits.len() < text.len() { "-" } else { "" };
        let integer = format!("{sign}{whole}").parse();
        return Some(integer.map_or(Value::Code, Value::Integer));
    }
    match float.is_finite() {
        true => Some(Value::Number(float)),
        false => Some(Value::Code),
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    let written = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    written.then_some(date)
}

/// ISO 8601 with a `T` or a space, with seconds or without, with an offset or without.
fn moment(text: &str) -> Option<Moment> {
    let (day, rest) = text.split_at_checked(10)?;
    let day = date(day)?;
    let rest = rest.strip_prefix(['T', ' '])?;
    let clock = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(clock);
    let time = NaiveTime::parse_from_str(clock.trim_end(), "%H:%M:%S%.f")
        .or_else(|_| NaiveTime::parse_from_str(clock.trim_end(), "%H:%M"))
        .ok()?;
    // Arrow has no leap seconds.
    let leap = time.nanosecond() >= 1_000_000_000;
    let shift = match offset {
        "" | "Z" => chrono::Duration::zero(),
        offset => self::offset(offset)?,
    };
    let utc = NaiveDateTime::new(day, time).checked_sub_signed(shift)?;
    let in_range = ("0001-01-01".."9999-12-31").contains(&utc.date().to_string().as_str());
    (in_range && !leap).then(|| Moment {
        utc: utc.and_utc(),
        zoneless: offset.is_empty(),
    })
}

/// `+01:00`, `+0100` or `+01`
fn offset(text: &str) -> Option<chrono::Duration> {
    let (sign, digits) = text.split_at_checked(1)?;
    let digits = digits.replacen(':', "", 1);
    let written = matches!(digits.len(), 2 | 4) && digits.bytes().all(|b| b.is_ascii_digit());
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits
        .get(2..)
        .map_or(Ok(0), |minutes| match minutes {
            "" => Ok(0),
            minutes => minutes.parse(),
        })
        .ok()?;
    let minutes = hours * 60 + minutes;
    let signed = if sign == "-" { -minutes } else { minutes };
    (written && hours < 24).then(|| chrono::Duration::minutes(signed))
}

#[cfg(test)]
mod tests;
