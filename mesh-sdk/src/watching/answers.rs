//! The answers of a model, in the order in which they were stored.

use std::sync::Arc;

use futures::TryStreamExt;
use mesh_contracts::Record;
use mesh_models::Task;
use mesh_storage::{Changes, Dataset, Engine, Format, StorageError};

use super::look::Answered;
use super::table::Position;
use crate::scoring::{number, said};

/// Reads the answers of a model from the dataset that keeps them, each once.
pub(crate) struct AnswerReader {
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) engine: Arc<Engine>,
    /// Property that has the answer.
    pub(crate) answer: String,
    pub(crate) task: Task,
    /// Up to where they were read.
    pub(crate) read: Position,
}

impl AnswerReader {
    /// What the next commit has of answers, each with its place and with these features; nothing if there is no further commit.
    pub(crate) async fn next(
        &mut self,
        features: &[String],
    ) -> Result<Option<Vec<(Position, Answered)>>, StorageError> {
        let newest = self.dataset.info().version;
        // A commit that was read in part is read again.
        let commit = match self.read.row {
            0 => self.read.commit + 1,
            _ => self.read.commit,
        };
        if commit > newest {
            return Ok(None);
        }
        let added = self.engine.added_by(self.dataset.name(), commit).await?;
        let records: Vec<Record> = match added {
            Changes::Rows(rows) => {
                let encoded = rows.encode(Format::Json)?;
                let chunks: Vec<_> = encoded.try_collect().await?;
                serde_json::from_slice(&chunks.concat())
                    // Without serde's message, which may quote what it found.
                    .map_err(|_| StorageError::Encode("the answers of a model".to_owned()))?
            }
            // Something else happened to the dataset, or it was too long ago to be there.
            Changes::Whole { reason } => {
                tracing::debug!(dataset = self.dataset.name(), commit, reason, "no answers");
                Vec::new()
            }
        };
        let skipped = usize::try_from(self.read.row).unwrap_or(usize::MAX);
        let rows = (1u64..).zip(&records).skip(skipped);
        let answers = rows.filter_map(|(row, record)| {
            let answered = self.answered(features, record)?;
            Some((Position { commit, row }, answered))
        });
        let answers = answers.collect();
        self.read = Position { commit, row: 0 };
        Ok(Some(answers))
    }

    /// What a row says.
    fn answered(&self, features: &[String], record: &Record) -> Option<Answered> {
        let answer = record.get(&self.answer)?;
        let text = |field: &str| answer[field].as_str().map(str::to_owned);
        Some(Answered {
            id: text("event_id")?,
            at: text("scored_at")?,
            version: answer["version"].as_u64()?,
            features: features
                .iter()
                .map(|feature| number(record.get(feature)))
                .collect(),
            outputs: said::outputs_in(self.task, answer)?,
            prediction: answer["prediction"].as_f64()?,
        })
    }
}
