//! Trains algorithms on given parts of tables and says what their exported models answer to the other parts. For each folder in DIR:
//! `rows.f32`, rows of features, NaN where a value is missing; `plan.json` with the features' names, the targets, the splits, and the
//! algorithms. Into it goes `answers.json`: by algorithm, by split, the probability of class 1 or the quantity of each row tested on.
//!
//!     cargo run --release -p mesh-models --example cross_validate -- DIR

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use mesh_models::{Algorithm, Features, Model, Pipeline, Scores, Table, Target};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Plan {
    names: Vec<String>,
    classes: Vec<i64>,
    quantities: Vec<f32>,
    splits: Vec<Tested>,
    algorithms: Vec<Planned>,
}

/// The rows that are learned from and those that are tested on.
#[derive(Deserialize)]
struct Tested {
    train: Vec<usize>,
    test: Vec<usize>,
}

#[derive(Deserialize)]
struct Planned {
    name: String,
    parameters: Value,
    features: Features,
    /// Whether it learns the quantity rather than the class.
    quantity: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: cross_validate DIR";
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or(usage)?);
    for folder in fs::read_dir(dir)? {
        let folder = folder?.path();
        fs::write(folder.join("answers.json"), answers(&folder)?)?;
    }
    Ok(())
}

fn answers(folder: &Path) -> Result<String, Box<dyn Error>> {
    let plan: Plan = serde_json::from_slice(&fs::read(folder.join("plan.json"))?)?;
    let numbers: Vec<f32> = fs::read(folder.join("rows.f32"))?
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect();
    let mut answers = BTreeMap::new();
    for planned in &plan.algorithms {
        // A pipeline wants a table of its features and no others.
        let features = &planned.features;
        let names: Vec<String> = [&features.numeric[..], &features.categorical].concat();
        let place = |name: &String| plan.names.iter().position(|own| own == name);
        let places: Option<Vec<usize>> = names.iter().map(place).collect();
        let places = places.ok_or("a feature has no column")?;
        let mut table = Table::new(names);
        for row in numbers.chunks_exact(plan.names.len()) {
            let row: Vec<f32> = places.iter().map(|&place| row[place]).collect();
            table.push_row(&row)?;
        }
        let target = match planned.quantity {
            true => Target::Values(plan.quantities.clone()),
            false => Target::Classes(plan.classes.clone()),
        };
        let pipeline = Pipeline {
            features: features.clone(),
            algorithm: Algorithm::named(&planned.name, &planned.parameters)?,
            seed: 0,
        };
        let of = plan
            .splits
            .iter()
            .map(|split| answer(&pipeline, &table, &target, split));
        let of = of.collect::<Result<Vec<_>, _>>()?;
        let kind = if planned.quantity {
            "quantity"
        } else {
            "class"
        };
        answers.insert(format!("{} {kind}", planned.name), of);
    }
    Ok(serde_json::to_string(&answers)?)
}

fn answer(
    pipeline: &Pipeline,
    table: &Table,
    target: &Target,
    split: &Tested,
) -> Result<Vec<f32>, Box<dyn Error>> {
    let trained = pipeline.fit(
        &table.select_rows(&split.train),
        &target.select(&split.train),
    )?;
    let model = Model::from_onnx(&trained.to_onnx()?)?;
    let mut scores = Scores::new();
    model.score(table.select_rows(&split.test).values(), &mut scores)?;
    let classes = model.classes().len();
    Ok(match classes {
        0 => scores.quantities().to_vec(),
        _ => scores
            .probabilities()
            .iter()
            .skip(1)
            .step_by(classes)
            .copied()
            .collect(),
    })
}
