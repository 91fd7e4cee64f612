//! What is seen of one column while the rows go by: counts, bounds and a few values, never all of them.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;

use super::cell::{self, Value};
use super::content::Content;
use super::names::Name;
use super::text;

/// A column with more distinct values is no list of codes.
pub(super) const MOST_CODES: usize = 12;
/// Longer values are no codes.
const LONGEST_CODE: usize = 40;
/// Values that are remembered in all, to tell whether a column repeats one.
const REMEMBERED: usize = 4_000_000;

pub(super) struct Column {
    /// Place in the file's rows.
    pub(super) index: usize,
    pub(super) name: Name,
    pub(super) present: u64,
    /// Marker -> how often it stands for a value that is not there.
    pub(super) missing: BTreeMap<String, u64>,
    pub(super) kinds: Kinds,
    pub(super) numbers: Option<Numbers>,
    pub(super) days: Option<(NaiveDate, NaiveDate)>,
    /// Characters of the longest value.
    pub(super) longest: u64,
    pub(super) texts: Tally<String>,
    pub(super) codes: Tally<i64>,
    pub(super) content: Content,
    /// Hashes of all values, until one repeats.
    seen: Option<HashSet<u64>>,
}

/// How many cells hold a value of each kind.
#[derive(Clone, Copy, Default)]
pub(super) struct Kinds {
    pub(super) integer: u64,
    pub(super) number: u64,
    pub(super) boolean: u64,
    pub(super) date: u64,
    pub(super) timestamp: u64,
    pub(super) zoneless: u64,
    pub(super) code: u64,
}

#[derive(Clone, Copy)]
pub(super) struct Numbers {
    pub(super) least: f64,
    pub(super) greatest: f64,
    pub(super) sum: f64,
}

/// How often each value occurs, as long as there are few.
pub(super) struct Tally<K> {
    counts: Option<BTreeMap<K, u64>>,
}

impl<K: Ord> Tally<K> {
    fn new() -> Tally<K> {
        Tally {
            counts: Some(BTreeMap::new()),
        }
    }

    fn add(&mut self, value: K) {
        let Some(counts) = &mut self.counts else {
            return;
        };
        *counts.entry(value).or_default() += 1;
        if counts.len() > MOST_CODES {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        self.counts = None;
    }

    /// None where there were too many.
    pub(super) fn counts(&self) -> Option<&BTreeMap<K, u64>> {
        self.counts.as_ref()
    }
}

/// What all columns of a file share while it is read.
pub(super) struct Reading<'a> {
    pub(super) sentinels: &'a [f64],
    pub(super) decimal_comma: bool,
    pub(super) remembered: usize,
}

impl Column {
    pub(super) fn new(index: usize, name: Name) -> Column {
        Column {
            index,
            name,
            present: 0,
            missing: BTreeMap::new(),
            kinds: Kinds::default(),
            numbers: None,
            days: None,
            longest: 0,
            texts: Tally::new(),
            codes: Tally::new(),
            content: Content::default(),
            seen: Some(HashSet::new()),
        }
    }

    pub(super) fn add(&mut self, trimmed: &str, hash: u64, reading: &mut Reading<'_>) {
        let value = Value::read(trimmed, reading.decimal_comma);
        if let Some(marker) = absent(trimmed, value, reading.sentinels) {
            *self.missing.entry(marker).or_default() += 1;
            return;
        }
        self.present += 1;
        self.longest = self.longest.max(trimmed.chars().count() as u64);
        self.remember(hash, reading);
        match trimmed.len() <= LONGEST_CODE && text::is_printable(trimmed) {
            true if self.texts.counts.is_some() => self.texts.add(trimmed.to_owned()),
            true => {}
            false => self.texts.give_up(),
        }
        self.count(value);
        if !matches!(value, Value::Date(_) | Value::Timestamp(_)) {
            self.content.add(trimmed);
        }
    }

    fn count(&mut self, value: Value) {
        let kinds = &mut self.kinds;
        match value {
            Value::Integer(integer) => {
                kinds.integer += 1;
                self.codes.add(integer);
                self.widen(integer as f64);
            }
            Value::Number(number) => {
                kinds.number += 1;
                self.widen(number);
            }
            Value::Boolean(_) => kinds.boolean += 1,
            Value::Date(day) => {
                kinds.date += 1;
                self.cover(day);
            }
            Value::Timestamp(moment) => {
                kinds.timestamp += 1;
                kinds.zoneless += u64::from(moment.zoneless);
                self.cover(moment.utc.date_naive());
            }
            Value::Code => kinds.code += 1,
            Value::Text => {}
        }
    }

    fn widen(&mut self, number: f64) {
        let numbers = self.numbers.get_or_insert(Numbers {
            least: number,
            greatest: number,
            sum: 0.0,
        });
        numbers.least = numbers.least.min(number);
        numbers.greatest = numbers.greatest.max(number);
        numbers.sum += number;
    }

    fn cover(&mut self, day: NaiveDate) {
        let (first, last) = self.days.get_or_insert((day, day));
        *first = (*first).min(day);
        *last = (*last).max(day);
    }

    fn remember(&mut self, hash: u64, reading: &mut Reading<'_>) {
        let Some(seen) = &mut self.seen else {
            return;
        };
        let keep = reading.remembered < REMEMBERED && seen.insert(hash);
        match keep {
            true => reading.remembered += 1,
            false => {
                reading.remembered -= seen.len();
                self.seen = None;
            }
        }
    }

    /// Whether every row had a value of its own.
    pub(super) fn unique(&self) -> bool {
        self.present > 1 && self.missing.is_empty() && self.seen.is_some()
    }

    /// Whether every row had a value.
    pub(super) fn complete(&self) -> bool {
        self.present > 0 && self.missing.is_empty()
    }
}

/// The marker that a cell is, if it stands for no value: one of everybody's, or a number that the caller named.
pub(super) fn absent(trimmed: &str, value: Value, sentinels: &[f64]) -> Option<String> {
    if let Some(marker) = cell::missing(trimmed) {
        return Some(marker.to_uppercase());
    }
    let number = match value {
        Value::Integer(integer) => integer as f64,
        Value::Number(number) => number,
        _ => return None,
    };
    let sentinel = sentinels.iter().find(|sentinel| **sentinel == number);
    sentinel.map(ToString::to_string)
}
