//! The product in a mesh of its own: real event log, real Delta tables, real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod bad_input;
mod declaration;
mod heart_rates;
mod ingest;
mod query;
mod real_data;
mod score;
mod score_requests;

use mesh_testkit::TestMesh;
use serde_json::{Value, json};

const READINGS: &str = "ports/readings";
const SCORE: &str = "models/heart-risk/score";
const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv";
/// Readings that the product ships.
const STARTING: u64 = 303;

async fn mesh() -> TestMesh {
    TestMesh::start(bracelet_cardiology::product().unwrap()).await
}

fn reading() -> Value {
    json!({
        "patient_id": "p-1", "age": 63, "sex": 1, "cp": 4, "trestbps": 145, "chol": 233, "fbs": 1,
        "restecg": 2, "thalach": 150, "exang": 0, "oldpeak": 2.3, "slope": 3, "ca": 0, "thal": 6,
    })
}

/// A reading in which `field` has another value, or none.
fn with(field: &str, value: impl Into<Option<Value>>) -> Value {
    let mut reading = reading();
    match value.into() {
        Some(value) => reading[field] = value,
        None => {
            reading.as_object_mut().unwrap().remove(field);
        }
    }
    reading
}
