//! From a CSV file to a first draft of its contract.
//!
//! The file is read once, row by row, in memory that does not depend on its length. What comes out is a draft: it
//! promises no more than the next row is likely to keep, says of each column what was seen, and flags what may tell
//! who a person is. No value of such a column is in it.

mod bounds;
mod cell;
mod clean;
mod column;
mod content;
mod contract;
mod dialect;
mod error;
mod keys;
mod names;
mod property;
mod reader;
mod sensitive;
mod text;
mod words;

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};

pub use contract::ContractNames;
pub(crate) use contract::{PLATFORM, Written, title};
pub use dialect::Header;
pub use error::InferError;
pub use property::{InferredColumn, Kind};
pub use sensitive::Classification;
pub(crate) use words::says_yes;

use column::{Column, Reading};
use dialect::Dialect;
use reader::Rows;

/// How a file is read.
#[derive(Clone, Debug)]
pub struct InferOptions {
    /// Rows beyond are not looked at, which the draft says.
    pub max_rows: u64,
    /// Bytes beyond are not looked at, which the draft says.
    pub max_bytes: u64,
    /// Numbers that stand for a missing value, such as -9.
    pub sentinels: Vec<f64>,
    /// Found out where none is given.
    pub delimiter: Option<u8>,
    pub header: Header,
}

impl Default for InferOptions {
    fn default() -> Self {
        Self {
            max_rows: 1_000_000,
            max_bytes: 256 << 20,
            sentinels: Vec::new(),
            delimiter: None,
            header: Header::Detect,
        }
    }
}

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Inferred {
    columns: Vec<InferredColumn>,
    rows: u64,
    sampled: bool,
    notes: Vec<String>,
    options: InferOptions,
    dialect: Dialect,
}

/// Reads a CSV file and describes what it holds.
///
/// # Errors
/// [`InferError`] if it is no CSV file; its code is stable, its message names the line and never a value.
pub fn infer(csv: impl Read, options: &InferOptions) -> Result<Inferred, InferError> {
    let mut rows = Rows::open(csv, options)?;
    let dialect = rows.dialect();
    let names = names::names(rows.header(), rows.width());
    let nameless = |index: usize| {
        rows.header()
            .is_some_and(|header| header.get(index).is_none_or(String::is_empty))
    };
    let nameless: Vec<bool> = (0..rows.width()).map(nameless).collect();
    let mut columns: Vec<Column> = names
        .into_iter()
        .enumerate()
        .map(|(index, name)| Column::new(index, name))
        .collect();
    let mut reading = Reading {
        sentinels: &options.sentinels,
        decimal_comma: dialect.decimal_comma(),
        remembered: 0,
    };
    let mut keys = keys::Candidates::new(&columns);
    let mut foreign = None;
    let (mut seen, mut blank) = (0, 0);
    while let Some(row) = rows.next()? {
        if is_blank(&row, columns.len()) {
            blank += 1;
            continue;
        }
        seen += 1;
        for column in &mut columns {
            let text = text::decode(row.cell(column.index));
            if foreign.is_none() && matches!(text, Cow::Owned(_)) {
                foreign = Some(row.line);
            }
            let trimmed = text.trim();
            let hash = hash(trimmed);
            keys.add(column.index, hash);
            column.add(trimmed, hash, &mut reading);
        }
        keys.row();
    }
    if seen == 0 {
        return Err(InferError::Empty);
    }
    let named = |column: &Column| !nameless[column.index] || column.present > 0;
    let drafts = columns.iter().filter(|column| named(column));
    let drafts: Vec<InferredColumn> = drafts
        .map(|column| InferredColumn::draft(column, seen))
        .collect();
    let mut notes = notes(&rows, dialect, blank, foreign);
    if !drafts.iter().any(InferredColumn::unique) {
        notes.extend(keys.composite(&columns));
    }
    Ok(Inferred {
        columns: drafts,
        rows: seen,
        sampled: rows.sampled(),
        notes,
        options: options.clone(),
        dialect,
    })
}

/// What a reviewer should know of the file as a whole.
fn notes<R: Read>(
    rows: &Rows<R>,
    dialect: Dialect,
    blank: u64,
    foreign: Option<u64>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if !dialect.has_header {
        notes.push("The file has no header: the columns are numbered, give them names.".to_owned());
    }
    if rows.sampled() {
        notes.push("Only the beginning of the file was looked at.".to_owned());
    }
    if blank > 0 {
        notes.push(format!("{blank} rows without any value were left out."));
    }
    if let Some(line) = foreign {
        notes.push(format!(
            "The file is not all UTF-8 (first on line {line}): what is not was read as Windows-1252."
        ));
    }
    notes
}

fn is_blank(row: &reader::Row<'_>, width: usize) -> bool {
    (0..width).all(|index| cell::missing(text::decode(row.cell(index)).trim()).is_some())
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Inferred {
    /// In the file's order.
    pub fn columns(&self) -> &[InferredColumn] {
        &self.columns
    }

    /// Rows that were looked at.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether the file has more rows than were looked at.
    pub fn sampled(&self) -> bool {
        self.sampled
    }

    /// What is worth knowing of the file as a whole, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The contract that these columns keep, as a document to review and edit.
    ///
    /// It has two properties more, which the platform fills in: the id of the event and the time of its receipt.
    pub fn contract_yaml(&self, names: &ContractNames) -> String {
        self.data_yaml(names, None)
    }

    /// The same, with a column that a record may leave out.
    pub(crate) fn data_yaml(&self, names: &ContractNames, optional: Option<&str>) -> String {
        contract::document(self, names, optional, &Written::data(self))
    }

    /// The contract of what a model makes of such records.
    pub(crate) fn scores_yaml(
        &self,
        names: &ContractNames,
        label: &str,
        written: &Written<'_>,
    ) -> String {
        contract::document(self, names, Some(label), written)
    }

    /// The name, with as many underscores at its end as make it none of a column.
    pub(crate) fn free_name(&self, name: &str) -> String {
        let mut name = name.to_owned();
        while self.columns.iter().any(|column| column.name() == name) {
            name.push('_');
        }
        name
    }

    /// Writes the rows as CSV that the contract's gate lets through: named columns, nothing where a value is
    /// missing, days and times as ISO 8601 has them. Returns how many there are, at most `rows`.
    ///
    /// # Errors
    /// [`InferError::Changed`] if `csv` is not what was inferred from.
    pub fn write_clean(
        &self,
        csv: impl Read,
        out: impl Write,
        rows: u64,
    ) -> Result<u64, InferError> {
        clean::write(self, csv, out, rows)
    }
}
