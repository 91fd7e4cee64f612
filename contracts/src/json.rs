//! JSON, read strictly: what can be taken in two ways is refused, and no message repeats the text.

mod strict;

use std::cell::RefCell;
use std::fmt;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::Record;
use crate::violation::Violation;

/// How many records one text may hold.
pub const MAX_RECORDS: usize = 1_000_000;

/// What keeps a text from being read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{violation}, at line {line}, column {column}")]
pub struct ParseError {
    violation: Violation,
    line: usize,
    column: usize,
}

impl ParseError {
    fn new(rule: &'static str, expected: &str, (line, column): (usize, usize)) -> ParseError {
        ParseError {
            violation: Violation::record(rule, expected),
            line,
            column,
        }
    }

    /// Stable name of what is wrong: `utf-8`, `json`, `type`, `duplicate-key`, `nesting`, `number-range`,
    /// `records`.
    pub fn code(&self) -> &'static str {
        self.violation.rule()
    }

    /// Line of the text, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Column in bytes, from 1; 0 at the end of the line before.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl From<ParseError> for Violation {
    fn from(error: ParseError) -> Violation {
        let ParseError {
            violation,
            line,
            column,
        } = error;
        let expected = format!("{} (line {line}, column {column})", violation.expected());
        Violation::new(
            violation.field().to_owned(),
            violation.rule(),
            expected,
            violation.found(),
        )
    }
}

/// Reads one JSON object.
///
/// # Errors
/// Text that is not UTF-8, not JSON, no object, nested over 127 levels deep or followed by more text; an object
/// anywhere in it that has a key twice; a number that no 64-bit float can hold.
pub fn parse_record(text: &[u8]) -> Result<Record, ParseError> {
    let text = utf8(text)?;
    let first = text.trim_ascii_start();
    if !first.is_empty() && !first.starts_with('{') {
        return Err(ParseError::new("type", "an object", start(text)));
    }
    let duplicate = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let record = strict::record(&mut deserializer, &duplicate);
    record
        .and_then(|record| deserializer.end().map(|()| record))
        .map_err(|error| {
            let error = parse_error(&error);
            match duplicate.into_inner() {
                None => error,
                Some(field) => ParseError {
                    violation: Violation::new(field, "duplicate-key", "every key once", "text"),
                    ..error
                },
            }
        })
}

/// Cuts a text into its records: the elements of an array, or the one object that it is. Each is read on its own
/// afterwards, so that a bad one does not refuse its neighbours.
///
/// # Errors
/// Text that is not UTF-8, not JSON, neither an object nor an array, or has more than [`MAX_RECORDS`] elements.
pub fn split_records(text: &[u8]) -> Result<Vec<&RawValue>, ParseError> {
    let text = utf8(text)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let too_many = RefCell::new(false);
    let records = match text.trim_ascii_start().as_bytes().first() {
        Some(b'[') => deserializer.deserialize_seq(Elements(&too_many)),
        Some(b'{') => <&RawValue>::deserialize(&mut deserializer).map(|raw| vec![raw]),
        None => return Err(ParseError::new("json", "JSON", start(text))),
        Some(_) => {
            return Err(ParseError::new(
                "type",
                "an object, or an array of objects",
                start(text),
            ));
        }
    };
    records
        .and_then(|records| deserializer.end().map(|()| records))
        .map_err(|error| match too_many.into_inner() {
            false => parse_error(&error),
            true => ParseError::new(
                "records",
                &format!("at most {MAX_RECORDS} records"),
                (error.line(), error.column()),
            ),
        })
}

struct Elements<'a>(&'a RefCell<bool>);

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::new();
        while let Some(record) = items.next_element()? {
            if records.len() == MAX_RECORDS {
                self.0.replace(true);
                return Err(serde::de::Error::custom("too many records"));
            }
            records.push(record);
        }
        Ok(records)
    }
}

fn utf8(text: &[u8]) -> Result<&str, ParseError> {
    std::str::from_utf8(text).map_err(|error| {
        let before = &text[..error.valid_up_to()];
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |index| index + 1);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        ParseError::new(
            "utf-8",
            "text in UTF-8",
            (line, before.len() - line_start + 1),
        )
    })
}

/// Where the text after the white space starts.
fn start(text: &str) -> (usize, usize) {
    let blank = &text[..text.len() - text.trim_ascii_start().len()];
    let line_start = blank.rfind('\n').map_or(0, |index| index + 1);
    (
        1 + blank.matches('\n').count(),
        blank.len() - line_start + 1,
    )
}

/// serde_json has no public kind for these two, and its other messages may repeat the text: only the beginnings of
/// its own fixed words are looked at, and nothing of them is passed on.
fn parse_error(error: &serde_json::Error) -> ParseError {
    let message = error.to_string();
    let (rule, expected) = if message.starts_with("recursion limit exceeded") {
        ("nesting", "at most 127 levels of nesting")
    } else if message.starts_with("number out of range") {
        ("number-range", "numbers that a 64-bit float can hold")
    } else {
        ("json", "JSON")
    };
    ParseError::new(rule, expected, (error.line(), error.column()))
}

#[cfg(test)]
mod tests;
