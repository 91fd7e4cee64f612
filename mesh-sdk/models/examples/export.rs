//! Trains every algorithm on the Cleveland table and writes, into a folder for each, what another runtime needs to check our scores:
//! `model.onnx`; `rows.f32`, rows of its features, NaN where a value is missing; `values.f32`, our probabilities or quantities;
//! `labels.i64`; and, of models that can be explained, `explanations.f64`: of the first rows, for each output the base and then what each
//! feature contributes. All numbers are little-endian.
//!
//!     cargo run -p mesh-models --example export -- DIR

#[path = "../tests/it/fixture.rs"]
mod fixture;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use mesh_models::{Model, Scores, digest};

const EXPLAINED: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: export DIR")?);
    let mut rows = fixture::cleveland().0.values().to_vec();
    rows.extend(fixture::random_rows(10_000));
    rows.extend(fixture::threshold_rows(2_000));
    for (name, trained) in fixture::models() {
        let onnx = trained.to_onnx()?;
        let mut scores = Scores::new();
        let model = Model::from_onnx(&onnx)?;
        model.score(&rows, &mut scores)?;
        let values = [scores.probabilities(), scores.quantities()].concat();
        let labels = scores.labels().iter().flat_map(|label| label.to_le_bytes());

        let folder = dir.join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("model.onnx"), &onnx)?;
        fs::write(folder.join("rows.f32"), bytes(&rows))?;
        fs::write(folder.join("values.f32"), bytes(&values))?;
        fs::write(folder.join("labels.i64"), labels.collect::<Vec<u8>>())?;
        if let Some(explanations) = explanations(&model, &rows) {
            fs::write(folder.join("explanations.f64"), explanations)?;
        }
        println!("{name}: model {}", digest(&onnx));
    }
    Ok(())
}

fn explanations(model: &Model, rows: &[f32]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for row in rows.chunks(model.features().len()).take(EXPLAINED) {
        for explanation in model.explain(row).ok()? {
            bytes.extend(explanation.base.to_le_bytes());
            let contributions = explanation.contributions.iter();
            bytes.extend(contributions.flat_map(|value| value.to_le_bytes()));
        }
    }
    Some(bytes)
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}
