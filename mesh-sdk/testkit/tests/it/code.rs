use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use mesh_sdk::{CodeError, Tables};
use mesh_testkit::TestMesh;

use crate::fixture::Wards;

fn declared_as_code() -> Wards {
    let wards = Wards::new();
    wards.edit(
        "mesh.yaml",
        "{ sql: transforms/full_wards.sql }",
        "{ code: [beds] }",
    );
    wards
}

/// Adds up the beds of everything, as one ward.
fn total(tables: &Tables) -> Result<Vec<RecordBatch>, CodeError> {
    let mut sum = 0;
    for batch in &tables["beds"] {
        let beds = batch.column_by_name("beds").ok_or("no column beds")?;
        sum += beds
            .as_primitive::<Int64Type>()
            .iter()
            .flatten()
            .sum::<i64>();
    }
    let schema = Schema::new(vec![
        Field::new("ward", DataType::Utf8, false),
        Field::new("beds", DataType::Int64, false),
    ]);
    let row = RecordBatch::try_new(
        Arc::new(schema),
        vec![
            Arc::new(StringArray::from(vec!["all"])),
            Arc::new(Int64Array::from(vec![sum])),
        ],
    )?;
    Ok(vec![row])
}

#[tokio::test(flavor = "multi_thread")]
async fn code_makes_a_dataset_of_others() {
    let wards = declared_as_code();
    let product = wards.product().transform("full_wards", total).unwrap();
    let mesh = TestMesh::start(product).await;
    let rows = mesh.query("SELECT beds FROM full_wards").await;
    assert_eq!(rows[0]["beds"], 32);
}

#[tokio::test]
async fn code_for_a_dataset_that_is_not_declared_so_is_refused() {
    let error = Wards::new().product().transform("full_wards", total);
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("no dataset made by code full_wards"),
        "{error}"
    );
}
