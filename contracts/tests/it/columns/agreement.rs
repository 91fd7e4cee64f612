//! The verdict does not depend on the form in which rows come.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use mesh_contracts::{
    Contract, Gate, GatedRows, LogicalType, MAX_VIOLATIONS, Property, Record, Side, Violation,
    published, record,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use super::{batch, gate};
use crate::everything;
use crate::records::records;

/// A column cannot tell what is absent from what is null, nor hold what is of another type or no moment.
fn fits_a_column(violation: &Violation) -> bool {
    let no_moment = violation.rule() == "format"
        && (violation.expected().starts_with("a date")
            || violation.expected().starts_with("a time such"));
    !no_moment && !["type", "unknown-field"].contains(&violation.rule())
}

fn fits_columns(gate: &Gate, row: &Record) -> bool {
    let violations = gate.check(row).err().unwrap_or_default();
    violations.len() < MAX_VIOLATIONS && violations.iter().all(fits_a_column)
}

/// With null for what is absent.
fn filled(properties: &[Property], row: &Record) -> Record {
    let fields = properties.iter().map(|property| {
        let value = row.get(property.name()).unwrap_or(&Value::Null);
        (property.name().to_owned(), filled_value(property, value))
    });
    let unknown = row
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    let mut filled: Record = fields.collect();
    for (name, value) in unknown {
        filled.entry(name).or_insert(value);
    }
    filled
}

fn filled_value(property: &Property, value: &Value) -> Value {
    match (property.logical_type(), value) {
        (LogicalType::Object(properties), Value::Object(object)) => {
            Value::Object(filled(properties, object))
        }
        (LogicalType::Array(item), Value::Array(items)) => items
            .iter()
            .map(|value| filled_value(item, value))
            .collect(),
        (_, value) => value.clone(),
    }
}

#[test]
fn a_row_of_columns_is_a_record_that_makes_the_same_row() {
    let contract = everything();
    let gate = gate(&contract);
    let mut runner = TestRunner::new(Config::with_cases(500));
    let agree = |rows: Vec<Record>| {
        let columns = gate.batch(rows).accepted;
        let columns = columns.batch();
        let rows = (0..columns.num_rows()).map(|row| record(columns, row));
        let again = gate.batch(rows.collect());
        prop_assert_eq!(&again.rejected, &vec![]);
        prop_assert_eq!(again.accepted.batch(), columns);
        Ok(())
    };
    let rows = vec(records(contract.schema().properties()), 1..6);
    if let Err(failure) = runner.run(&rows, agree) {
        panic!("{failure}");
    }
}

/// The contract's columns, all of which may hold null.
fn loose(contract: &Contract) -> SchemaRef {
    fn nullable(field: &FieldRef) -> Field {
        let data_type = match field.data_type() {
            DataType::Struct(fields) => DataType::Struct(fields.iter().map(nullable).collect()),
            DataType::List(item) => DataType::List(Arc::new(nullable(item))),
            other => other.clone(),
        };
        Field::new(field.name(), data_type, true)
    }
    let schema = contract.arrow_schema();
    Arc::new(Schema::new(
        schema.fields().iter().map(nullable).collect::<Vec<_>>(),
    ))
}

fn encoded(contract: &Contract, rows: &[Record]) -> RecordBatch {
    let schema = loose(contract);
    let builder = arrow_json::ReaderBuilder::new(schema.clone()).with_batch_size(rows.len().max(1));
    let mut decoder = builder.build_decoder().unwrap();
    decoder.serialize(rows).unwrap();
    let batch = decoder.flush().unwrap();
    batch.unwrap_or_else(|| RecordBatch::new_empty(schema))
}

fn same(contract: &Contract, one: &GatedRows, other: &GatedRows) -> Result<(), TestCaseError> {
    prop_assert_eq!(&one.rejected, &other.rejected, "{:?}", contract);
    prop_assert_eq!(
        one.accepted.batch(),
        other.accepted.batch(),
        "{:?}",
        contract
    );
    Ok(())
}

#[test]
fn columns_get_the_verdict_of_their_records() {
    for contract in published::all().iter().cloned().chain([everything()]) {
        let properties = contract.schema().properties();
        let gate = gate(&contract);
        let agree = |rows: Vec<Record>| {
            let rows: Vec<Record> = rows
                .iter()
                .map(|row| filled(properties, row))
                .filter(|row| fits_columns(&gate, row))
                .collect();
            let batch = encoded(&contract, &rows);
            let gated = gate.columns(&batch).unwrap();
            same(&contract, &gated, &gate.batch(rows.clone()))?;
            let middle = rows.len() / 3..rows.len() * 2 / 3;
            let sliced = gate
                .columns(&batch.slice(middle.start, middle.len()))
                .unwrap();
            same(&contract, &sliced, &gate.batch(rows[middle].to_vec()))
        };
        let mut runner = TestRunner::new(Config::with_cases(150));
        runner.run(&vec(records(properties), 0..16), agree).unwrap();
    }
}

/// `everything` without what a cell of text cannot hold.
fn everything_flat() -> Contract {
    let yaml = include_str!("../everything.yaml");
    let nested = [
        "\n        logicalType: object",
        "\n        logicalType: array",
    ];
    let properties = yaml.split("\n      - name: ");
    let flat = properties.filter(|property| nested.iter().all(|nested| !property.contains(nested)));
    let yaml = flat.collect::<Vec<_>>().join("\n      - name: ");
    Contract::parse("everything.yaml", &yaml).unwrap()
}

fn cells(contract: &Contract) -> BoxedStrategy<Vec<String>> {
    let odd = select(vec![
        "",
        " ",
        " 12 ",
        "12.0",
        "+3",
        "NaN",
        "inf",
        "1e400",
        "1e3",
        "TRUE",
        "false",
        "9223372036854775808",
        "-9223372036854775808",
        "ü",
        "2,5",
        "2024-02-29",
        " 2024-02-29",
        "null",
        "\"\"",
    ]);
    let names: Vec<String> = names(contract);
    let odd = vec(prop::option::weighted(0.03, odd), names.len());
    (records(contract.schema().properties()), odd)
        .prop_map(move |(record, odd)| {
            let cells = names
                .iter()
                .zip(odd)
                .map(|(name, odd)| match (odd, record.get(name)) {
                    (Some(odd), _) => odd.to_owned(),
                    (None, None | Some(Value::Null)) => String::new(),
                    (None, Some(Value::String(text))) => text.clone(),
                    (None, Some(other)) => other.to_string(),
                });
            cells.collect()
        })
        .boxed()
}

fn names(contract: &Contract) -> Vec<String> {
    let properties = contract.schema().properties().iter();
    properties
        .map(|property| property.name().to_owned())
        .collect()
}

#[test]
fn text_columns_get_the_verdict_of_the_records_of_their_cells() {
    let contracts = published::all().iter().cloned();
    for contract in contracts.chain([everything(), everything_flat()]) {
        let names = names(&contract);
        let gate = Gate::compile(&contract, Side::Stored);
        let agree = |rows: Vec<Vec<String>>| {
            let columns = names.iter().enumerate().map(|(column, name)| {
                let cells = rows.iter().map(|row| Some(row[column].as_str()));
                let array: ArrayRef = Arc::new(cells.collect::<StringArray>());
                (name.as_str(), array)
            });
            let gated = gate.text_columns(&batch(columns.collect())).unwrap();
            let records = rows.iter().map(|row| {
                let cells: Vec<&str> = row.iter().map(String::as_str).collect();
                contract.record_from_text(&names, &cells)
            });
            same(&contract, &gated, &gate.batch(records.collect()))
        };
        let mut runner = TestRunner::new(Config::with_cases(150));
        runner.run(&vec(cells(&contract), 0..16), agree).unwrap();
    }
}

/// The tests above would tell nothing if their rows were all good or all bad.
#[test]
fn the_tried_rows_are_good_and_bad() {
    use proptest::strategy::ValueTree;
    let contract = everything_flat();
    let gate = gate(&contract);
    let names = names(&contract);
    let mut runner = TestRunner::deterministic();
    let rows = (0..500).map(|_| {
        let row = cells(&contract).new_tree(&mut runner).unwrap().current();
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        contract.record_from_text(&names, &cells)
    });
    let good = gate.batch(rows.collect()).accepted.num_rows();
    assert!((25..475).contains(&good), "{good} of 500 are good");
}
