use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};

use super::{FileRows, blocking, opening, unreadable};
use crate::StorageError;

/// Most rows of a batch, and bytes of its cells after which it ends.
const ROWS: usize = 64 << 10;
const BYTES: usize = 32 << 20;
/// Most bytes of one row: a quote that is never closed would make one of all the rest of the file.
const ROW_BYTES: usize = 16 << 20;

/// The rows of the CSV file at `path`, every cell as text under the name that the first line gives its column.
///
/// An empty cell is null, as in [`mesh_contracts::Contract::record_from_text`]. A byte order mark and empty lines
/// are skipped.
///
/// # Errors
/// [`StorageError::File`] with the number of the line, if it has more or fewer cells than the header or is not
/// UTF-8; also from within the batches.
pub async fn read_csv_text(path: &Path, delimiter: u8) -> Result<FileRows, StorageError> {
    opening(path, move |path| {
        let rows = Rows::open(path, delimiter)?;
        Ok(FileRows {
            schema: rows.schema.clone(),
            batches: blocking(rows),
        })
    })
    .await
}

struct Rows {
    path: PathBuf,
    reader: Reader<Bounded>,
    schema: SchemaRef,
    row: ByteRecord,
    ended: bool,
}

impl Rows {
    fn open(path: PathBuf, delimiter: u8) -> Result<Rows, StorageError> {
        let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .buffer_capacity(256 << 10)
            .from_reader(Bounded {
                file,
                left: ROW_BYTES,
            });
        let header = reader.byte_headers().cloned();
        let schema = header
            .map_err(|error| explained(&error, 1))
            .and_then(|header| columns(&header))
            .map_err(|problem| unreadable(&path, &problem))?;
        Ok(Rows {
            path,
            reader,
            schema,
            row: ByteRecord::new(),
            ended: false,
        })
    }

    /// The next batch; none after the last row.
    fn batch(&mut self) -> Result<Option<RecordBatch>, String> {
        let columns = self.schema.fields().len();
        let mut cells: Vec<StringBuilder> = (0..columns).map(|_| StringBuilder::new()).collect();
        let (mut rows, mut bytes) = (0, 0);
        while rows < ROWS && bytes < BYTES && self.read_row()? {
            for (column, cell) in self.row.iter().enumerate() {
                match std::str::from_utf8(cell) {
                    Ok("") => cells[column].append_null(),
                    Ok(cell) => cells[column].append_value(cell),
                    Err(_) => return Err(self.not_utf8(column)),
                }
            }
            rows += 1;
            bytes += self.row.as_slice().len();
        }
        if rows == 0 {
            return Ok(None);
        }
        let cells = cells
            .iter_mut()
            .map(|cells| Arc::new(cells.finish()) as ArrayRef);
        RecordBatch::try_new(self.schema.clone(), cells.collect())
            .map(Some)
            .map_err(|error| error.to_string())
    }

    fn read_row(&mut self) -> Result<bool, String> {
        self.reader.get_mut().left = ROW_BYTES;
        let line = self.reader.position().line();
        self.reader
            .read_byte_record(&mut self.row)
            .map_err(|error| explained(&error, line))
    }

    fn not_utf8(&self, column: usize) -> String {
        let line = self.row.position().map_or(0, csv::Position::line);
        let column = self.schema.field(column).name();
        format!("line {line}, column {column}: the cell is not UTF-8. Save the file as UTF-8")
    }
}

impl Iterator for Rows {
    type Item = Result<RecordBatch, StorageError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = self.batch();
        self.ended = !matches!(batch, Ok(Some(_)));
        batch
            .map_err(|problem| unreadable(&self.path, &problem))
            .transpose()
    }
}

fn columns(header: &ByteRecord) -> Result<SchemaRef, String> {
    let mut names = BTreeSet::new();
    let mut fields = Vec::new();
    for (place, name) in header.iter().enumerate() {
        let place = place + 1;
        let name = std::str::from_utf8(name)
            .map_err(|_| format!("line 1: the name of column {place} is not UTF-8"))?
            .trim();
        if name.is_empty() {
            return Err(format!("line 1: column {place} has no name"));
        }
        if !names.insert(name) {
            return Err(format!("line 1: two columns have the name {name}"));
        }
        fields.push(Field::new(name, DataType::Utf8, true));
    }
    match fields.is_empty() {
        true => Err("it is empty: the first line gives the names of the columns".to_owned()),
        false => Ok(Arc::new(Schema::new(fields))),
    }
}

/// What is wrong with the row that begins at or after `line`, without any of its cells.
fn explained(error: &csv::Error, line: u64) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => {
            let line = pos.as_ref().map_or(line, csv::Position::line);
            format!(
                "line {line} has {len} cells, the header has {expected_len}. Is another delimiter used, or does a cell \
                 that contains it have no quotes?"
            )
        }
        ErrorKind::Io(error) if TooLong::is(error) => format!(
            "the row that begins in line {line} has more than {} MiB. Is a quote left open?",
            ROW_BYTES >> 20
        ),
        ErrorKind::Io(error) => error.to_string(),
        _ => format!("line {line} is not CSV"),
    }
}

/// A file of which so many bytes may be read before somebody allows more.
struct Bounded {
    file: File,
    left: usize,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.left = match self.left.checked_sub(read) {
            Some(left) => left,
            None => return Err(io::Error::other(TooLong)),
        };
        Ok(read)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the row is too long")]
struct TooLong;

impl TooLong {
    fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|cause| cause.is::<TooLong>())
    }
}
