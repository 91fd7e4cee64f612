//! What was seen of a column -> what a first draft of the contract says about it.

use serde_json::{Number, Value};

use super::column::{Column, Numbers};
use super::sensitive::{self, Classification};
use super::{bounds, words};

/// Cases per code below which a list of codes would be a guess.
const ROWS_PER_CODE: u64 = 10;
/// A code that occurs less often may be a slip, or tell who a person is.
const RAREST_CODE: u64 = 3;
/// Codes are small numbers; larger ones with few values are years or amounts.
const CODES: std::ops::RangeInclusive<i64> = -9..=99;

/// What kind of values a column has: the types of a contract that a cell of text can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Date,
    Timestamp,
}

impl Kind {
    /// The word ODCS has for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        }
    }

    fn of(column: &Column) -> Kind {
        let kinds = &column.kinds;
        let all = |count: u64| count == column.present && count > 0;
        if all(kinds.integer) {
            Kind::Integer
        } else if all(kinds.integer + kinds.number) {
            Kind::Number
        } else if all(kinds.boolean) {
            Kind::Boolean
        } else if all(kinds.date) {
            Kind::Date
        } else if all(kinds.timestamp) {
            Kind::Timestamp
        } else {
            Kind::String
        }
    }
}

/// One column of the data, as the contract describes it.
#[derive(Clone, Debug)]
pub struct InferredColumn {
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) unique: bool,
    pub(super) values: Vec<(Value, u64)>,
    pub(super) minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) max_length: Option<u64>,
    pub(super) classification: Classification,
    pub(super) reason: Option<String>,
    pub(super) description: String,
    pub(super) example: Option<Value>,
    pub(super) present: u64,
    pub(super) rows: u64,
    pub(super) constant: bool,
}

impl InferredColumn {
    /// Of the property in the contract, and of the column in the dataset.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The header as it was written; none in a file without.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether every row has a value.
    pub fn required(&self) -> bool {
        self.required
    }

    /// Whether it is likely to be the rows' own key.
    pub fn unique(&self) -> bool {
        self.unique
    }

    pub fn classification(&self) -> Classification {
        self.classification
    }

    /// Why the classification is not `internal`.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// What was seen, in words; no value of a column that is `phi`.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The codes of an enumeration, with how often each occurs; empty where there is none.
    pub fn values(&self) -> &[(Value, u64)] {
        &self.values
    }

    pub(crate) fn is_key(&self) -> bool {
        self.unique || self.values.is_empty() && words::is_key(&self.name)
    }

    pub(crate) fn is_mostly_missing(&self) -> bool {
        self.present * 2 < self.rows
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.constant
    }

    pub(super) fn draft(column: &Column, rows: u64) -> InferredColumn {
        let kind = Kind::of(column);
        let (classification, reason) = sensitive::classify(column, kind);
        let unique = column.unique() && words::is_key(&column.name.name) && kind != Kind::Number;
        let values = match classification == Classification::Phi || unique {
            true => Vec::new(),
            false => codes(column, kind),
        };
        let (minimum, maximum) = match values.is_empty() {
            true => bounds::of(column, kind),
            false => (None, None),
        };
        let long = kind == Kind::String && values.is_empty() && column.present > 0;
        let numeric = matches!(kind, Kind::Integer | Kind::Number);
        let mut draft = InferredColumn {
            index: column.index,
            name: column.name.name.clone(),
            title: column.name.title.clone(),
            unit: column.name.unit.clone().filter(|_| numeric),
            kind,
            required: column.complete(),
            unique,
            values,
            minimum,
            maximum,
            max_length: long.then(|| bounds::length(column.longest)),
            classification,
            reason,
            description: String::new(),
            example: None,
            present: column.present,
            rows,
            constant: column
                .texts
                .counts()
                .is_some_and(|counts| counts.len() <= 1),
        };
        draft.description = words::describe(column, &draft, rows);
        draft.example = example(column, &draft);
        draft
    }
}

/// The values of a column that is a list of codes, in their order, with how often each occurs.
fn codes(column: &Column, kind: Kind) -> Vec<(Value, u64)> {
    let counts: Vec<(Value, u64)> = match kind {
        Kind::Boolean => return truths(column),
        Kind::Integer if words::is_year(&column.name.name) => return Vec::new(),
        Kind::Integer => counted(
            column
                .codes
                .counts()
                .filter(|counts| counts.keys().all(|code| CODES.contains(code))),
        ),
        Kind::String => counted(column.texts.counts()),
        _ => return Vec::new(),
    };
    let enough = counts.len() > 1
        && column.present >= ROWS_PER_CODE * counts.len() as u64
        && counts.iter().all(|(_, count)| *count >= RAREST_CODE);
    if enough { counts } else { Vec::new() }
}

fn counted<K: Clone + Into<Value>>(
    counts: Option<&std::collections::BTreeMap<K, u64>>,
) -> Vec<(Value, u64)> {
    let entries = counts.into_iter().flatten();
    entries
        .map(|(value, count)| (value.clone().into(), *count))
        .collect()
}

/// A contract has no enumeration of truth values; how often each occurs is of use all the same.
fn truths(column: &Column) -> Vec<(Value, u64)> {
    let texts = counted(column.texts.counts());
    let count = |word: &str| -> u64 {
        let alike = texts.iter().filter(|(text, _)| {
            text.as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case(word))
        });
        alike.map(|(_, count)| count).sum()
    };
    vec![
        (Value::from(false), count("false")),
        (Value::from(true), count("true")),
    ]
}

/// A value that stands for others without being anybody's: a code, a mean of two digits, or a made day.
fn example(column: &Column, draft: &InferredColumn) -> Option<Value> {
    if draft.classification == Classification::Phi {
        return None;
    }
    if let Some((code, _)) = draft.values.iter().max_by_key(|(_, count)| *count) {
        return Some(code.clone());
    }
    match draft.kind {
        Kind::Date => Some(Value::from("2026-03-14")),
        Kind::Timestamp => Some(Value::from("2026-03-14T09:26:53Z")),
        Kind::Integer | Kind::Number => column
            .numbers
            .and_then(|numbers| mean(numbers, column.present, draft)),
        Kind::String | Kind::Boolean => None,
    }
}

fn mean(numbers: Numbers, present: u64, draft: &InferredColumn) -> Option<Value> {
    let mean = numbers.sum / present as f64;
    let mean = bounds::two_digits(mean);
    let within = draft
        .minimum
        .as_ref()
        .and_then(Number::as_f64)
        .is_none_or(|low| low <= mean)
        && draft
            .maximum
            .as_ref()
            .and_then(Number::as_f64)
            .is_none_or(|high| mean <= high);
    if !within || !mean.is_finite() {
        return None;
    }
    match (draft.kind, bounds::whole(mean)) {
        (Kind::Integer, _) => bounds::whole(mean.round()).map(Value::from),
        (_, Some(whole)) => Some(Value::from(whole)),
        (_, None) => Number::from_f64(mean).map(Value::Number),
    }
}
