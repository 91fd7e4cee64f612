//! What a version is worth on the cases that were held out.

use std::collections::BTreeMap;

use mesh_models::{
    Answers, Bootstrap, Evaluation, Model, ModelError, Report, Scores, Table, Target, Task,
    evaluate,
};

use super::cases::HeldOut;
use crate::product::ModelPlan;
use crate::scoring::said::said;

/// Points of a curve that are kept: what a picture can show.
const POINTS: usize = 200;
/// Cases by which the importance of features is measured.
const EXPLAINED: usize = 2000;

pub(crate) struct Worth {
    /// Of a model of yes and no.
    pub(crate) evaluation: Option<Evaluation>,
    pub(crate) report: Report,
    /// Of each feature; empty where the model cannot be explained.
    pub(crate) importance: BTreeMap<String, f64>,
    /// The cases, as the model takes them.
    pub(crate) table: Table,
    /// Whether each is a yes, where that is the task.
    pub(crate) labels: Option<Vec<bool>>,
    /// Its answers to them, by the task.
    pub(crate) answers: Answers,
    /// The same in one number each.
    pub(crate) numbers: Vec<f64>,
}

impl Worth {
    pub(crate) fn of(
        plan: &ModelPlan,
        model: &Model,
        held_out: &HeldOut,
    ) -> Result<Worth, ModelError> {
        let (task, seed) = (plan.declared.predicts, plan.declared.training.seed);
        let table = held_out.table_for(model)?;
        let mut scores = Scores::new();
        model.score(table.values(), &mut scores)?;
        let numbers = said(task, model, &scores).map(|said| f64::from(said.number()));
        let numbers: Vec<f64> = numbers.collect();
        let answers = Answers::of_scores(model, &scores, &held_out.target)?;
        let report = answers.report(bootstrap(table.rows(), seed))?;
        let width = model.features().len();
        let explained = table.values().chunks(width * EXPLAINED).next();
        let importance = match model.importance(explained.unwrap_or_default()) {
            Ok(importance) => model.features().iter().cloned().zip(importance).collect(),
            Err(ModelError::NotExplainable { .. }) => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        let labels: Option<Vec<bool>> = match (&held_out.target, task) {
            (Target::Classes(classes), Task::YesOrNo) => {
                Some(classes.iter().map(|class| *class == 1).collect())
            }
            _ => None,
        };
        let evaluation = labels
            .as_ref()
            .map(|labels| evaluate(labels, &numbers, 0.5));
        Ok(Worth {
            evaluation: evaluation.transpose()?,
            report: report.thinned(POINTS),
            importance,
            table,
            labels,
            answers,
            numbers,
        })
    }
}

/// How often intervals draw from so many cases: as usual, and less often where that would take minutes. Of many cases the
/// intervals are narrow anyway.
pub(crate) fn bootstrap(cases: usize, seed: u64) -> Bootstrap {
    const DRAWN: usize = 100_000_000;
    let usual = Bootstrap::default().resamples;
    Bootstrap {
        resamples: (DRAWN / cases.max(1)).clamp(100, usual),
        seed,
    }
}
