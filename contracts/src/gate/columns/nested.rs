//! Columns, and the columns within them.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{
    AnyDictionaryArray, Array, ArrayRef, BooleanArray, ListArray, StructArray, UInt64Array,
    new_null_array,
};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Fields};
use arrow_select::nullif::nullif;
use arrow_select::take::take;

use super::compiled::Rule;
use super::differ::{ColumnsDiffer, below, found, type_differs};
use super::{Broken, Cells, coerce, either};
use crate::gate::rules::{length_rule, repeats};
use crate::property::{LogicalType, Property};

/// `live` are the slots that the values around them do not make null.
pub(super) fn column(
    rule: &Rule,
    property: &Property,
    path: &str,
    array: &ArrayRef,
    live: Option<&NullBuffer>,
) -> Result<Cells, ColumnsDiffer> {
    let differs = || type_differs(path, property.logical_type(), array.data_type());
    let array = match live {
        Some(live) => {
            &nullif(array, &BooleanArray::new(!live.inner(), None)).map_err(|_| differs())?
        }
        None => array,
    };
    let cells = values(rule, property, path, array)?;
    Ok(required(property, cells, live))
}

/// Holds that what is required is not null.
pub(super) fn required(property: &Property, cells: Cells, live: Option<&NullBuffer>) -> Cells {
    let nulls = cells
        .values
        .nulls()
        .filter(|nulls| property.required() && nulls.null_count() > 0);
    let missing = nulls.map(|nulls| match live {
        Some(live) => &!nulls.inner() & live.inner(),
        None => !nulls.inner(),
    });
    Cells {
        broken: either(cells.broken, missing),
        values: cells.values,
    }
}

fn values(
    rule: &Rule,
    property: &Property,
    path: &str,
    array: &ArrayRef,
) -> Result<Cells, ColumnsDiffer> {
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        return dictionary_values(rule, property, path, dictionary);
    }
    let differs = || type_differs(path, property.logical_type(), array.data_type());
    match (property.logical_type(), array.data_type()) {
        (_, DataType::Null) => Ok(Cells {
            values: new_null_array(&loose(property), array.len()),
            broken: None,
        }),
        (LogicalType::Object(properties), DataType::Struct(_)) => {
            object(rule, properties, path, array.as_struct())
        }
        (
            LogicalType::Array(item),
            DataType::List(field) | DataType::LargeList(field) | DataType::FixedSizeList(field, _),
        ) => {
            let list = cast(array, &DataType::List(field.clone())).map_err(|_| differs())?;
            let list = compact(list.as_list::<i32>()).map_err(|_| differs())?;
            items(rule, property, item, path, &list)
        }
        (LogicalType::Object(_) | LogicalType::Array(_), _) => Err(differs()),
        (logical_type, _) => {
            let cells = coerce::coerced(logical_type, array).ok_or_else(differs)?;
            let broken = rule.broken(property, &cells.values);
            Ok(Cells {
                broken: either(cells.broken, broken),
                values: cells.values,
            })
        }
    }
}

/// Every distinct value is looked at once.
fn dictionary_values(
    rule: &Rule,
    property: &Property,
    path: &str,
    dictionary: &dyn AnyDictionaryArray,
) -> Result<Cells, ColumnsDiffer> {
    let cells = values(rule, property, path, dictionary.values())?;
    let differs = || type_differs(path, property.logical_type(), dictionary.data_type());
    let broken = cells.broken.map(|broken| {
        let keys = dictionary.normalized_keys();
        BooleanBuffer::collect_bool(keys.len(), |index| {
            dictionary.is_valid(index) && broken.value(keys[index])
        })
    });
    let values = take(&cells.values, dictionary.keys(), None).map_err(|_| differs())?;
    Ok(Cells { values, broken })
}

fn object(
    rule: &Rule,
    properties: &[Property],
    path: &str,
    object: &StructArray,
) -> Result<Cells, ColumnsDiffer> {
    let arrays = found(properties, path, &object.column_names(), object.columns())?;
    let mut broken: Broken = None;
    let mut fields = Vec::with_capacity(properties.len());
    let mut columns = Vec::with_capacity(properties.len());
    for ((property, rule), array) in properties.iter().zip(&rule.within).zip(arrays) {
        let values = match array {
            None => new_null_array(&loose(property), object.len()),
            Some(array) => {
                let path = below(path, property.name());
                let cells = column(rule, property, &path, &array, object.nulls())?;
                broken = either(broken, cells.broken);
                cells.values
            }
        };
        fields.push(Field::new(
            property.name(),
            values.data_type().clone(),
            true,
        ));
        columns.push(values);
    }
    let nulls = object.nulls().cloned();
    let object = StructArray::new(Fields::from(fields), columns, nulls);
    Ok(Cells {
        values: Arc::new(object),
        broken,
    })
}

/// A list as it is without what no slot of it holds.
fn compact(list: &ListArray) -> Result<ListArray, ArrowError> {
    let offsets = list.offsets();
    let whole = offsets.first().is_some_and(|first| *first == 0)
        && offsets
            .last()
            .is_some_and(|last| usize::try_from(*last) == Ok(list.values().len()));
    if whole && !offsets.has_non_empty_nulls(list.nulls()) {
        return Ok(list.clone());
    }
    let all = UInt64Array::from_iter_values(0..list.len() as u64);
    Ok(take(list, &all, None)?.as_list().clone())
}

fn items(
    rule: &Rule,
    property: &Property,
    item: &Property,
    path: &str,
    list: &ListArray,
) -> Result<Cells, ColumnsDiffer> {
    let path = format!("{path}[]");
    let within = rule
        .within
        .first()
        .ok_or_else(|| type_differs(&path, item.logical_type(), &list.value_type()))?;
    let cells = column(within, item, &path, list.values(), None)?;
    let offsets = list.offsets();
    let place = |index: usize| {
        let (start, end) = (offsets[index], offsets[index + 1]);
        (
            start.cast_unsigned() as usize,
            (end - start).cast_unsigned() as usize,
        )
    };
    let unique = property.options().unique_items();
    let broken = BooleanBuffer::collect_bool(list.len(), |index| {
        let (start, length) = place(index);
        let item_broken = || {
            let broken = cells.broken.as_ref();
            broken.is_some_and(|broken| broken.slice(start, length).has_true())
        };
        list.is_valid(index)
            && (length_rule(property.options(), length).is_some()
                || item_broken()
                || unique && repeated(&cells.values.slice(start, length)))
    });
    let field = Field::new(item.name(), cells.values.data_type().clone(), true);
    let values = ListArray::new(
        Arc::new(field),
        offsets.clone(),
        cells.values,
        list.nulls().cloned(),
    );
    Ok(Cells {
        values: Arc::new(values),
        broken: broken.has_true().then_some(broken),
    })
}

/// Of the types that a contract's items can be unique in.
fn repeated(items: &ArrayRef) -> bool {
    match items.data_type() {
        DataType::Int64 => repeats(items.as_primitive::<Int64Type>().iter()),
        DataType::Date32 => repeats(items.as_primitive::<Date32Type>().iter()),
        DataType::Boolean => repeats(items.as_boolean().iter()),
        DataType::Utf8 => repeats(items.as_string::<i32>().iter()),
        _ => false,
    }
}

/// The type in which values of a property are stored, with everything in it nullable.
pub(super) fn loose(property: &Property) -> DataType {
    fn nullable(field: &FieldRef) -> FieldRef {
        let data_type = match field.data_type() {
            DataType::Struct(fields) => DataType::Struct(fields.iter().map(nullable).collect()),
            DataType::List(item) => DataType::List(nullable(item)),
            other => other.clone(),
        };
        Arc::new(Field::new(field.name(), data_type, true))
    }
    nullable(&Arc::new(crate::arrow::field(property)))
        .data_type()
        .clone()
}

/// The values with the type of the field, which says what in them may not be null.
pub(super) fn sealed(field: &FieldRef, values: ArrayRef) -> Result<ArrayRef, ArrowError> {
    match field.data_type() {
        to if to == values.data_type() => Ok(values),
        DataType::Struct(fields) => {
            let values = values.as_struct();
            let columns = fields.iter().zip(values.columns());
            let columns: Result<Vec<ArrayRef>, ArrowError> = columns
                .map(|(field, values)| sealed(field, values.clone()))
                .collect();
            let nulls = values.nulls().cloned();
            Ok(Arc::new(StructArray::try_new(
                fields.clone(),
                columns?,
                nulls,
            )?))
        }
        DataType::List(item) => {
            let values = values.as_list::<i32>();
            let items = sealed(item, values.values().clone())?;
            let (offsets, nulls) = (values.offsets().clone(), values.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(
                item.clone(),
                offsets,
                items,
                nulls,
            )?))
        }
        to => cast(&values, to),
    }
}
