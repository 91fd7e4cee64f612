//! The model as a function of SQL: it scores rows where they are. Nothing of it is kept.

use std::sync::Arc;

use mesh_models::ModelError;
use mesh_storage::RowFunction;

use super::explained::Explained;
use super::said::{said, score};
use crate::lifecycle::{Lifecycle, Serving};
use crate::product::ModelPlan;

/// What every explanation has beside the features.
const BASE: &str = "base";
const RAW: &str = "raw";

/// `heart_risk(age, ...)`, the probability of yes (or the class, or the quantity), and `heart_risk_explained(age, ...)`, what each feature
/// adds to it; the arguments are the features as the model declares them. The version that is in Production when a statement is run
/// answers.
pub(crate) fn functions(plan: &ModelPlan, lifecycle: &Arc<Lifecycle>) -> [RowFunction; 2] {
    let name = plan
        .name
        .replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    let declared: Vec<String> = plan.declared.features.all().cloned().collect();
    let mut gives = vec![BASE.to_owned(), RAW.to_owned()];
    gives.extend(declared.iter().cloned());
    let function = |name: String, gives: Vec<String>, work: Scored| {
        let (declared, lifecycle) = (declared.clone(), lifecycle.clone());
        RowFunction {
            name,
            arguments: declared.len(),
            gives,
            work: Arc::new(move |rows| {
                let serving = lifecycle.serving();
                let serving = serving.ok_or("no version of the model is in Production")?;
                let rows = in_order(&serving, &declared, rows);
                work(&serving, &declared, &rows).map_err(|error| error.to_string())
            }),
        }
    };
    [
        function(name.clone(), vec!["answer".to_owned()], answers),
        function(format!("{name}_explained"), gives, explanations),
    ]
}

type Scored = fn(&Serving, &[String], &[f32]) -> Result<Vec<f64>, ModelError>;

/// The arguments of each row as the model takes its features.
fn in_order(serving: &Serving, declared: &[String], rows: &[f32]) -> Vec<f32> {
    let place = |feature: &String| declared.iter().position(|name| name == feature);
    let places: Vec<Option<usize>> = serving.model.features().iter().map(place).collect();
    let rows = rows.chunks(declared.len());
    let row = |row: &[f32]| -> Vec<f32> {
        let value = |place: &Option<usize>| place.map_or(f32::NAN, |place| row[place]);
        places.iter().map(value).collect()
    };
    rows.flat_map(row).collect()
}

fn answers(serving: &Serving, _: &[String], rows: &[f32]) -> Result<Vec<f64>, ModelError> {
    let scores = score(&serving.model, rows)?;
    let said = said(serving.version.predicts, &serving.model, &scores);
    Ok(said.map(|said| f64::from(said.number())).collect())
}

fn explanations(
    serving: &Serving,
    declared: &[String],
    rows: &[f32],
) -> Result<Vec<f64>, ModelError> {
    let model = &serving.model;
    let scores = score(model, rows)?;
    let rows = rows.chunks(model.features().len());
    let mut given = Vec::with_capacity(rows.len() * (declared.len() + 2));
    for (row, said) in rows.zip(said(serving.version.predicts, model, &scores)) {
        let Some(explained) = Explained::of(model, said, row)? else {
            given.extend(std::iter::repeat_n(f64::NAN, declared.len() + 2));
            continue;
        };
        given.extend([explained.base, explained.raw]);
        let part = |name: &String| explained.contributions.get(name)?.as_f64();
        // What the version does not look at adds nothing.
        given.extend(declared.iter().map(|name| part(name).unwrap_or(0.0)));
    }
    Ok(given)
}
