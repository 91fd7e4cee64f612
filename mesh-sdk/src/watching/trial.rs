//! What a trial has shown.

use chrono::{DateTime, Utc};
use mesh_models::{Answers, Comparison, ModelError, compare};
use mesh_storage::Engine;
use schemars::JsonSchema;
use serde::Serialize;

use super::challenger::CHALLENGER_SCORES;
use super::look::FEWEST;
use crate::lifecycle::{Lifecycle, StageChange};
use crate::product::ModelPlan;
use crate::training::{bootstrap, in_the_background};
use crate::{SdkError, sql};

/// Calls by which versions are compared: the newest.
const CALLS: usize = 100_000;

/// A version on trial beside the versions that answered, on the same calls.
#[derive(Serialize, JsonSchema)]
pub(crate) struct TrialReport {
    version: u64,
    /// When it went on trial last.
    since: DateTime<Utc>,
    /// Whether it still is.
    on_trial: bool,
    /// Of the calls that it answers.
    share: f64,
    /// Calls that others answered and it was tried on, the newest 100,000.
    calls: usize,
    /// Of those, how many it would have answered otherwise.
    other_predictions: usize,
    /// Mean size of the difference between its probabilities and those that were answered.
    mean_difference: Option<f64>,
    /// Of those, how many the truth is known of.
    labelled: usize,
    /// By the measure of the gate, on those; nothing while there are fewer than 50, or only one outcome.
    comparison: Option<Comparison>,
}

impl TrialReport {
    pub(crate) async fn of(
        engine: &Engine,
        plan: &ModelPlan,
        lifecycle: &Lifecycle,
        begun: &StageChange,
    ) -> Result<TrialReport, SdkError> {
        let rows = engine.numbers(&statement(plan, begun)).await?;
        let [own, champion, truth] = &rows.values[..] else {
            return Err(ModelError::InvalidEvaluation {
                reason: "the scores of the trial cannot be read".to_owned(),
            }
            .into());
        };
        let both = || own.iter().zip(champion);
        let otherwise = |(own, champion): &(&f32, &f32)| (**own > 0.5) != (**champion > 0.5);
        let difference: f64 = both()
            .map(|(own, champion)| f64::from((own - champion).abs()))
            .sum();
        let known: Vec<usize> = (0..truth.len())
            .filter(|call| !truth[*call].is_nan())
            .collect();
        let of = |values: &Vec<f32>| {
            known
                .iter()
                .map(|call| f64::from(values[*call]))
                .collect::<Vec<f64>>()
        };
        let (theirs, its) = (of(champion), of(own));
        let truth: Vec<bool> = known.iter().map(|call| truth[*call] > 0.5).collect();
        let (labelled, plan) = (truth.len(), plan.clone());
        let yes = truth.iter().filter(|truth| **truth).count();
        let comparison = if labelled < FEWEST || yes == 0 || yes == labelled {
            None
        } else {
            let comparing = in_the_background("comparing", move || {
                let theirs = Answers::of_yes(&theirs, &truth)?;
                let its = Answers::of_yes(&its, &truth)?;
                let drawn = bootstrap(truth.len(), plan.declared.training.seed);
                compare(&theirs, &its, plan.declared.gate.compare_by, drawn)
            });
            let ended = |_| ModelError::InvalidEvaluation {
                reason: "the comparison ended before it was done; the log says why".to_owned(),
            };
            Some(comparing.await.map_err(ended)??)
        };
        let on_trial = lifecycle
            .trial()
            .filter(|trial| trial.change == begun.change);
        Ok(TrialReport {
            version: begun.version,
            since: begun.at,
            on_trial: on_trial.is_some(),
            share: begun.trial.unwrap_or_default(),
            calls: own.len(),
            other_predictions: both().filter(otherwise).count(),
            mean_difference: (!own.is_empty()).then(|| difference / own.len() as f64),
            labelled,
            comparison,
        })
    }
}

/// Call by call, the newest first: its probability, that which was answered, and the truth.
fn statement(plan: &ModelPlan, begun: &StageChange) -> String {
    let (truth, labels) = match &plan.declared.watch.labels {
        None => ("CAST(NULL AS INT)", String::new()),
        Some(labels) => (
            "l.truth",
            format!(
                "LEFT JOIN (SELECT answer, max(CAST(truth AS INT)) AS truth FROM ({labels}) WHERE truth IS NOT NULL GROUP BY answer) l \
                 ON l.answer = c.answer"
            ),
        ),
    };
    format!(
        "SELECT c.probability, c.champion_probability, {truth} AS truth FROM {CHALLENGER_SCORES} c {labels} \
         WHERE c.model = {} AND c.version = {} AND c.scored_at >= {} AND c.probability IS NOT NULL \
         ORDER BY c.scored_at DESC, c.answer LIMIT {CALLS}",
        sql::text(&plan.name),
        begun.version,
        sql::moment(begun.at)
    )
}
