//! What a version is worth on the cases that were held out.

use std::collections::BTreeMap;

use mesh_models::{
    Answers, Bootstrap, Evaluation, Model, ModelError, Report, Scores, Table, evaluate,
};

use super::cases::HeldOut;
use crate::scoring;

/// Points of a curve that are kept: what a picture can show.
const POINTS: usize = 200;
/// Cases by which the importance of features is measured.
const EXPLAINED: usize = 2000;

pub(crate) struct Worth {
    pub(crate) evaluation: Evaluation,
    pub(crate) report: Report,
    /// Of each feature; empty where the model cannot be explained.
    pub(crate) importance: BTreeMap<String, f64>,
    /// The cases, as the model takes them.
    pub(crate) table: Table,
    /// Of yes, case by case.
    pub(crate) probabilities: Vec<f64>,
}

impl Worth {
    pub(crate) fn of(model: &Model, held_out: &HeldOut, seed: u64) -> Result<Worth, ModelError> {
        let table = held_out.table_for(model)?;
        let mut scores = Scores::new();
        model.score(table.values(), &mut scores)?;
        let probabilities: Vec<f64> = scoring::positive(model, &scores).map(f64::from).collect();
        let bootstrap = bootstrap(table.rows(), seed);
        let report = Answers::of(model, &table, &held_out.target)?.report(bootstrap)?;
        let width = model.features().len();
        let explained = table.values().chunks(width * EXPLAINED).next();
        let importance = match model.importance(explained.unwrap_or_default()) {
            Ok(importance) => model.features().iter().cloned().zip(importance).collect(),
            Err(ModelError::NotExplainable { .. }) => BTreeMap::new(),
            Err(error) => return Err(error),
        };
        Ok(Worth {
            evaluation: evaluate(&held_out.labels, &probabilities, 0.5)?,
            report: report.thinned(POINTS),
            importance,
            table,
            probabilities,
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
