//! The answers of a model, in the order in which they were stored.

use std::sync::Arc;

use futures::TryStreamExt;
use mesh_contracts::Record;
use mesh_storage::{Changes, Dataset, Engine, Format, StorageError};

use super::look::Answered;
use super::table::Position;
use crate::lifecycle::Serving;
use crate::scoring::number;

/// Reads the answers of a model from the dataset that keeps them, each once.
pub(crate) struct AnswerReader {
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) engine: Arc<Engine>,
    /// Property that has the answer.
    pub(crate) answer: String,
    /// Up to where they were read.
    pub(crate) read: Position,
}

impl AnswerReader {
    /// What the next commit has of the answers of the version that answers now, each with its place; nothing if there is no
    /// further commit.
    pub(crate) async fn next(
        &mut self,
        serving: &Serving,
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
            let answered = self.answered(serving, record)?;
            Some((Position { commit, row }, answered))
        });
        let answers = answers.collect();
        self.read = Position { commit, row: 0 };
        Ok(Some(answers))
    }

    /// What a row says, if the version that answers now has answered it.
    fn answered(&self, serving: &Serving, record: &Record) -> Option<Answered> {
        let answer = record.get(&self.answer)?;
        if answer["version"].as_u64()? != serving.version.version {
            return None;
        }
        let features = serving.model.features().iter();
        Some(Answered {
            features: features
                .map(|feature| number(record.get(feature)))
                .collect(),
            probability: answer["probability"].as_f64()?,
        })
    }
}
