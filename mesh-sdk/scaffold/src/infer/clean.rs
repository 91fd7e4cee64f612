//! The rows again, as the contract wants them.

use std::borrow::Cow;
use std::io::{self, Read, Write};

use super::cell::{self, Value};
use super::reader::Rows;
use super::{InferError, Inferred, InferredColumn, Kind, column, is_blank, text};

pub(super) fn write(
    inferred: &Inferred,
    csv: impl Read,
    out: impl Write,
    most: u64,
) -> Result<u64, InferError> {
    let mut rows = Rows::open(csv, &inferred.options)?;
    let mut writer = csv::Writer::from_writer(out);
    let columns = &inferred.columns;
    let width = rows.width();
    writer
        .write_record(columns.iter().map(InferredColumn::name))
        .map_err(unwritten)?;
    let most = most.min(inferred.rows);
    let mut written = 0;
    while written < most
        && let Some(row) = rows.next()?
    {
        if is_blank(&row, width) {
            continue;
        }
        for column in columns {
            let text = text::decode(row.cell(column.index));
            let cell = clean(inferred, column, text.trim()).ok_or_else(|| InferError::Changed {
                line: row.line,
                column: column.name.clone(),
            })?;
            writer.write_field(cell.as_ref()).map_err(unwritten)?;
        }
        writer.write_record(None::<&[u8]>).map_err(unwritten)?;
        written += 1;
    }
    writer.flush()?;
    Ok(written)
}

fn unwritten(error: csv::Error) -> InferError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => InferError::Read(error),
        other => InferError::Read(io::Error::other(format!("{other:?}"))),
    }
}

/// The cell as a contract's data writes it; none if it is not of the column's kind.
fn clean<'a>(
    inferred: &Inferred,
    column: &InferredColumn,
    trimmed: &'a str,
) -> Option<Cow<'a, str>> {
    let comma = inferred.dialect.decimal_comma();
    let value = Value::read(trimmed, comma);
    if column::absent(trimmed, value, &inferred.options.sentinels).is_some() {
        return Some(Cow::Borrowed(""));
    }
    match (column.kind, value) {
        (Kind::Integer, Value::Integer(integer)) => Some(integer.to_string().into()),
        (Kind::Number, Value::Integer(_) | Value::Number(_)) => {
            Some(cell::number_text(trimmed, comma).into())
        }
        (Kind::Boolean, Value::Boolean(truth)) => Some(truth.to_string().into()),
        (Kind::Date, Value::Date(_)) | (Kind::String, _) => Some(trimmed.into()),
        (Kind::Timestamp, Value::Timestamp(moment)) => Some(cell::timestamp_text(moment).into()),
        _ => None,
    }
}
