//! Answers whose truth is known.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{Int32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use chrono::{DateTime, Utc};
use mesh_contracts::Record;
use mesh_models::{Table, Target};
use mesh_storage::{Engine, StorageError, TableSource};
use serde::{Deserialize, Serialize};

use super::super::cases::HeldOut;
use crate::product::{ModelPlan, OnlinePlan};
use crate::scoring::number;
use crate::{SdkError, sql};

/// What labels are joined from where they are at hand.
const AT_HAND: &str = "labels_at_hand";

/// The truth about one answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Label {
    /// Id of the event of the answer.
    pub(super) answer: String,
    /// 1 for yes, 0 for no.
    pub(super) truth: i32,
}

/// An answer, with the truth about it.
#[derive(Deserialize)]
struct Labelled {
    id: String,
    truth: i32,
    /// Features by their place.
    #[serde(flatten)]
    features: Record,
}

/// Answers, as a model learns from them.
pub(super) struct Rows {
    pub(super) table: Table,
    pub(super) truth: Vec<bool>,
}

/// The stored answers that `labels` tell the truth about, in the order in which they were given; and the labels whose answers
/// are not stored.
pub(super) async fn at_hand(
    engine: &Engine,
    plan: &ModelPlan,
    labels: Vec<Label>,
) -> Result<(Rows, Vec<Label>), SdkError> {
    let statement = format!("{} ORDER BY at, id", joined(plan, AT_HAND));
    let tables = [(AT_HAND.to_owned(), table_of(&labels)?)];
    let rows = engine.query_over(&statement, tables).await?;
    let labelled: Vec<Labelled> = sql::read(rows).await?;
    let stored: HashSet<&str> = labelled.iter().map(|row| row.id.as_str()).collect();
    let early = labels
        .into_iter()
        .filter(|label| !stored.contains(label.answer.as_str()))
        .collect();
    let to_learn = labelled.iter().filter(|row| !is_held_out(plan, &row.id));
    Ok((rows_of(plan, to_learn)?, early))
}

/// The newest answers since `since` that are never learned from.
pub(super) async fn held_out(
    engine: &Engine,
    plan: &ModelPlan,
    online: &OnlinePlan,
    since: DateTime<Utc>,
) -> Result<HeldOut, SdkError> {
    let share = plan.declared.training.held_out;
    let newest = (plan.declared.watch.window as f64 / share).ceil();
    let statement = format!(
        "{} WHERE at >= {} ORDER BY at DESC, id LIMIT {newest}",
        joined(plan, &format!("({})", online.labels)),
        sql::moment(since)
    );
    let labelled: Vec<Labelled> = sql::rows(engine, &statement).await?;
    let held_out = labelled.iter().filter(|row| is_held_out(plan, &row.id));
    let Rows { table, truth } = rows_of(plan, held_out)?;
    Ok(HeldOut::of(table, Target::yes_or_no(&truth)))
}

/// Whether an answer is measured on and not learned from: by chance, but always the same for the same answer.
fn is_held_out(plan: &ModelPlan, answer: &str) -> bool {
    let training = &plan.declared.training;
    mesh_models::drawn(training.seed, answer.as_bytes()) < training.held_out
}

/// Each answer that `labels` tell the truth about: `id`, `at`, `truth`, and the features by their places.
fn joined(plan: &ModelPlan, labels: &str) -> String {
    let answer = sql::name(&plan.declared.answer);
    let features = (0..).zip(plan.declared.features.all());
    let features: Vec<String> = features
        .map(|(place, feature)| format!("{} AS f{place}", sql::name(feature)))
        .collect();
    format!(
        "SELECT a.*, l.truth FROM \
         (SELECT {answer}['event_id'] AS id, {answer}['scored_at'] AS at, {} FROM {}) a \
         JOIN (SELECT answer, max(truth) AS truth FROM {labels} GROUP BY answer) l ON l.answer = a.id",
        features.join(", "),
        sql::name(&plan.dataset)
    )
}

fn rows_of<'a>(
    plan: &ModelPlan,
    labelled: impl Iterator<Item = &'a Labelled>,
) -> Result<Rows, SdkError> {
    let names: Vec<String> = plan.declared.features.all().cloned().collect();
    let mut row = vec![0.0; names.len()];
    let mut table = Table::new(names);
    let mut truth = Vec::new();
    for labelled in labelled {
        for (place, cell) in row.iter_mut().enumerate() {
            let value = number(labelled.features.get(&format!("f{place}")));
            // What is too large for a feature is as if it were missing: one row must not keep all from being learned.
            *cell = if value.is_finite() { value } else { f32::NAN };
        }
        table.push_row(&row)?;
        truth.push(labelled.truth != 0);
    }
    Ok(Rows { table, truth })
}

fn table_of(labels: &[Label]) -> Result<TableSource, SdkError> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("answer", DataType::Utf8, false),
        Field::new("truth", DataType::Int32, false),
    ]));
    let answers = StringArray::from_iter_values(labels.iter().map(|label| &label.answer));
    let truth = Int32Array::from_iter_values(labels.iter().map(|label| label.truth));
    let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(answers), Arc::new(truth)]);
    let batch = batch.map_err(|error| StorageError::Encode(error.to_string()))?;
    Ok(TableSource::Batches(schema, vec![batch]))
}
