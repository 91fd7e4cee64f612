//! Nothing that comes in brings the gate down.

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Date64Array, Decimal128Array,
    DictionaryArray, DurationSecondArray, Float32Array, Float64Array, Int8Array, Int32Array,
    Int64Array, LargeStringArray, ListArray, NullArray, PrimitiveArray, RecordBatch,
    RecordBatchOptions, StringArray, StringViewArray, StructArray, Time32SecondArray,
    Time64NanosecondArray, TimestampMicrosecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt8Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{Field, Schema};
use mesh_contracts::{Gate, Record, Side};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use crate::everything;
use crate::records::anything;

const ROWS: usize = 12;

fn config() -> Config {
    let cases = std::env::var("MESH_FUZZ_CASES").ok();
    Config::with_cases(cases.and_then(|cases| cases.parse().ok()).unwrap_or(1_000))
}

/// Numbers from which arrays of any type are made: near zero, near the ends, and any.
fn seeds(rows: usize) -> impl Strategy<Value = Vec<Option<i64>>> {
    let number = prop_oneof![4 => -3_i64..130, 1 => select(vec![i64::MIN, i64::MAX, 1 << 53]), 1 => any::<i64>()];
    vec(prop::option::weighted(0.8, number), rows)
}

fn leaf(rows: usize) -> impl Strategy<Value = ArrayRef> {
    (0_usize..24, seeds(rows)).prop_map(|(kind, seeds)| array(kind, &seeds))
}

#[expect(clippy::cast_possible_truncation, reason = "any number will do")]
fn array(kind: usize, seeds: &[Option<i64>]) -> ArrayRef {
    let of = seeds.iter().copied();
    let texts = || seeds.iter().map(|seed| seed.map(text));
    match kind {
        0 => Arc::new(of.map(|s| s.map(|s| s as i8)).collect::<Int8Array>()),
        1 => Arc::new(of.map(|s| s.map(|s| s as i32)).collect::<Int32Array>()),
        2 => Arc::new(of.collect::<Int64Array>()),
        3 => Arc::new(of.map(|s| s.map(|s| s as u8)).collect::<UInt8Array>()),
        4 => Arc::new(of.map(|s| s.map(|s| s as u64)).collect::<UInt64Array>()),
        5 => Arc::new(
            of.map(|s| s.map(|s| f32::from_bits(s as u32)))
                .collect::<Float32Array>(),
        ),
        6 => Arc::new(
            of.map(|s| s.map(|s| f64::from_bits(s as u64)))
                .collect::<Float64Array>(),
        ),
        7 => Arc::new(
            of.map(|s| s.map(|s| s as f64 / 4.0))
                .collect::<Float64Array>(),
        ),
        8 => Arc::new(of.map(|s| s.map(|s| s & 1 == 0)).collect::<BooleanArray>()),
        9 => Arc::new(of.map(|s| s.map(|s| s as i32)).collect::<Date32Array>()),
        10 => Arc::new(of.collect::<Date64Array>()),
        11 => Arc::new(of.collect::<TimestampSecondArray>()),
        12 => Arc::new(
            of.collect::<TimestampMicrosecondArray>()
                .with_timezone("+02:00"),
        ),
        13 => Arc::new(of.collect::<TimestampNanosecondArray>()),
        14 => Arc::new(
            of.map(|s| s.map(|s| s as i32))
                .collect::<Time32SecondArray>(),
        ),
        15 => Arc::new(of.collect::<Time64NanosecondArray>()),
        16 => Arc::new(of.map(|s| s.map(i128::from)).collect::<Decimal128Array>()),
        17 => Arc::new(of.collect::<DurationSecondArray>()),
        18 => Arc::new(NullArray::new(seeds.len())),
        19 => Arc::new(texts().collect::<StringArray>()),
        20 => Arc::new(texts().collect::<LargeStringArray>()),
        21 => Arc::new(texts().collect::<StringViewArray>()),
        22 => Arc::new(
            texts()
                .map(|text| text.map(String::into_bytes))
                .collect::<BinaryArray>(),
        ),
        _ => Arc::new(
            texts()
                .collect::<Vec<_>>()
                .iter()
                .map(Option::as_deref)
                .collect::<DictionaryArray<Int32Type>>(),
        ),
    }
}

fn text(seed: i64) -> String {
    let texts = [
        "",
        "a",
        "abc",
        "12",
        "2024-02-29",
        "1970-01-01T00:00:00Z",
        "12:00:00",
        "ü",
        "a@b",
        "true",
        "NaN",
    ];
    let place = usize::try_from(seed.unsigned_abs() % 13).unwrap_or_default();
    texts
        .get(place)
        .map_or_else(|| seed.to_string(), |text| (*text).to_owned())
}

/// An array of any type with so many rows, also one that is a part of a larger one.
fn arrays(rows: usize, depth: usize) -> BoxedStrategy<ArrayRef> {
    let sliced =
        (leaf(rows + 3), 0_usize..4).prop_map(move |(array, from)| array.slice(from, rows));
    if depth == 0 {
        return prop_oneof![leaf(rows), sliced].boxed();
    }
    let names = select(vec!["name", "floor", "id", "seen", "x", "y", "item", "odd"]);
    let objects = (
        vec((names, arrays(rows, depth - 1)), 1..4),
        vec(any::<bool>(), rows),
    )
        .prop_map(|(fields, valid)| object(fields, valid));
    let lists = (
        arrays(rows * 2, depth - 1),
        vec(0_usize..3, rows),
        vec(any::<bool>(), rows),
    )
        .prop_map(|(values, lengths, valid)| list(values, &lengths, valid));
    let dictionaries = (arrays(4, depth - 1), vec(prop::option::of(0_i8..4), rows))
        .prop_map(|(values, keys)| dictionary(values, keys));
    prop_oneof![3 => leaf(rows), 1 => sliced, 2 => objects, 2 => lists, 1 => dictionaries].boxed()
}

fn object(fields: Vec<(&str, ArrayRef)>, valid: Vec<bool>) -> ArrayRef {
    let (fields, arrays): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .map(|(name, array)| {
            (
                Arc::new(Field::new(name, array.data_type().clone(), true)),
                array,
            )
        })
        .unzip();
    Arc::new(StructArray::new(
        fields.into(),
        arrays,
        Some(NullBuffer::from(valid)),
    ))
}

fn list(values: ArrayRef, lengths: &[usize], valid: Vec<bool>) -> ArrayRef {
    let field = Arc::new(Field::new("item", values.data_type().clone(), true));
    let offsets = OffsetBuffer::from_lengths(lengths.iter().copied());
    Arc::new(ListArray::new(
        field,
        offsets,
        values,
        Some(NullBuffer::from(valid)),
    ))
}

fn dictionary(values: ArrayRef, keys: Vec<Option<i8>>) -> ArrayRef {
    let keys: PrimitiveArray<Int8Type> = keys.into_iter().collect();
    Arc::new(DictionaryArray::new(keys, values))
}

fn batches() -> impl Strategy<Value = RecordBatch> {
    let contract = everything();
    let fields: Vec<_> = contract.arrow_schema().fields().iter().cloned().collect();
    let mut names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
    names.push("odd".to_owned());
    // What is required is mostly there, or no column of any batch would be looked at.
    let fixed = ["count", "place", "event_id", "received_at"].map(|name| {
        let right = match name {
            "count" => seeds(ROWS).prop_map(|seeds| array(2, &seeds)).boxed(),
            "place" => {
                let names = seeds(ROWS).prop_map(|seeds| array(19, &seeds));
                let floors = leaf(ROWS);
                (names, floors, vec(any::<bool>(), ROWS))
                    .prop_map(|(names, floors, valid)| {
                        object(vec![("name", names), ("floor", floors)], valid)
                    })
                    .boxed()
            }
            "event_id" => seeds(ROWS).prop_map(|seeds| array(19, &seeds)).boxed(),
            _ => seeds(ROWS).prop_map(|seeds| array(12, &seeds)).boxed(),
        };
        let array = prop_oneof![20 => right, 1 => arrays(ROWS, 2)];
        (Just(name.to_owned()), array)
    });
    let others = vec((select(names), arrays(ROWS, 2)), 0..3);
    (
        fixed[0].clone(),
        fixed[1].clone(),
        fixed[2].clone(),
        fixed[3].clone(),
        others,
    )
        .prop_map(|(a, b, c, d, others)| {
            let columns = [a, b, c, d].into_iter().chain(others);
            let (fields, arrays): (Vec<_>, Vec<_>) = columns
                .map(|(name, array)| (Field::new(name, array.data_type().clone(), true), array))
                .unzip();
            let options = RecordBatchOptions::new().with_row_count(Some(ROWS));
            RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
                .unwrap()
        })
}

#[test]
fn any_columns_are_gated_or_refused() {
    let gate = Gate::compile(&everything(), Side::Stored);
    let gated = |batch: RecordBatch| {
        let _ = gate.text_columns(&batch);
        let Ok(gated) = gate.columns(&batch) else {
            return Ok(());
        };
        prop_assert_eq!(gated.accepted.num_rows() + gated.rejected.len(), ROWS);
        let mut told = gated.rejected.iter().flat_map(|(_, violations)| violations);
        prop_assert!(told.all(|violation| violation.rule() != "encoding"));
        let again = gate.columns(gated.accepted.batch()).unwrap();
        prop_assert_eq!(again.accepted.batch(), gated.accepted.batch());
        Ok(())
    };
    TestRunner::new(config()).run(&batches(), gated).unwrap();
}

/// Each column by itself, so that every type meets every property.
#[test]
fn any_column_is_gated_or_refused() {
    let properties = everything();
    let names: Vec<String> = properties
        .schema()
        .properties()
        .iter()
        .map(|property| property.name().to_owned())
        .collect();
    let gate = Gate::compile(&optional(), Side::Stored);
    let gated = |(name, array): (String, ArrayRef)| {
        let batch = super::batch(vec![(&name, array)]);
        let Ok(gated) = gate.columns(&batch) else {
            return Ok(());
        };
        prop_assert_eq!(gated.accepted.num_rows() + gated.rejected.len(), ROWS);
        let mut told = gated.rejected.iter().flat_map(|(_, violations)| violations);
        prop_assert!(told.all(|violation| violation.rule() != "encoding"));
        let again = gate.columns(gated.accepted.batch()).unwrap();
        prop_assert_eq!(again.accepted.batch(), gated.accepted.batch());
        Ok(())
    };
    TestRunner::new(config())
        .run(&(select(names), arrays(ROWS, 2)), gated)
        .unwrap();
}

/// `everything` with no column required.
fn optional() -> mesh_contracts::Contract {
    let yaml = include_str!("../everything.yaml");
    let kept = yaml.lines().filter(|line| {
        let assigned = line.starts_with("        customProperties: [{ property: assigned");
        let key =
            line.starts_with("        primaryKey:") || line.starts_with("        required: true");
        !assigned && !key
    });
    let yaml = kept.collect::<Vec<_>>().join("\n");
    mesh_contracts::Contract::parse("everything.yaml", &yaml).unwrap()
}

#[test]
fn any_json_is_checked() {
    let contract = everything();
    let mut names: Vec<String> = contract
        .schema()
        .properties()
        .iter()
        .map(|property| property.name().to_owned())
        .collect();
    names.push("odd".to_owned());
    let rows = vec((select(names), anything()), 0..10);
    let checked = |fields: Vec<(String, serde_json::Value)>| {
        let record: Record = fields.into_iter().collect();
        for side in [Side::Input, Side::Stored] {
            let gate = Gate::compile(&contract, side);
            let kept = gate.check(&record).is_ok();
            if side == Side::Stored {
                let accepted = gate.batch(vec![record.clone()]).accepted.num_rows();
                prop_assert_eq!(accepted, usize::from(kept));
            }
        }
        Ok(())
    };
    TestRunner::new(config()).run(&rows, checked).unwrap();
}
