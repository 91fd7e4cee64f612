//! What a model learns from and is measured on: the rows of its training query, split.

use std::collections::BTreeMap;

use mesh_models::{CrossValidation, CrossValidationReport, Model, ModelError, Table, Target};
use mesh_storage::{Engine, Numbers};

use crate::product::ModelPlan;
use crate::registry::TrainedOn;
use crate::{RunningProduct, SdkError};

/// The cases a model learns from.
#[derive(Clone)]
pub(crate) struct Cases {
    table: Table,
    labels: Vec<bool>,
    sources: BTreeMap<String, u64>,
}

/// The cases that a model is measured on.
pub(crate) struct HeldOut {
    table: Table,
    pub(crate) target: Target,
    pub(crate) labels: Vec<bool>,
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

    /// The rows to learn from, and those to measure on.
    fn split(&self, plan: &ModelPlan) -> Result<(Vec<usize>, Vec<usize>), SdkError> {
        let training = &plan.declared.training;
        let split = mesh_models::stratified_split(&self.labels, training.held_out, training.seed)?;
        Ok(split)
    }

    fn labels(&self, rows: &[usize]) -> Vec<bool> {
        rows.iter().map(|row| self.labels[*row]).collect()
    }

    /// The rows to learn from, with what each should give.
    pub(super) fn to_learn_from(&self, plan: &ModelPlan) -> Result<(Table, Target), SdkError> {
        let (rows, _) = self.split(plan)?;
        let target = Target::yes_or_no(&self.labels(&rows));
        Ok((self.table.select_rows(&rows), target))
    }

    /// What there is to record of them.
    pub(crate) fn named(&self, plan: &ModelPlan) -> TrainedOn {
        let training = &plan.declared.training;
        TrainedOn {
            datasets: self.sources.clone(),
            contracts: plan.learns_from.clone(),
            sql: training.sql.clone(),
            cases: self.labels.len(),
            held_out: training.held_out,
            seed: training.seed,
        }
    }

    pub(crate) fn held_out(&self, plan: &ModelPlan) -> Result<HeldOut, SdkError> {
        let (_, held_out) = self.split(plan)?;
        Ok(HeldOut::of(
            self.table.select_rows(&held_out),
            self.labels(&held_out),
        ))
    }
}

impl HeldOut {
    /// Cases with the truth about each.
    pub(super) fn of(table: Table, labels: Vec<bool>) -> HeldOut {
        HeldOut {
            table,
            target: Target::yes_or_no(&labels),
            labels,
        }
    }

    /// The cases with their features in the order in which a model takes them.
    pub(crate) fn table_for(&self, model: &Model) -> Result<Table, ModelError> {
        let names = self.table.names();
        let place = |feature: &String| {
            let place = names.iter().position(|name| name == feature);
            place.ok_or_else(|| ModelError::InvalidModel {
                reason: format!("it takes a feature {feature}, which is not declared"),
            })
        };
        let features = model.features();
        let places = features.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let mut table = Table::new(features.to_vec());
        for row in 0..self.table.rows() {
            let row = self.table.row(row);
            let row: Vec<f32> = places.iter().map(|place| row[*place]).collect();
            table.push_row(&row)?;
        }
        Ok(table)
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
