//! Single values of other Arrow types as those that a dataset keeps, where nothing is lost. A value that would lose
//! something breaks its rule; a type whose values mean something else is no column of the contract.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type,
    Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray, StringArray};
use arrow_buffer::NullBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};

use super::{Broken, Cells, cell};
use crate::gate::rules::whole;
use crate::property::LogicalType;

/// None where the type is none that the logical type can be made of.
pub(super) fn coerced(logical_type: &LogicalType, array: &ArrayRef) -> Option<Cells> {
    match logical_type {
        LogicalType::String => text(array),
        LogicalType::Integer => integers(array),
        LogicalType::Number => numbers(array),
        LogicalType::Boolean if *array.data_type() == DataType::Boolean => same(array.clone()),
        LogicalType::Date => dates(array),
        LogicalType::Timestamp => timestamps(array),
        LogicalType::Time => text(array).or_else(|| times_of_day(array)),
        _ => None,
    }
}

fn same(values: ArrayRef) -> Option<Cells> {
    Some(Cells {
        values,
        broken: None,
    })
}

/// Set where a value was and none is any more.
fn lost(before: Option<&NullBuffer>, after: Option<&NullBuffer>) -> Broken {
    let after = after?;
    let lost = match before {
        Some(before) => before.inner() & &!after.inner(),
        None => !after.inner(),
    };
    lost.has_true().then_some(lost)
}

fn map<From: ArrowPrimitiveType, To: ArrowPrimitiveType>(
    array: &ArrayRef,
    to: impl Fn(From::Native) -> Option<To::Native>,
) -> Option<Cells> {
    let values: PrimitiveArray<To> = array.as_primitive::<From>().unary_opt(to);
    Some(Cells {
        broken: lost(array.nulls(), values.nulls()),
        values: Arc::new(values),
    })
}

fn text(array: &ArrayRef) -> Option<Cells> {
    match array.data_type() {
        DataType::Utf8 => same(array.clone()),
        DataType::LargeUtf8 | DataType::Utf8View => same(cast(array, &DataType::Utf8).ok()?),
        _ => None,
    }
}

fn integers(array: &ArrayRef) -> Option<Cells> {
    match array.data_type() {
        DataType::Int64 => same(array.clone()),
        DataType::Int8 => map::<Int8Type, Int64Type>(array, |value| Some(value.into())),
        DataType::Int16 => map::<Int16Type, Int64Type>(array, |value| Some(value.into())),
        DataType::Int32 => map::<Int32Type, Int64Type>(array, |value| Some(value.into())),
        DataType::UInt8 => map::<UInt8Type, Int64Type>(array, |value| Some(value.into())),
        DataType::UInt16 => map::<UInt16Type, Int64Type>(array, |value| Some(value.into())),
        DataType::UInt32 => map::<UInt32Type, Int64Type>(array, |value| Some(value.into())),
        DataType::UInt64 => map::<UInt64Type, Int64Type>(array, |value| value.try_into().ok()),
        DataType::Float16 => map::<Float16Type, Int64Type>(array, |value| whole(value.to_f64())),
        DataType::Float32 => map::<Float32Type, Int64Type>(array, |value| whole(value.into())),
        DataType::Float64 => map::<Float64Type, Int64Type>(array, whole),
        _ => decimals::<Int64Type>(array, decimal_integer),
    }
}

fn numbers(array: &ArrayRef) -> Option<Cells> {
    match array.data_type() {
        DataType::Float64 => same(array.clone()),
        DataType::Float16 => map::<Float16Type, Float64Type>(array, |value| Some(value.to_f64())),
        DataType::Float32 => map::<Float32Type, Float64Type>(array, |value| Some(value.into())),
        DataType::Int8 => map::<Int8Type, Float64Type>(array, |value| Some(value.into())),
        DataType::Int16 => map::<Int16Type, Float64Type>(array, |value| Some(value.into())),
        DataType::Int32 => map::<Int32Type, Float64Type>(array, |value| Some(value.into())),
        DataType::UInt8 => map::<UInt8Type, Float64Type>(array, |value| Some(value.into())),
        DataType::UInt16 => map::<UInt16Type, Float64Type>(array, |value| Some(value.into())),
        DataType::UInt32 => map::<UInt32Type, Float64Type>(array, |value| Some(value.into())),
        DataType::Int64 => map::<Int64Type, Float64Type>(array, |value| Some(value as f64)),
        DataType::UInt64 => map::<UInt64Type, Float64Type>(array, |value| Some(value as f64)),
        _ => decimals::<Float64Type>(array, decimal_number),
    }
}

/// By their text, which is what they would be in JSON.
fn decimals<To: ArrowPrimitiveType>(
    array: &ArrayRef,
    read: fn(&str) -> Option<To::Native>,
) -> Option<Cells> {
    let values: PrimitiveArray<To> = match array.data_type() {
        DataType::Decimal32(..) => read_decimals::<Decimal32Type, To>(array, read),
        DataType::Decimal64(..) => read_decimals::<Decimal64Type, To>(array, read),
        DataType::Decimal128(..) => read_decimals::<Decimal128Type, To>(array, read),
        DataType::Decimal256(..) => read_decimals::<Decimal256Type, To>(array, read),
        _ => return None,
    };
    Some(Cells {
        broken: lost(array.nulls(), values.nulls()),
        values: Arc::new(values),
    })
}

fn read_decimals<From: DecimalType, To: ArrowPrimitiveType>(
    array: &ArrayRef,
    read: fn(&str) -> Option<To::Native>,
) -> PrimitiveArray<To> {
    let array = array.as_primitive::<From>();
    let texts = (0..array.len()).map(|row| array.is_valid(row).then(|| array.value_as_string(row)));
    texts
        .map(|text| text.and_then(|text| read(&text)))
        .collect()
}

/// The whole number that a decimal is.
pub(super) fn decimal_integer(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_whole = decimals.bytes().all(|digit| digit == b'0');
    whole.parse().ok().filter(|_| is_whole)
}

/// The float that is written with the very digits of a decimal.
pub(super) fn decimal_number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let plain = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    let same = plain(&number.to_string()) == plain(text);
    (number == 0.0 || same).then_some(number)
}

fn dates(array: &ArrayRef) -> Option<Cells> {
    match array.data_type() {
        DataType::Date32 => same(array.clone()),
        DataType::Date64 => map::<Date64Type, Date32Type>(array, days),
        _ => None,
    }
}

/// Of milliseconds; a part of a day would be lost.
pub(super) fn days(milliseconds: i64) -> Option<i32> {
    const DAY: i64 = 86_400_000;
    (milliseconds % DAY == 0).then(|| i32::try_from(milliseconds / DAY).ok())?
}

fn timestamps(array: &ArrayRef) -> Option<Cells> {
    let DataType::Timestamp(unit, _) = array.data_type() else {
        return None;
    };
    let cells = match unit {
        TimeUnit::Second => map::<TimestampSecondType, TimestampMicrosecondType>(array, |time| {
            micros(TimeUnit::Second, time)
        }),
        TimeUnit::Millisecond => {
            map::<TimestampMillisecondType, TimestampMicrosecondType>(array, |time| {
                micros(TimeUnit::Millisecond, time)
            })
        }
        TimeUnit::Microsecond => same(array.clone()),
        TimeUnit::Nanosecond => {
            map::<TimestampNanosecondType, TimestampMicrosecondType>(array, |time| {
                micros(TimeUnit::Nanosecond, time)
            })
        }
    }?;
    let values = cells.values.as_primitive::<TimestampMicrosecondType>();
    Some(Cells {
        values: Arc::new(values.clone().with_timezone("UTC")),
        broken: cells.broken,
    })
}

/// What is finer is cut off, as it is of a timestamp in JSON.
pub(super) fn micros(unit: TimeUnit, time: i64) -> Option<i64> {
    match unit {
        TimeUnit::Second => time.checked_mul(1_000_000),
        TimeUnit::Millisecond => time.checked_mul(1_000),
        TimeUnit::Microsecond => Some(time),
        TimeUnit::Nanosecond => Some(time.div_euclid(1_000)),
    }
}

fn times_of_day(array: &ArrayRef) -> Option<Cells> {
    fn texts<T: ArrowPrimitiveType>(array: &ArrayRef, unit: TimeUnit) -> StringArray
    where
        T::Native: Into<i64>,
    {
        let times = array.as_primitive::<T>().iter();
        times
            .map(|time| time.and_then(|time| cell::time_of_day(unit, time.into())))
            .collect()
    }
    let values = match array.data_type() {
        DataType::Time32(TimeUnit::Second) => texts::<Time32SecondType>(array, TimeUnit::Second),
        DataType::Time32(TimeUnit::Millisecond) => {
            texts::<Time32MillisecondType>(array, TimeUnit::Millisecond)
        }
        DataType::Time64(TimeUnit::Microsecond) => {
            texts::<Time64MicrosecondType>(array, TimeUnit::Microsecond)
        }
        DataType::Time64(TimeUnit::Nanosecond) => {
            texts::<Time64NanosecondType>(array, TimeUnit::Nanosecond)
        }
        _ => return None,
    };
    Some(Cells {
        broken: lost(array.nulls(), values.nulls()),
        values: Arc::new(values),
    })
}
