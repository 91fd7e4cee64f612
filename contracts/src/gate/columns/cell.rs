//! One value of a column as the JSON that stands for it, for a row that is told what is wrong with it.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{AnyDictionaryArray, Array, ArrayRef, StructArray};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde_json::{Number, Value};

use super::coerce::{days, decimal_integer, decimal_number, micros};

/// What JSON has no value for is text that no rule lets through.
pub(super) fn value(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float16 => float(array.as_primitive::<Float16Type>().value(row).to_f64()),
        DataType::Float32 => float(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal32(..) => decimal::<Decimal32Type>(array, row),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(array, row),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(array, row),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(array, row),
        DataType::Date32 => date(Some(array.as_primitive::<Date32Type>().value(row))),
        DataType::Date64 => date(days(array.as_primitive::<Date64Type>().value(row))),
        DataType::Timestamp(unit, _) => timestamp(micros(*unit, time(array, *unit, row))),
        DataType::Time32(unit) | DataType::Time64(unit) => time_of_day(*unit, clock(array, row))
            .unwrap_or_default()
            .into(),
        _ => nested(array, row),
    }
}

fn nested(array: &dyn Array, row: usize) -> Value {
    let items = |items: ArrayRef| (0..items.len()).map(|item| value(&items, item)).collect();
    match array.data_type() {
        DataType::List(_) => items(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => items(array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => items(array.as_fixed_size_list().value(row)),
        DataType::Struct(_) => object(array.as_struct(), row),
        _ => match array.as_any_dictionary_opt() {
            Some(dictionary) => entry(dictionary, row),
            None => String::new().into(),
        },
    }
}

fn entry(dictionary: &dyn AnyDictionaryArray, row: usize) -> Value {
    let key = value(dictionary.keys(), row);
    let key = key.as_u64().and_then(|key| usize::try_from(key).ok());
    key.map_or(Value::Null, |key| value(dictionary.values(), key))
}

fn object(object: &StructArray, row: usize) -> Value {
    let fields = object.column_names().into_iter().zip(object.columns());
    fields
        .map(|(name, column)| (name.to_owned(), value(column, row)))
        .collect()
}

fn float(float: f64) -> Value {
    let number = Number::from_f64(float);
    number.map_or_else(|| float.to_string().into(), Value::Number)
}

fn decimal<T: DecimalType>(array: &dyn Array, row: usize) -> Value {
    let text = array.as_primitive::<T>().value_as_string(row);
    match (decimal_integer(&text), decimal_number(&text)) {
        (Some(integer), _) => integer.into(),
        (None, Some(number)) => float(number),
        (None, None) => text.into(),
    }
}

fn date(days: Option<i32>) -> Value {
    let date = days.and_then(NaiveDate::from_epoch_days);
    date.map(|date| date.to_string()).unwrap_or_default().into()
}

fn time(array: &dyn Array, unit: TimeUnit, row: usize) -> i64 {
    match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row),
        TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(row),
        TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(row),
    }
}

fn clock(array: &dyn Array, row: usize) -> i64 {
    match array.data_type() {
        DataType::Time32(TimeUnit::Second) => {
            array.as_primitive::<Time32SecondType>().value(row).into()
        }
        DataType::Time32(_) => array
            .as_primitive::<Time32MillisecondType>()
            .value(row)
            .into(),
        DataType::Time64(TimeUnit::Microsecond) => {
            array.as_primitive::<Time64MicrosecondType>().value(row)
        }
        _ => array.as_primitive::<Time64NanosecondType>().value(row),
    }
}

/// In UTC, or in an offset in which the year has four digits.
fn timestamp(micros: Option<i64>) -> Value {
    let time = micros.and_then(DateTime::<Utc>::from_timestamp_micros);
    let written = time.and_then(|time| {
        let offsets = [0, 1439, -1439].map(|minutes| FixedOffset::east_opt(minutes * 60));
        let mut times = offsets
            .into_iter()
            .flatten()
            .map(|offset| time.with_timezone(&offset));
        times.find(|time| (0..10_000).contains(&time.year()))
    });
    let text = written.map(|time| time.to_rfc3339_opts(SecondsFormat::Micros, true));
    text.unwrap_or_default().into()
}

/// `23:59:59.5`; none for what is no time of a day.
pub(super) fn time_of_day(unit: TimeUnit, time: i64) -> Option<String> {
    let nanos = match unit {
        TimeUnit::Second => time.checked_mul(1_000_000_000)?,
        TimeUnit::Millisecond => time.checked_mul(1_000_000)?,
        TimeUnit::Microsecond => time.checked_mul(1_000)?,
        TimeUnit::Nanosecond => time,
    };
    let seconds = u32::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let nanos = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos)?;
    Some(time.to_string())
}
