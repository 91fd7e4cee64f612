//! Asks the version on trial what the version in Production was asked, and keeps what it says.
//!
//! It reads the answers that were given, so that no call waits for it.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use mesh_models::{ModelError, Task};
use mesh_storage::{Dataset, Engine};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::answers::AnswerReader;
use super::look::Answered;
use super::table::Position;
use super::watcher::WatchError;
use crate::changes::Changes;
use crate::lifecycle::{Lifecycle, Trial};
use crate::platform_dataset::{KeepError, PlatformDataset};
use crate::product::ModelPlan;
use crate::scoring::said::{outputs_in_sql, said, score};
use crate::training::in_the_background;
use crate::{SdkError, sql};

/// The dataset of every product with models that keeps what versions on trial would have answered.
pub(crate) const CHALLENGER_SCORES: &str = "challenger_scores";
const CONTRACT: &str = "challenger-scores";
const PAUSE: Duration = Duration::from_millis(500);
const AFTER_FAILURE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct ChallengerScores(PlatformDataset);

impl ChallengerScores {
    /// Opens the dataset in the folder of a product's datasets, and adds it to `engine`.
    pub(crate) async fn open(datasets: &Path, engine: Arc<Engine>) -> Result<Self, SdkError> {
        let opened = PlatformDataset::open(datasets, CHALLENGER_SCORES, CONTRACT, engine).await?;
        Ok(Self(opened))
    }

    pub(crate) fn dataset(&self) -> &Arc<Dataset> {
        self.0.dataset()
    }

    /// Adds what was said of the answers up to a commit.
    ///
    /// # Errors
    /// [`KeepError::is_overtaken`] if another process has come as far.
    async fn add(&self, rows: Vec<Value>, source: &str, commit: u64) -> Result<(), KeepError> {
        let progress = BTreeMap::from([(source.to_owned(), commit)]);
        self.0.add(rows, &progress).await
    }
}

pub(crate) struct Challenger {
    pub(crate) plan: ModelPlan,
    pub(crate) engine: Arc<Engine>,
    /// Where answers are.
    pub(crate) answers: Arc<Dataset>,
    pub(crate) lifecycle: Arc<Lifecycle>,
    pub(crate) scores: ChallengerScores,
    pub(crate) changes: Changes,
}

/// A trial that is followed.
struct Following {
    trial: Arc<Trial>,
    /// When it was decided: what was answered before is not tried.
    since: DateTime<Utc>,
    reader: AnswerReader,
}

impl Challenger {
    /// Follows whatever is on trial until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.follow() => {}
        }
    }

    async fn follow(&self) {
        let mut heard = self.changes.listen();
        let mut following = None;
        loop {
            heard.mark_unchanged();
            // A bug in what it calls must not end it unnoticed.
            let tried = AssertUnwindSafe(self.step(&mut following)).catch_unwind();
            match tried.await.unwrap_or(Err(WatchError::Panicked)) {
                Ok(()) => {
                    tokio::time::sleep(PAUSE).await;
                    drop(heard.changed().await);
                }
                Err(WatchError::Keep(error)) if error.is_overtaken() => following = None,
                Err(error) => {
                    let model = &self.plan.name;
                    tracing::error!(model, %error, retry_in = ?AFTER_FAILURE, "the version on trial cannot be tried");
                    following = None;
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    async fn step(&self, following: &mut Option<Following>) -> Result<(), WatchError> {
        loop {
            let Some(trial) = self.lifecycle.trial() else {
                *following = None;
                return Ok(());
            };
            let is_it = |it: &Following| it.trial.change == trial.change;
            if !following.as_ref().is_some_and(is_it) {
                *following = self.begin(trial).await?;
            }
            let Some(Following {
                trial,
                since,
                reader,
            }) = following
            else {
                return Ok(());
            };
            let features = trial.serving.model.features();
            let Some(answers) = reader.next(features).await? else {
                return Ok(());
            };
            let commit = reader.read.commit;
            let own = trial.serving.version.version;
            let answers = answers.into_iter().map(|(_, answer)| answer);
            let is_tried = |answer: &Answered| answer.version != own && is_since(*since, answer);
            let answers = answers.filter(is_tried).collect();
            let rows = self.ask(trial.clone(), answers).await?;
            self.scores.add(rows, &self.source(trial), commit).await?;
        }
    }

    /// Goes on where the table says that answers were read, or begins with those that were given since the decision; nothing
    /// if there was none.
    async fn begin(&self, trial: Arc<Trial>) -> Result<Option<Following>, WatchError> {
        let changes = self.lifecycle.changes();
        let mut changes = changes.iter();
        let Some(begun) = changes.find(|change| change.change == trial.change) else {
            return Ok(None);
        };
        let since = begun.at;
        let mut reader = AnswerReader {
            dataset: self.answers.clone(),
            engine: self.engine.clone(),
            answer: self.plan.declared.answer.clone(),
            task: self.plan.declared.predicts,
            read: Position::default(),
        };
        let source = self.source(&trial);
        let reached = self.scores.dataset().progress(&source).await?;
        let commit = match reached {
            0 => {
                let features = trial.serving.model.features();
                let before = self.before(since, &mut reader, features).await?;
                if before > 0 {
                    self.scores.add(Vec::new(), &source, before).await?;
                }
                before
            }
            reached => reached,
        };
        reader.read = Position { commit, row: 0 };
        Ok(Some(Following {
            trial,
            since,
            reader,
        }))
    }

    /// The newest commit that has all answers since a time behind it: some may be stored before the decision is known here.
    async fn before(
        &self,
        since: DateTime<Utc>,
        reader: &mut AnswerReader,
        features: &[String],
    ) -> Result<u64, WatchError> {
        let dataset = self.answers.name();
        let statement = format!(
            "SELECT count(*) AS answers FROM {} WHERE {}['scored_at'] >= {}",
            sql::name(dataset),
            sql::name(&self.plan.declared.answer),
            sql::moment(since)
        );
        let counted = self.engine.numbers(&statement).await?;
        let mut stored = counted.values.iter().flatten().map(|count| *count as usize);
        let mut stored = stored.next().unwrap_or_default();
        let mut commit = counted.sources.get(dataset).copied().unwrap_or_default();
        while stored > 0 && commit > 0 {
            commit -= 1;
            reader.read = Position { commit, row: 0 };
            let answers = reader.next(features).await?.unwrap_or_default();
            let found = answers.iter().filter(|(_, answer)| is_since(since, answer));
            stored = stored.saturating_sub(found.count());
        }
        Ok(commit)
    }

    /// What the version on trial says where another has answered.
    async fn ask(
        &self,
        trial: Arc<Trial>,
        answers: Vec<Answered>,
    ) -> Result<Vec<Value>, WatchError> {
        let (model, task) = (self.plan.name.clone(), self.plan.declared.predicts);
        let asking = in_the_background("trial", move || {
            let Trial { serving, .. } = &*trial;
            let rows: Vec<f32> = answers.iter().flat_map(|it| it.features.clone()).collect();
            let scores = score(&serving.model, &rows)?;
            let said = answers.iter().zip(said(task, &serving.model, &scores));
            let rows = said.map(|(answer, said)| {
                let outputs = said.is_something().then(|| said.outputs());
                let own = outputs.map(|outputs| outputs.into_iter().map(f64::from).collect());
                let prediction = own.as_ref().and_then(|_| said.prediction());
                let own = kept(task, own);
                let champion = kept(task, Some(answer.outputs.clone()));
                json!({
                    "model": model,
                    "version": serving.version.version,
                    "answer": answer.id,
                    "scored_at": answer.at,
                    "prediction": prediction,
                    "probability": own.probability,
                    "probabilities": own.probabilities,
                    "champion": answer.version,
                    "champion_prediction": answer.prediction,
                    "champion_probability": champion.probability,
                    "champion_probabilities": champion.probabilities,
                })
            });
            Ok::<_, ModelError>(rows.collect())
        });
        Ok(asking.await.map_err(|_| WatchError::Panicked)??)
    }

    /// What the commits that add its scores count.
    fn source(&self, trial: &Trial) -> String {
        format!(
            "answers tried by change {} of {}",
            trial.change, self.plan.name
        )
    }
}

fn is_since(since: DateTime<Utc>, answer: &Answered) -> bool {
    DateTime::parse_from_rfc3339(&answer.at).is_ok_and(|at| at >= since)
}

/// What an answer is kept as, beside what it predicts.
#[derive(Default)]
struct Kept {
    /// Of yes.
    probability: Option<f64>,
    /// By rising class.
    probabilities: Option<Vec<f64>>,
}

fn kept(task: Task, outputs: Option<Vec<f64>>) -> Kept {
    match task {
        Task::YesOrNo => Kept {
            probability: outputs.and_then(|outputs| outputs.first().copied()),
            ..Kept::default()
        },
        Task::Class => Kept {
            probabilities: outputs,
            ..Kept::default()
        },
        Task::Quantity => Kept::default(),
    }
}

/// Outputs that were kept, as expressions of SQL: of the version on trial, or, behind `champion_`, of that which answered.
pub(super) fn kept_in_sql(task: Task, classes: usize, whose: &str) -> Vec<String> {
    outputs_in_sql(task, classes, |name| format!("c.{whose}{name}"), "")
}
