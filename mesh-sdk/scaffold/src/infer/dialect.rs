//! How a file is written: its delimiter, and whether its first row names the columns.

use csv::{ByteRecord, ReaderBuilder};

use super::cell::{self, Value};
use super::text;

/// Rows of the beginning that the delimiter is judged by.
const ROWS: usize = 100;

/// Whether the first row of the data names the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// A first row of nothing but numbers is data, any other names the columns.
    #[default]
    Detect,
    Present,
    Absent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) has_header: bool,
}

impl Dialect {
    /// Judges by the beginning of a file; `whole` says that it is all of it.
    pub(super) fn sniff(
        head: &[u8],
        whole: bool,
        delimiter: Option<u8>,
        header: Header,
    ) -> Dialect {
        let delimiter = delimiter.unwrap_or_else(|| self::delimiter(head, whole));
        let has_header = match header {
            Header::Present => true,
            Header::Absent => false,
            Header::Detect => !is_data(head, delimiter),
        };
        Dialect {
            delimiter,
            has_header,
        }
    }

    /// Numbers are written `1,5` where the comma is free for it.
    pub(super) fn decimal_comma(self) -> bool {
        self.delimiter == b';'
    }

    pub(super) fn reader(self) -> ReaderBuilder {
        let mut reader = ReaderBuilder::new();
        reader
            .delimiter(self.delimiter)
            .has_headers(false)
            .flexible(true);
        reader
    }
}

/// The one that cuts most rows into the same number of cells, and into most cells; the comma where none does.
fn delimiter(head: &[u8], whole: bool) -> u8 {
    let width = |delimiter: u8| {
        let widths = widths(head, whole, delimiter);
        let first = *widths.first()?;
        let same = widths.iter().filter(|width| **width == first).count();
        (first > 1 && same * 10 >= widths.len() * 9).then_some((first, delimiter))
    };
    // Of equals max_by_key keeps the last: text has commas rather than tabs.
    let candidates = [b',', b'|', b';', b'\t'].into_iter().filter_map(width);
    candidates
        .max_by_key(|(width, _)| *width)
        .map_or(b',', |(_, delimiter)| delimiter)
}

fn widths(head: &[u8], whole: bool, delimiter: u8) -> Vec<usize> {
    let dialect = Dialect {
        delimiter,
        has_header: false,
    };
    let rows = dialect.reader().from_reader(head).into_byte_records();
    let mut widths: Vec<usize> = rows
        .map_while(Result::ok)
        .take(ROWS + 1)
        .map(|row| row.len())
        .collect();
    if (!whole || widths.len() > ROWS) && widths.len() > 1 {
        widths.pop();
    }
    widths
}

fn is_data(head: &[u8], delimiter: u8) -> bool {
    let dialect = Dialect {
        delimiter,
        has_header: false,
    };
    let mut row = ByteRecord::new();
    let read = dialect
        .reader()
        .from_reader(head)
        .read_byte_record(&mut row);
    if !read.unwrap_or_default() {
        return false;
    }
    let mut numbers = 0;
    let numeric = row.iter().all(|bytes| {
        let text = text::decode(bytes);
        let value = Value::read(text.trim(), dialect.decimal_comma());
        let number = matches!(value, Value::Integer(_) | Value::Number(_));
        numbers += usize::from(number);
        number || cell::missing(text.trim()).is_some()
    });
    numeric && numbers > 0
}

#[cfg(test)]
mod tests;
