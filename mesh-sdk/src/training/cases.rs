//! What a model learns from and is measured on: the rows of its training query, split.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use mesh_models::{Division, Model, ModelError, Table, Target, Task, Validation};
use mesh_storage::{Engine, Numbers};

use crate::product::ModelPlan;
use crate::registry::TrainedOn;
use crate::{RunningProduct, SdkError};

/// The cases a model learns from.
#[derive(Clone)]
pub(crate) struct Cases {
    table: Table,
    target: Target,
    sources: BTreeMap<String, u64>,
}

/// The cases that a model is measured on.
pub(crate) struct HeldOut {
    table: Table,
    pub(crate) target: Target,
}

impl Cases {
    #[cfg(test)]
    pub(crate) fn of(table: Table, target: Target) -> Cases {
        Cases {
            table,
            target,
            sources: BTreeMap::new(),
        }
    }

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
        let target = target(plan.declared.predicts, column(&training.target)?);
        let target = target.map_err(|reason| SdkError::Training {
            model: plan.name.clone(),
            reason: format!("the target {}: {reason}", training.target),
        })?;
        let names: Vec<String> = plan.declared.features.all().cloned().collect();
        let features = names
            .iter()
            .map(|name| column(name))
            .collect::<Result<Vec<_>, _>>()?;
        let table = table(&rows, names.clone(), &features)?;
        Ok(Cases {
            table,
            target,
            sources: rows.sources,
        })
    }

    /// A class of a case that is none of these, if there is one.
    pub(crate) fn unknown_class(&self, classes: &[i64]) -> Option<i64> {
        match &self.target {
            Target::Classes(all) => all.iter().find(|class| !classes.contains(class)).copied(),
            Target::Values(_) | Target::None => None,
        }
    }

    /// The rows to learn from, and those to measure on.
    fn split(&self, plan: &ModelPlan) -> Result<(Vec<usize>, Vec<usize>), SdkError> {
        let training = &plan.declared.training;
        let (share, seed) = (training.held_out, training.seed);
        let split = mesh_models::held_out_split(&self.table, &self.target, share, seed);
        split.map_err(|error| SdkError::Training {
            model: plan.name.clone(),
            reason: error.to_string(),
        })
    }

    /// The rows to learn from, with what each should give.
    pub(crate) fn to_learn_from(&self, plan: &ModelPlan) -> Result<(Table, Target), SdkError> {
        let (rows, _) = self.split(plan)?;
        Ok((self.table.select_rows(&rows), self.target.select(&rows)))
    }

    /// What there is to record of them.
    pub(crate) fn named(&self, plan: &ModelPlan) -> TrainedOn {
        let training = &plan.declared.training;
        TrainedOn {
            datasets: self.sources.clone(),
            contracts: plan.learns_from.clone(),
            sql: training.sql.clone(),
            cases: self.table.rows(),
            held_out: training.held_out,
            seed: training.seed,
        }
    }

    pub(crate) fn held_out(&self, plan: &ModelPlan) -> Result<HeldOut, SdkError> {
        let (_, held_out) = self.split(plan)?;
        Ok(HeldOut::of(
            self.table.select_rows(&held_out),
            self.target.select(&held_out),
        ))
    }
}

impl HeldOut {
    /// Cases with the truth about each.
    pub(crate) fn of(table: Table, target: Target) -> HeldOut {
        HeldOut { table, target }
    }

    pub(crate) fn cases(&self) -> usize {
        self.table.rows()
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

/// Classes that a model tells apart at most.
pub(crate) const MAX_CLASSES: usize = 100;
/// Whole numbers below it are those of `f32`, in which features and targets come.
pub(crate) const WHOLE_BELOW: u64 = 1 << 24;

/// The target of each case as the task has it; or why it is none.
fn target(task: Task, values: &[f32]) -> Result<Target, String> {
    let all = |is: fn(f32) -> bool, not: &'static str| match values
        .iter()
        .position(|value| !is(*value))
    {
        None => Ok(()),
        Some(case) => Err(format!("case {case} is {not}")),
    };
    match task {
        Task::YesOrNo => {
            let is = |value| value == 0.0 || value == 1.0;
            all(is, "neither true nor false")?;
            let labels: Vec<bool> = values.iter().map(|value| *value == 1.0).collect();
            Ok(Target::yes_or_no(&labels))
        }
        Task::Class => {
            let is = |value: f32| value.fract() == 0.0 && value.abs() < WHOLE_BELOW as f32;
            all(is, "no code of a class: a whole number below 16777216")?;
            let classes: Vec<i64> = values.iter().map(|value| *value as i64).collect();
            let different = classes.iter().collect::<BTreeSet<_>>().len();
            match different > MAX_CLASSES {
                true => Err(format!(
                    "there are {different} classes, and a model tells {MAX_CLASSES} apart at most"
                )),
                false => Ok(Target::Classes(classes)),
            }
        }
        Task::Quantity => {
            all(f32::is_finite, "missing, or no number that is finite")?;
            Ok(Target::Values(values.to_vec()))
        }
    }
}

/// Cross-validation of a model of `product` as it is declared, on the newest version of its data: each case is tested on what others
/// teach. `progress` hears how many of the trainings are done, and of how many.
pub async fn cross_validate(
    product: &RunningProduct,
    model: &str,
    folds: usize,
    repeats: usize,
    seed: u64,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<Validation, SdkError> {
    let plan = product.plan(model)?;
    let cases = Cases::read(product.engine(), plan).await?;
    let division = Division {
        order: plan.declared.predicts.usual_order(),
        folds,
        repeats,
        seed,
    };
    let mut progress = |done, of| {
        progress(done, of);
        ControlFlow::Continue(())
    };
    let validation =
        plan.pipeline
            .validate(&cases.table, &cases.target, division, &mut progress)?;
    Ok(validation)
}

#[cfg(test)]
mod tests;
