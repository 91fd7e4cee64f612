use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use chrono::DateTime;
use mesh_contracts::{Gate, LogicalType, Property, Record, Side};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::everything;
use crate::records::records;

fn record(change: Value) -> Record {
    let mut record = json!({
        "count": 3,
        "place": {"name": "ward", "floor": 2},
        "event_id": "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b",
        "received_at": "2026-03-14T09:26:53.589793Z",
    });
    let (Value::Object(record), Value::Object(change)) = (&mut record, change) else {
        panic!("objects");
    };
    record.extend(change);
    record.clone()
}

#[test]
fn good_rows_become_columns_and_bad_ones_come_back() {
    let contract = everything();
    let rows = vec![
        record(json!({"count": 0})),
        record(
            json!({"code": "abc", "ratio": 1, "flag": true, "day": "1970-01-02", "visits": ["1970-01-03", null]}),
        ),
        record(json!({"place": {"name": 1}, "extra": 1})),
        record(
            json!({"count": 6.0, "place": {"name": "ward"}, "at": "1970-01-01T01:00:00.0000019+01:00"}),
        ),
    ];
    let gated = Gate::compile(&contract, Side::Stored).batch(rows);
    let rejected: Vec<_> = gated
        .rejected
        .iter()
        .map(|(place, broken)| (*place, broken.len()))
        .collect();
    assert_eq!(rejected, [(0, 1), (2, 2)]);
    assert_eq!(gated.accepted.num_rows(), 2);
    assert_eq!(gated.accepted.contract().id(), contract.id());

    let batch = gated.accepted.batch();
    assert_eq!(batch.schema(), contract.arrow_schema());
    let column = |name: &str| batch.column_by_name(name).unwrap();
    assert_eq!(
        column("count").as_primitive::<Int64Type>().values(),
        &[3, 6]
    );
    assert_eq!(
        column("code").as_string::<i32>().iter().collect::<Vec<_>>(),
        [Some("abc"), None]
    );
    assert_eq!(
        column("ratio")
            .as_primitive::<Float64Type>()
            .iter()
            .collect::<Vec<_>>(),
        [Some(1.0), None]
    );
    assert_eq!(
        column("flag").as_boolean().iter().collect::<Vec<_>>(),
        [Some(true), None]
    );
    assert_eq!(
        column("day")
            .as_primitive::<Date32Type>()
            .iter()
            .collect::<Vec<_>>(),
        [Some(1), None]
    );
    let at = column("at").as_primitive::<TimestampMicrosecondType>();
    assert_eq!(at.iter().collect::<Vec<_>>(), [None, Some(1)]);
    let floor = column("place").as_struct().column_by_name("floor").unwrap();
    assert_eq!(
        floor.as_primitive::<Int64Type>().iter().collect::<Vec<_>>(),
        [Some(2), None]
    );
    let visits = column("visits").as_list::<i32>();
    assert!(visits.is_null(1));
    assert_eq!(
        visits
            .value(0)
            .as_primitive::<Date32Type>()
            .iter()
            .collect::<Vec<_>>(),
        [Some(2), None]
    );
}

#[test]
fn no_rows_are_an_empty_batch() {
    let contract = everything();
    let gated = Gate::compile(&contract, Side::Stored).batch(Vec::new());
    assert!(gated.accepted.is_empty() && gated.rejected.is_empty());
    assert_eq!(gated.accepted.batch().schema(), contract.arrow_schema());
}

#[test]
fn a_gate_of_the_input_side_does_not_batch_incomplete_rows() {
    let mut row = record(json!({}));
    row.shift_remove("event_id");
    let gated = Gate::compile(&everything(), Side::Input).batch(vec![row, record(json!({}))]);
    assert_eq!(gated.accepted.num_rows(), 1);
    assert_eq!(gated.rejected[0].1[0].rule(), "required");
}

#[test]
fn every_row_that_passes_is_found_again_in_the_columns() {
    let contract = everything();
    let properties = contract.schema().properties();
    let gate = Gate::compile(&contract, Side::Stored);
    let mut runner = TestRunner::new(Config::with_cases(300));
    let found_again = |rows: Vec<Record>| {
        let passing: Vec<Value> = rows
            .iter()
            .filter(|row| gate.check(row).is_ok())
            .map(|row| normal_object(properties, row))
            .collect();
        let gated = gate.batch(rows);
        let told = gated.rejected.iter().flat_map(|(_, violations)| violations);
        prop_assert!(told.clone().all(|violation| violation.rule() != "encoding"));
        let stored: Vec<Value> = read_back(gated.accepted.batch())
            .iter()
            .map(|row| normal_object(properties, row))
            .collect();
        prop_assert_eq!(stored, passing);
        Ok(())
    };
    runner
        .run(&vec(records(properties), 0..20), found_again)
        .unwrap();
}

fn read_back(batch: &RecordBatch) -> Vec<Record> {
    let mut writer = arrow_json::ArrayWriter::new(Vec::new());
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    let text = writer.into_inner();
    match text.is_empty() {
        true => Vec::new(),
        false => serde_json::from_slice(&text).unwrap(),
    }
}

/// What of a value survives being stored: null is absence, times are microseconds in UTC.
fn normal(property: &Property, value: &Value) -> Value {
    match (property.logical_type(), value) {
        (LogicalType::Integer, Value::Number(number)) => match number.as_i64() {
            Some(integer) => json!(integer),
            None => json!(number.as_f64().unwrap() as i64),
        },
        (LogicalType::Number, Value::Number(number)) => json!(number.as_f64()),
        (LogicalType::Timestamp, Value::String(text)) => {
            json!(
                DateTime::parse_from_rfc3339(text)
                    .unwrap()
                    .timestamp_micros()
            )
        }
        (LogicalType::Object(properties), Value::Object(object)) => {
            normal_object(properties, object)
        }
        (LogicalType::Array(item), Value::Array(items)) => {
            items.iter().map(|value| normal(item, value)).collect()
        }
        (_, value) => value.clone(),
    }
}

fn normal_object(properties: &[Property], object: &Record) -> Value {
    let present = properties.iter().filter_map(|property| {
        let value = object
            .get(property.name())
            .filter(|value| !value.is_null())?;
        Some((property.name().to_owned(), normal(property, value)))
    });
    present.collect()
}
