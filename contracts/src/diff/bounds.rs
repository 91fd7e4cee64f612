//! Which of two limits is the narrower.

use std::cmp::Ordering;

use serde_json::Value;

/// Whole numbers up to here are the same in a 64-bit float.
const EXACT: i128 = 1 << 53;

/// Which way a limit is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Lower,
    Upper,
}

/// A limit: the last value that is in, or the first that is out.
#[derive(Clone)]
pub(super) struct Bound {
    pub(super) value: Value,
    pub(super) excluded: bool,
}

impl Bound {
    pub(super) fn new(value: &Value, excluded: bool) -> Bound {
        Bound {
            value: value.clone(),
            excluded,
        }
    }

    /// Among whole numbers, above 0 is at least 1.
    pub(super) fn whole(self, side: Side) -> Bound {
        let step = match side {
            Side::Lower => 1,
            Side::Upper => -1,
        };
        let moved = self
            .value
            .as_i64()
            .and_then(|value| value.checked_add(step));
        match moved {
            Some(value) if self.excluded => Bound::new(&value.into(), false),
            _ => self,
        }
    }

    /// Which of two limits of a side lies higher; none where that cannot be told.
    pub(super) fn order(&self, other: &Bound, side: Side) -> Option<Ordering> {
        let excluded = self.excluded.cmp(&other.excluded);
        let excluded = match side {
            Side::Lower => excluded,
            Side::Upper => excluded.reverse(),
        };
        Some(order(&self.value, &other.value)?.then(excluded))
    }

    /// The limit in words: `0`, or `above 0` where 0 itself is out.
    pub(super) fn words(&self, side: Side) -> String {
        let value = super::pair::text(&self.value);
        match (self.excluded, side) {
            (false, _) => value,
            (true, Side::Lower) => format!("above {value}"),
            (true, Side::Upper) => format!("below {value}"),
        }
    }
}

/// The order of two numbers, or of two dates or times that are written alike.
pub(super) fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(_), Value::Number(_)) => match (whole(one), whole(other)) {
            (Some(one), Some(other)) => Some(one.cmp(&other)),
            (Some(whole), None) | (None, Some(whole)) if whole.abs() > EXACT => None,
            _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
        },
        (Value::String(one), Value::String(other)) if one == other => Some(Ordering::Equal),
        (Value::String(one), Value::String(other)) if written_alike(one, other) => {
            Some(one.cmp(other))
        }
        _ => None,
    }
}

fn whole(value: &Value) -> Option<i128> {
    let signed = value.as_i64().map(i128::from);
    signed.or_else(|| value.as_u64().map(i128::from))
}

/// Whether the order of the texts is that of the times: digits in the same places, and UTC if there is a time of day.
fn written_alike(one: &str, other: &str) -> bool {
    let shape = |text: &str| -> Vec<u8> {
        let bytes = text.bytes();
        bytes
            .map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
            .collect()
    };
    let dated = shape(one).starts_with(b"0000-00-00") && (one.len() == 10 || one.ends_with('Z'));
    let timed = shape(one).starts_with(b"00:00") && !one.contains(['+', '-']);
    shape(one) == shape(other) && (dated || timed)
}

/// How a set of values compares with the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Same,
    Narrower,
    Wider,
    /// Neither holds the other, or it cannot be told.
    Other,
}

impl Extent {
    /// From whether the new set is within the old one, and the old one within the new one.
    pub(super) fn of(new_within_old: bool, old_within_new: bool) -> Extent {
        match (new_within_old, old_within_new) {
            (true, true) => Extent::Same,
            (true, false) => Extent::Narrower,
            (false, true) => Extent::Wider,
            (false, false) => Extent::Other,
        }
    }

    /// The extent of what is left out.
    pub(super) fn of_the_rest(self) -> Extent {
        match self {
            Extent::Narrower => Extent::Wider,
            Extent::Wider => Extent::Narrower,
            same => same,
        }
    }
}

/// The values between two limits.
#[derive(Clone, Default)]
pub(super) struct Range {
    pub(super) low: Option<Bound>,
    pub(super) high: Option<Bound>,
}

impl Range {
    pub(super) fn within(&self, outer: &Range) -> bool {
        let inside =
            |inner: &Option<Bound>, outer: &Option<Bound>, side, beyond| match (inner, outer) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(inner), Some(outer)) => inner
                    .order(outer, side)
                    .is_some_and(|order| order != beyond),
            };
        inside(&self.low, &outer.low, Side::Lower, Ordering::Less)
            && inside(&self.high, &outer.high, Side::Upper, Ordering::Greater)
    }
}
