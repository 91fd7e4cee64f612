//! What a trial has shown.

use chrono::{DateTime, Utc};
use mesh_models::{Comparison, ModelError, Task, compare, highest};
use mesh_storage::Engine;
use schemars::JsonSchema;
use serde::Serialize;

use super::challenger::{CHALLENGER_SCORES, kept_in_sql};
use super::look::FEWEST;
use crate::lifecycle::{Lifecycle, StageChange};
use crate::product::ModelPlan;
use crate::registry::ModelVersion;
use crate::scoring::said::{judged, labels_in_sql, row_by_row};
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
    /// Calls that others answered and it was tried on, the newest 100,000; not those of versions that tell other classes apart.
    calls: usize,
    /// Of those, how many it would have said another class of; nothing where it tells a quantity.
    other_predictions: Option<usize>,
    /// Mean size of the difference between its answers and those that were given: probabilities of yes, of all classes (half the sum
    /// of their differences), or quantities.
    mean_difference: Option<f64>,
    /// Of those, how many the truth is known of.
    labelled: usize,
    /// By the measure of the gate, on those; nothing while there are fewer than 50, or only one class, or they do not define it.
    comparison: Option<Comparison>,
}

impl TrialReport {
    pub(crate) async fn of(
        engine: &Engine,
        plan: &ModelPlan,
        lifecycle: &Lifecycle,
        begun: &StageChange,
    ) -> Result<TrialReport, SdkError> {
        let task = plan.declared.predicts;
        let versions = lifecycle.versions();
        let own = versions.iter().find(|it| it.version == begun.version);
        let classes = own.map(ModelVersion::classes).unwrap_or_default();
        // Of other classes the answers have nothing in common.
        let is_alike = |it: &&ModelVersion| task != Task::Class || it.classes() == classes;
        let alike = versions.iter().filter(is_alike);
        let alike: Vec<String> = alike.map(|it| it.version.to_string()).collect();
        let width = kept_in_sql(task, classes.len(), "").len();
        let rows = engine
            .numbers(&statement(plan, begun, classes, &alike))
            .await?;
        let (Some(own), Some(champion), Some(truth)) = (
            rows.values.get(..width),
            rows.values.get(width..2 * width),
            rows.values.get(2 * width),
        ) else {
            return Err(ModelError::InvalidEvaluation {
                reason: "the scores of the trial cannot be read".to_owned(),
            }
            .into());
        };
        let calls = 0..truth.len();
        let difference: f64 = calls.clone().map(|call| differs(own, champion, call)).sum();
        let otherwise = |call: &usize| class_of(own, *call) != class_of(champion, *call);
        let known = || calls.clone().filter(|call| !truth[*call].is_nan());
        let (theirs, its) = (row_by_row(champion, known()), row_by_row(own, known()));
        let truth: Vec<f64> = known().map(|call| f64::from(truth[call])).collect();
        let (labelled, compared, known_classes) = (truth.len(), plan.clone(), classes.to_vec());
        let is_one_class =
            task != Task::Quantity && truth.iter().all(|it| Some(it) == truth.first());
        let comparison = if labelled < FEWEST || is_one_class {
            None
        } else {
            let comparing = in_the_background("comparing", move || {
                let judge = |outputs: &[f64]| judged(task, &known_classes, outputs, &truth);
                let drawn = bootstrap(truth.len(), compared.declared.training.seed);
                compare(&judge(&theirs)?, &judge(&its)?, compared.compare_by, drawn)
            });
            let ended = |_| ModelError::InvalidEvaluation {
                reason: "the comparison ended before it was done; the log says why".to_owned(),
            };
            comparing.await.map_err(ended)??
        };
        let on_trial = lifecycle
            .trial()
            .filter(|trial| trial.change == begun.change);
        Ok(TrialReport {
            version: begun.version,
            since: begun.at,
            on_trial: on_trial.is_some(),
            share: begun.trial.unwrap_or_default(),
            calls: calls.len(),
            other_predictions: (task != Task::Quantity)
                .then(|| calls.clone().filter(otherwise).count()),
            mean_difference: (!calls.is_empty()).then(|| difference / calls.len() as f64),
            labelled,
            comparison,
        })
    }
}

/// The class that outputs name, by its place: yes or no, or the first of the most likely.
fn class_of(outputs: &[Vec<f32>], call: usize) -> usize {
    match outputs {
        [yes] => usize::from(yes[call] > 0.5),
        _ => highest(&row_by_row(outputs, call..=call)),
    }
}

/// How far two answers to a call are from each other.
fn differs(own: &[Vec<f32>], champion: &[Vec<f32>], call: usize) -> f64 {
    let both = own.iter().zip(champion);
    let sum: f64 = both
        .map(|(own, champion)| f64::from((own[call] - champion[call]).abs()))
        .sum();
    if own.len() == 1 { sum } else { sum / 2.0 }
}

/// Call by call, the newest first: its outputs, those that were answered, and the truth.
fn statement(plan: &ModelPlan, begun: &StageChange, classes: &[i64], alike: &[String]) -> String {
    let task = plan.declared.predicts;
    let (truth, labels) = match &plan.declared.watch.labels {
        None => ("CAST(NULL AS INT)", String::new()),
        Some(labels) => (
            "l.truth",
            format!(
                "LEFT JOIN {} l ON l.answer = c.answer",
                labels_in_sql(task, labels)
            ),
        ),
    };
    let own = kept_in_sql(task, classes.len(), "");
    let outputs = [own.clone(), kept_in_sql(task, classes.len(), "champion_")].concat();
    let named = (0..).zip(&outputs);
    let named: Vec<String> = named
        .map(|(place, output)| format!("{output} AS o{place}"))
        .collect();
    format!(
        "SELECT {}, {truth} AS truth FROM {CHALLENGER_SCORES} c {labels} \
         WHERE c.model = {} AND c.version = {} AND c.champion IN ({}) AND c.scored_at >= {} AND {} IS NOT NULL \
         ORDER BY c.scored_at DESC, c.answer LIMIT {CALLS}",
        named.join(", "),
        sql::text(&plan.name),
        begun.version,
        alike.join(", "),
        sql::moment(begun.at),
        own[0]
    )
}
