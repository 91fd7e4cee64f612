//! Columns that are all text, each cell read as a contract's record has it from text.

use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray,
    new_null_array,
};
use arrow_buffer::BooleanBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};

use super::compiled::Rule;
use super::differ::{ColumnsDiffer, type_differs};
use super::{Cells, either, nested};
use crate::formats;
use crate::gate::rules::whole;
use crate::property::{LogicalType, Property};
use crate::suggest::shortened;
use crate::text::{boolean, float};

/// The batch with every column as the same kind of text.
pub(super) fn texts(batch: &RecordBatch) -> Result<RecordBatch, ColumnsDiffer> {
    let mut fields = Vec::with_capacity(batch.num_columns());
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let found = column.data_type();
        let differs = || type_differs(&shortened(field.name()), &LogicalType::String, found);
        let kind = match found {
            DataType::Dictionary(_, values) => values.as_ref(),
            other => other,
        };
        if !(kind.is_string() || kind.is_null()) {
            return Err(differs());
        }
        columns.push(cast(column, &DataType::Utf8).map_err(|_| differs())?);
        fields.push(Field::new(field.name(), DataType::Utf8, true));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let schema = Arc::new(Schema::new(fields));
    RecordBatch::try_new_with_options(schema, columns, &options)
        .map_err(|_| type_differs("", &LogicalType::String, &DataType::Utf8))
}

pub(super) fn column(rule: &Rule, property: &Property, texts: &StringArray) -> Cells {
    let values = match property.logical_type() {
        LogicalType::String | LogicalType::Time => without_empty(texts),
        LogicalType::Integer => parsed::<Int64Type>(texts, integer),
        LogicalType::Number => parsed::<Float64Type>(texts, |cell| float(cell.trim())),
        LogicalType::Boolean => {
            let cells = texts.iter().map(|cell| boolean(cell?.trim()));
            Arc::new(cells.collect::<BooleanArray>())
        }
        LogicalType::Date => parsed::<Date32Type>(texts, formats::date),
        LogicalType::Timestamp => {
            let times = texts.iter().map(|cell| formats::timestamp(cell?));
            let times: PrimitiveArray<TimestampMicrosecondType> = times.collect();
            Arc::new(times.with_timezone("UTC"))
        }
        LogicalType::Object(_) | LogicalType::Array(_) => {
            new_null_array(&nested::loose(property), texts.len())
        }
    };
    let unread = BooleanBuffer::collect_bool(texts.len(), |row| {
        values.is_null(row) && !texts.is_null(row) && !texts.value(row).is_empty()
    });
    let unread = unread.has_true().then_some(unread);
    let broken = match property.logical_type() {
        LogicalType::Object(_) | LogicalType::Array(_) => unread,
        _ => either(unread, rule.broken(property, &values)),
    };
    nested::required(property, Cells { values, broken }, None)
}

fn parsed<T: ArrowPrimitiveType>(
    texts: &StringArray,
    read: impl Fn(&str) -> Option<T::Native>,
) -> ArrayRef {
    let values: PrimitiveArray<T> = texts.iter().map(|cell| read(cell?)).collect();
    Arc::new(values)
}

fn integer(cell: &str) -> Option<i64> {
    let cell = cell.trim();
    let parsed = cell.parse().ok();
    parsed.or_else(|| float(cell).and_then(whole))
}

fn without_empty(texts: &StringArray) -> ArrayRef {
    let empty = |cell: Option<&str>| cell.is_some_and(str::is_empty);
    match texts.iter().any(empty) {
        true => {
            let cells = texts
                .iter()
                .map(|cell| cell.filter(|cell| !cell.is_empty()));
            Arc::new(cells.collect::<StringArray>())
        }
        false => Arc::new(texts.clone()),
    }
}
