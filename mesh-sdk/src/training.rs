//! Training query -> split -> fit -> evaluation on what was held out -> a model version.

use std::collections::BTreeMap;

use chrono::Utc;
use mesh_models::{
    CrossValidation, CrossValidationReport, Evaluation, Model, Scores, Table, Target,
};
use mesh_storage::{Engine, Numbers};

use crate::product::ModelPlan;
use crate::registry::{ModelVersion, Registry, Stage, TrainedOn};
use crate::{RunningProduct, SdkError, scoring};

/// The cases a model learns from.
pub(crate) struct Cases {
    table: Table,
    labels: Vec<bool>,
    sources: BTreeMap<String, u64>,
}

impl Cases {
    pub(crate) async fn read(engine: &Engine, plan: &ModelPlan) -> Result<Cases, SdkError> {
        let training = &plan.declared.training;
        let rows = engine.numbers(&training.sql).await?;
        let column = |name: &str| -> Result<&Vec<f32>, SdkError> {
            let index = rows.columns.iter().position(|column| column == name);
            index.map(|index| &rows.values[index]).ok_or_else(|| {
                let path = format!("models.{}.training.sql", plan.name);
                let message = format!("gives no column {name}, only {}", rows.columns.join(", "));
                SdkError::declaration(path, message)
            })
        };
        let target = column(&training.target)?;
        if let Some(case) = target
            .iter()
            .position(|label| *label != 0.0 && *label != 1.0)
        {
            let model = plan.name.clone();
            let reason = format!(
                "case {case}: the target {} is neither true nor false",
                training.target
            );
            return Err(SdkError::Training { model, reason });
        }
        let labels = target.iter().map(|label| *label == 1.0).collect();
        let names: Vec<String> = plan.declared.features.all().cloned().collect();
        let features = names
            .iter()
            .map(|name| column(name))
            .collect::<Result<Vec<_>, _>>()?;
        let table = table(&rows, names.clone(), &features)?;
        Ok(Cases {
            table,
            labels,
            sources: rows.sources,
        })
    }
}

fn table(rows: &Numbers, names: Vec<String>, features: &[&Vec<f32>]) -> Result<Table, SdkError> {
    let mut table = Table::new(names);
    let cases = rows.values.first().map_or(0, Vec::len);
    let mut row = vec![0.0; features.len()];
    for case in 0..cases {
        for (cell, values) in row.iter_mut().zip(features) {
            *cell = values[case];
        }
        table.push_row(&row)?;
    }
    Ok(table)
}

/// Trains a version and keeps it. Takes seconds of CPU at most here; call it where blocking is allowed.
pub(crate) fn train(
    plan: &ModelPlan,
    cases: &Cases,
    registry: &Registry,
) -> Result<ModelVersion, SdkError> {
    let training = &plan.declared.training;
    let (fit_on, held_out) =
        mesh_models::stratified_split(&cases.labels, training.held_out, training.seed)?;
    let labels =
        |rows: &[usize]| -> Vec<bool> { rows.iter().map(|row| cases.labels[*row]).collect() };
    let target = Target::yes_or_no(&labels(&fit_on));
    let trained = plan
        .pipeline
        .fit(&cases.table.select_rows(&fit_on), &target)?;
    let onnx = trained.to_onnx()?;
    let evaluation = evaluate(
        &onnx,
        &cases.table.select_rows(&held_out),
        &labels(&held_out),
    )?;
    let version = ModelVersion {
        model: plan.name.clone(),
        version: registry
            .versions()?
            .last()
            .map_or(1, |newest| newest.version + 1),
        stage: Stage::Production,
        description: plan.declared.description.clone(),
        algorithm: plan.declared.algorithm.name().to_owned(),
        parameters: plan.declared.parameters.clone(),
        trained_at: Utc::now(),
        sha256: mesh_models::digest(&onnx),
        features: plan.declared.features.all().cloned().collect(),
        trained_on: TrainedOn {
            datasets: cases.sources.clone(),
            sql: training.sql.clone(),
            cases: cases.labels.len(),
            held_out: training.held_out,
            seed: training.seed,
        },
        evaluation,
    };
    registry.add(&version, &onnx)?;
    Ok(version)
}

/// On the artifact itself, as it will score.
fn evaluate(onnx: &[u8], table: &Table, labels: &[bool]) -> Result<Evaluation, SdkError> {
    let model = Model::from_onnx(onnx)?;
    let mut scores = Scores::new();
    model.score(table.values(), &mut scores)?;
    let positive: Vec<f64> = scoring::positive(&model, &scores).map(f64::from).collect();
    Ok(mesh_models::evaluate(labels, &positive, 0.5)?)
}

/// Stratified k-fold cross-validation of a model of `product`, repeated, on the newest version of its data.
pub async fn cross_validate(
    product: &RunningProduct,
    model: &str,
    validation: CrossValidation,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<CrossValidationReport, SdkError> {
    let plan = product.plan(model)?;
    let cases = Cases::read(product.engine(), plan).await?;
    let report = mesh_models::cross_validate(
        &plan.pipeline,
        &cases.table,
        &cases.labels,
        validation,
        progress,
    )?;
    Ok(report)
}
