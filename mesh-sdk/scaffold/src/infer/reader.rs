//! A file row by row, within bounds: bytes, rows, and the length of one row, so that memory does not depend on it.

use std::cell::Cell as Shared;
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use csv::ByteRecord;

use super::dialect::Dialect;
use super::{InferError, InferOptions, text};

/// Bytes of the beginning that the dialect is judged by.
const HEAD: usize = 64 << 10;
const LARGEST_ROW: usize = 1 << 20;
/// What a contract can list and a person can review.
const MOST_COLUMNS: usize = 256;

type Input<R> = io::Chain<Cursor<Vec<u8>>, R>;

/// The rows of a CSV file.
pub(super) struct Rows<R> {
    reader: csv::Reader<Metered<Input<R>>>,
    row_bytes: Rc<Shared<usize>>,
    dialect: Dialect,
    header: Option<Vec<String>>,
    width: usize,
    row: ByteRecord,
    /// The first row is read already, and is data.
    pending: bool,
    taken: u64,
    max_rows: u64,
    max_bytes: u64,
    sampled: bool,
}

/// One row, as wide as the first of the file; cells that are not there are empty.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    cells: &'a ByteRecord,
}

impl Row<'_> {
    pub(super) fn cell(&self, index: usize) -> &[u8] {
        self.cells.get(index).unwrap_or_default()
    }
}

impl<R: Read> Rows<R> {
    pub(super) fn open(mut input: R, options: &InferOptions) -> Result<Rows<R>, InferError> {
        let mut head = Vec::with_capacity(HEAD);
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let whole = head.len() < HEAD;
        if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
            return Err(InferError::Utf16);
        }
        if head.starts_with(&[0xef, 0xbb, 0xbf]) {
            head.drain(..3);
        }
        let dialect = Dialect::sniff(&head, whole, options.delimiter, options.header);
        let row_bytes = Rc::new(Shared::new(0));
        let input = Metered {
            input: Cursor::new(head).chain(input),
            row_bytes: row_bytes.clone(),
        };
        let mut rows = Rows {
            reader: dialect.reader().from_reader(input),
            row_bytes,
            dialect,
            header: None,
            width: 0,
            row: ByteRecord::new(),
            pending: false,
            taken: 0,
            max_rows: options.max_rows,
            max_bytes: options.max_bytes,
            sampled: false,
        };
        rows.first()?;
        Ok(rows)
    }

    fn first(&mut self) -> Result<(), InferError> {
        if !self.advance()? {
            return Err(InferError::Empty);
        }
        self.width = self.row.len();
        if self.width > MOST_COLUMNS {
            return Err(InferError::TooManyColumns {
                found: self.width,
                limit: MOST_COLUMNS,
            });
        }
        self.pending = !self.dialect.has_header;
        if self.dialect.has_header {
            let names = self
                .row
                .iter()
                .map(|name| text::decode(name).trim().to_owned());
            self.header = Some(names.collect());
        }
        Ok(())
    }

    /// The names in the first row, if it has names.
    pub(super) fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether rows were left unread at the end.
    pub(super) fn sampled(&self) -> bool {
        self.sampled
    }

    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, InferError> {
        let there = std::mem::take(&mut self.pending) || self.advance()?;
        if !there {
            return Ok(None);
        }
        if self.taken == self.max_rows || self.reader.position().byte() > self.max_bytes {
            self.sampled = true;
            return Ok(None);
        }
        self.taken += 1;
        let line = self.row.position().map_or(0, csv::Position::line);
        let beyond = self.row.iter().skip(self.width);
        if beyond.into_iter().any(|cell| !cell.trim_ascii().is_empty()) {
            return Err(InferError::Ragged {
                line,
                found: self.row.len(),
                expected: self.width,
            });
        }
        Ok(Some(Row {
            line,
            cells: &self.row,
        }))
    }

    fn advance(&mut self) -> Result<bool, InferError> {
        self.row_bytes.set(0);
        let line = self.reader.position().line();
        self.reader
            .read_byte_record(&mut self.row)
            .map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(_) if self.row_bytes.get() > LARGEST_ROW => {
                    InferError::RowTooLong {
                        line,
                        limit: LARGEST_ROW,
                    }
                }
                csv::ErrorKind::Io(error) => InferError::Read(error),
                other => InferError::Read(io::Error::other(format!("{other:?}"))),
            })
    }
}

/// Counts what was read since a row began, and ends a row that does not end.
struct Metered<R> {
    input: R,
    row_bytes: Rc<Shared<usize>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.row_bytes.get() > LARGEST_ROW {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let read = self.input.read(buffer)?;
        self.row_bytes.set(self.row_bytes.get() + read);
        Ok(read)
    }
}
