//! Trains heart risk on the Cleveland table and writes, into a directory, what another runtime needs to check our scores:
//! `model.onnx`, `rows.csv` (an empty field is a missing value) and `scores.csv`.
//!
//!     cargo run -p mesh-models --example export -- DIR

#[path = "../tests/it/fixture.rs"]
mod fixture;

use std::error::Error;
use std::path::PathBuf;

use mesh_models::{Model, Scores, digest};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: export DIR")?);
    std::fs::create_dir_all(&dir)?;
    let (table, labels) = fixture::cleveland();
    let onnx = fixture::heart_risk().fit(&table, &labels)?.to_onnx();
    let model = Model::from_onnx(&onnx)?;
    let mut rows = table.values().to_vec();
    rows.extend(fixture::random_rows(10_000));
    let mut scores = Scores::new();
    model.score(&rows, &mut scores)?;

    std::fs::write(dir.join("model.onnx"), &onnx)?;
    let mut rows_csv = csv::Writer::from_path(dir.join("rows.csv"))?;
    rows_csv.write_record(model.features())?;
    for row in rows.chunks(model.features().len()) {
        rows_csv.write_record(row.iter().map(|value| {
            if value.is_nan() {
                String::new()
            } else {
                value.to_string()
            }
        }))?;
    }
    rows_csv.flush()?;
    let mut scores_csv = csv::Writer::from_path(dir.join("scores.csv"))?;
    scores_csv.write_record(["label", "negative", "positive"])?;
    for (label, probabilities) in scores.labels().iter().zip(scores.probabilities().chunks(2)) {
        scores_csv.write_record([
            label.to_string(),
            probabilities[0].to_string(),
            probabilities[1].to_string(),
        ])?;
    }
    scores_csv.flush()?;
    println!(
        "{}: {} rows, model {}",
        dir.display(),
        scores.labels().len(),
        digest(&onnx)
    );
    Ok(())
}
