use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{
    Array, ArrayRef, Date32Array, Date64Array, Decimal128Array, DictionaryArray, Float32Array,
    Float64Array, Int8Array, Int64Array, LargeListArray, LargeStringArray, ListArray,
    StringViewArray, StructArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Field};
use mesh_contracts::GatedRows;

use super::{batch, contract, gate, told};

/// A column `v` of a property with the rest of its description.
fn held(property: &str, array: impl Array + 'static) -> GatedRows {
    let contract = contract(&format!("- {{ name: v, {property} }}"));
    gate(&contract)
        .columns(&batch(vec![("v", Arc::new(array))]))
        .unwrap()
}

fn integers(gated: &GatedRows) -> Vec<Option<i64>> {
    gated
        .accepted
        .batch()
        .column(0)
        .as_primitive::<Int64Type>()
        .iter()
        .collect()
}

fn numbers(gated: &GatedRows) -> Vec<Option<f64>> {
    gated
        .accepted
        .batch()
        .column(0)
        .as_primitive::<Float64Type>()
        .iter()
        .collect()
}

fn texts(gated: &GatedRows) -> Vec<Option<&str>> {
    gated
        .accepted
        .batch()
        .column(0)
        .as_string::<i32>()
        .iter()
        .collect()
}

#[test]
fn whole_numbers_of_any_width_are_integers() {
    let gated = held(
        "logicalType: integer",
        UInt64Array::from(vec![Some(1), None, Some(u64::MAX)]),
    );
    assert_eq!(
        (integers(&gated), told(&gated)),
        (vec![Some(1), None], vec!["2 v type number".to_owned()])
    );
    let gated = held(
        "logicalType: integer, logicalTypeOptions: { maximum: 2 }",
        Int8Array::from(vec![1, 3]),
    );
    assert_eq!(
        (integers(&gated), told(&gated)),
        (vec![Some(1)], vec!["1 v maximum number".to_owned()])
    );
    let gated = held(
        "logicalType: integer",
        Float32Array::from(vec![63.0, 0.5, f32::NAN, 1e30]),
    );
    assert_eq!(integers(&gated), [Some(63)]);
    assert_eq!(
        told(&gated),
        ["1 v type number", "2 v type string", "3 v type number"]
    );
}

#[test]
fn a_float_that_is_not_finite_breaks_its_row() {
    let gated = held(
        "logicalType: number",
        Float64Array::from(vec![f64::NAN, 1.5, f64::INFINITY, -f64::INFINITY]),
    );
    assert_eq!(numbers(&gated), [Some(1.5)]);
    assert_eq!(
        told(&gated),
        ["0 v type string", "2 v type string", "3 v type string"]
    );
}

#[test]
fn a_decimal_is_a_number_unless_it_loses_digits() {
    let decimals = Decimal128Array::from(vec![
        Some(12_050),
        Some(10),
        None,
        Some(1_234_567_890_123_456_789),
    ]);
    let decimals = decimals.with_precision_and_scale(20, 2).unwrap();
    let gated = held("logicalType: number", decimals.clone());
    assert_eq!(numbers(&gated), [Some(120.5), Some(0.1), None]);
    assert_eq!(told(&gated), ["3 v type string"]);
    let gated = held("logicalType: integer", decimals);
    assert_eq!(
        told(&gated),
        ["0 v type number", "1 v type number", "3 v type string"]
    );
}

#[test]
fn text_of_any_kind_is_a_string() {
    let option = "logicalType: string, logicalTypeOptions: { minLength: 2 }";
    let texts_of = |gated: &GatedRows| {
        texts(gated)
            .into_iter()
            .map(|text| text.map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let expected = [Some("äö".to_owned()), None];
    for gated in [
        held(
            option,
            LargeStringArray::from(vec![Some("äö"), Some("ä"), None]),
        ),
        held(
            option,
            StringViewArray::from(vec![Some("äö"), Some("ä"), None]),
        ),
        held(
            option,
            [Some("äö"), Some("ä"), None]
                .into_iter()
                .collect::<DictionaryArray<Int8Type>>(),
        ),
    ] {
        assert_eq!(texts_of(&gated), expected);
        assert_eq!(told(&gated), ["1 v min-length string"]);
    }
}

#[test]
fn times_of_any_unit_and_zone_are_microseconds_in_utc() {
    let times = |gated: &GatedRows| {
        let column = gated.accepted.batch().column(0).clone();
        assert_eq!(column.data_type().to_string(), "Timestamp(µs, \"UTC\")");
        column
            .as_primitive::<TimestampMicrosecondType>()
            .iter()
            .collect::<Vec<_>>()
    };
    let option = "logicalType: timestamp, logicalTypeOptions: { minimum: '1969-12-31T23:59:59Z' }";
    let seconds = held(
        option,
        TimestampSecondArray::from(vec![Some(1), None, Some(i64::MAX), Some(-2)]),
    );
    assert_eq!(times(&seconds), [Some(1_000_000), None]);
    assert_eq!(told(&seconds), ["2 v format string", "3 v minimum string"]);
    let zoned = TimestampMillisecondArray::from(vec![1]).with_timezone("Europe/Berlin");
    assert_eq!(times(&held(option, zoned)), [Some(1_000)]);
    let nanos = TimestampNanosecondArray::from(vec![-1]);
    assert_eq!(times(&held(option, nanos)), [Some(-1)]);
    let far = TimestampMicrosecondArray::from(vec![
        i64::MAX,
        253_402_300_799_999_999,
        253_402_300_800_000_000 + 86_340_000_000 - 1,
        253_402_300_800_000_000 + 86_340_000_000,
    ]);
    assert_eq!(
        told(&held(option, far)),
        ["0 v format string", "3 v format string"]
    );
}

#[test]
fn dates_and_times_of_day_are_taken_where_they_are_one() {
    let dates = held(
        "logicalType: date",
        Date32Array::from(vec![0, i32::MAX, 2_932_896, 2_932_897, -719_528, -719_529]),
    );
    assert_eq!(
        told(&dates),
        [
            "1 v format string",
            "3 v format string",
            "5 v format string"
        ]
    );
    let dates = held("logicalType: date", Date64Array::from(vec![86_400_000, 1]));
    assert_eq!(told(&dates), ["1 v format string"]);
    let times = held(
        "logicalType: time",
        Time64MicrosecondArray::from(vec![1_500_000, 86_400_000_000]),
    );
    assert_eq!(texts(&times), [Some("00:00:01.500")]);
    assert_eq!(told(&times), ["1 v format string"]);
}

fn list_of(values: ArrayRef, lengths: &[usize], nulls: Vec<bool>) -> ListArray {
    let item = Arc::new(Field::new("element", values.data_type().clone(), true));
    ListArray::new(
        item,
        OffsetBuffer::from_lengths(lengths.iter().copied()),
        values,
        Some(NullBuffer::from(nulls)),
    )
}

#[test]
fn items_that_no_list_holds_are_not_looked_at() {
    let option = "logicalType: array, logicalTypeOptions: { uniqueItems: true, maxItems: 3 }, \
                  items: { logicalType: integer, required: true, logicalTypeOptions: { maximum: 9 } }";
    let values: ArrayRef = Arc::new(Int64Array::from(vec![
        Some(99),
        Some(1),
        Some(2),
        None,
        Some(1),
        Some(1),
        Some(10),
        None,
        Some(5),
    ]));
    let lists = list_of(
        values,
        &[1, 2, 1, 2, 1, 1, 1],
        vec![false, true, false, true, true, true, true],
    );
    let gated = held(option, lists.slice(1, 6));
    assert_eq!(
        told(&gated),
        [
            "2 v unique-items array",
            "3 v maximum number",
            "4 v required null"
        ]
        .map(|told| told
            .replace("v maximum", "v[0] maximum")
            .replace("v required", "v[0] required"))
    );
    let kept = gated.accepted.batch().column(0).as_list::<i32>().clone();
    assert_eq!(
        (kept.value(0).len(), kept.is_null(1), kept.value(2).len()),
        (2, true, 1)
    );
}

#[test]
fn what_is_required_within_an_object_that_is_null_is_not_missed() {
    let option = "logicalType: object, properties: [{ name: a, logicalType: object, required: true, \
                  properties: [{ name: b, logicalType: integer, required: true }, { name: c, logicalType: string }] }]";
    let inner = StructArray::from(vec![(
        Arc::new(Field::new("b", DataType::Int64, true)),
        Arc::new(Int64Array::from(vec![Some(1), None, None, Some(2)])) as ArrayRef,
    )]);
    let field = Arc::new(Field::new("a", inner.data_type().clone(), true));
    let outer = StructArray::new(
        vec![field].into(),
        vec![Arc::new(inner)],
        Some(NullBuffer::from(vec![true, false, true, true])),
    );
    let gated = held(option, outer);
    assert_eq!(told(&gated), ["2 v.a.b required null"]);
    let kept = gated.accepted.batch().column(0).as_struct().clone();
    assert_eq!((kept.len(), kept.null_count()), (3, 1));
}

#[test]
fn large_lists_and_dictionaries_of_numbers_are_taken() {
    let values = Int64Array::from(vec![3, 4, 5]);
    let item = Arc::new(Field::new("item", DataType::Int64, true));
    let lists = LargeListArray::new(
        item,
        OffsetBuffer::from_lengths([2, 1]),
        Arc::new(values.clone()),
        None,
    );
    let option = "logicalType: array, items: { logicalType: integer, logicalTypeOptions: { multipleOf: 3 } }";
    assert_eq!(
        told(&held(option, lists)),
        ["0 v[1] multiple-of number", "1 v[0] multiple-of number"]
    );
    let keys = Int8Array::from(vec![Some(2), None, Some(0)]);
    let dictionary = DictionaryArray::new(keys, Arc::new(values));
    let gated = held(
        "logicalType: integer, required: true, enum: [{ value: 3 }, { value: 70 }]",
        dictionary,
    );
    assert_eq!(integers(&gated), [Some(3)]);
    assert_eq!(told(&gated), ["0 v enum number", "1 v required null"]);
}
