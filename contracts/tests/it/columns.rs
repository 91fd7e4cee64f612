//! Columns are held to what records are held to, in the same words.

mod agreement;
mod coercions;
mod fuzz;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::Schema;
use mesh_contracts::{ColumnsDiffer, Contract, Gate, GatedRows, Side};

const HEAD: &str = "apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:small
name: small
version: 1.0.0
status: draft
domain: testing
description: { purpose: To test columns. }
schema:
  - name: small
    properties:
";

/// A contract of the properties that `yaml` lists.
fn contract(yaml: &str) -> Contract {
    let indented = yaml.lines().map(|line| format!("      {line}\n"));
    Contract::parse(
        "small.yaml",
        &(HEAD.to_owned() + &indented.collect::<String>()),
    )
    .unwrap()
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    if columns.is_empty() {
        return RecordBatch::new_empty(Arc::new(Schema::empty()));
    }
    let nullable = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(nullable).unwrap()
}

fn gate(contract: &Contract) -> Gate {
    Gate::compile(contract, Side::Stored)
}

/// `row field rule found` of every violation.
fn told(gated: &GatedRows) -> Vec<String> {
    let rejected = gated.rejected.iter();
    let rows = rejected.flat_map(|(row, violations)| {
        violations.iter().map(move |violation| {
            let (field, rule, found) = (violation.field(), violation.rule(), violation.found());
            format!("{row} {field} {rule} {found}")
        })
    });
    rows.collect()
}

#[test]
fn good_columns_are_not_copied() {
    let contract = contract(
        "- { name: a, logicalType: integer, required: true }\n- { name: b, logicalType: string }",
    );
    let numbers = Arc::new(arrow_array::Int64Array::from(vec![1, 2, 3]));
    let gated = gate(&contract)
        .columns(&batch(vec![("a", numbers.clone())]))
        .unwrap();
    let batch = gated.accepted.batch();
    assert_eq!(batch.schema(), contract.arrow_schema());
    let passed = batch.column(0).to_data().buffers()[0].as_ptr();
    assert_eq!(passed, numbers.values().inner().as_ptr());
    assert_eq!(batch.column(1).null_count(), 3);
}

#[test]
fn columns_that_differ_are_told_with_what_to_do() {
    let contract = contract(
        "- { name: age, logicalType: integer, required: true }
- { name: place, logicalType: object, properties: [{ name: floor, logicalType: integer }] }",
    );
    let text: ArrayRef = Arc::new(arrow_array::StringArray::from(vec!["S3CR3T"]));
    let place: ArrayRef = Arc::new(arrow_array::StructArray::from(batch(vec![(
        "flor",
        text.clone(),
    )])));
    let ages: ArrayRef = Arc::new(arrow_array::Int8Array::from(vec![1]));
    for (columns, code, message) in [
        (
            vec![("agee", ages.clone())],
            "unknown-column",
            "column `agee` is not in the contract: no such field; did you mean `age`?",
        ),
        (
            vec![],
            "missing-column",
            "column `age` is missing: the contract requires it; add it, with values of type integer",
        ),
        (
            vec![("age", ages.clone()), ("age", ages.clone())],
            "repeated-column",
            "column `age` is there more than once; keep one of them",
        ),
        (
            vec![("age", text)],
            "column-type",
            "column `age` has the type Utf8, which cannot become integer without loss; convert it before",
        ),
        (
            vec![("age", ages.clone()), ("place", place)],
            "unknown-column",
            "column `place.flor` is not in the contract: no such field; did you mean `floor`?",
        ),
    ] {
        let differ: ColumnsDiffer = gate(&contract).columns(&batch(columns)).unwrap_err();
        assert_eq!(
            (differ.code(), differ.to_string().as_str()),
            (code, message)
        );
    }
    let numbers = batch(vec![("age", ages)]);
    let differ = gate(&contract).text_columns(&numbers).unwrap_err();
    assert_eq!(differ.code(), "column-type");
}

#[test]
fn what_the_platform_assigns_is_demanded_of_columns_on_either_side() {
    let contract = crate::everything();
    let row = mesh_contracts::Record::new();
    let gate = Gate::compile(&contract, Side::Input);
    assert_eq!(gate.batch(vec![row]).rejected.len(), 1);
    let differ = gate.columns(&batch(vec![])).unwrap_err();
    assert_eq!(differ.code(), "missing-column");
}
