//! The training runs of a model: which were asked for, how far they are, what came of them.

mod table;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::SdkError;
use crate::platform_dataset::KeepError;
use crate::registry::Stage;
use crate::times;
use crate::training::Wanted;

pub(crate) use table::{TRAINING_RUNS, TrainingRuns};

/// Runs of a model that are remembered here; the dataset has all.
const REMEMBERED: usize = 200;
/// How often a run is begun. One during which the process ends again and again is not.
const ATTEMPTS: u32 = 3;

/// What a run is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Somebody, or another system, asked for it.
    AdHoc,
    /// The model is declared otherwise than its versions were trained by.
    Declared,
    Schedule,
    /// What the model is asked is no longer like what it learned from.
    Drift,
    /// The model is no longer as good as it was.
    Accuracy,
    /// It has learned from so many more answers.
    Online,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RunState {
    Waiting,
    Started,
    Succeeded,
    /// A version is there already that is the same, byte for byte.
    Unchanged,
    Failed,
    Cancelled,
}

impl RunState {
    pub(crate) fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Started)
    }
}

/// A training run, as far as it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrainingRun {
    /// Id of the event that asked for it.
    pub run: String,
    pub model: String,
    pub state: RunState,
    /// When it came to this state.
    pub at: DateTime<Utc>,
    pub cause: Cause,
    pub why: String,
    /// Subject of the token of whoever asked; `mesh` where the platform did by itself.
    pub asked_by: String,
    /// Whether the version goes into Production if it passes the gate.
    pub promote: bool,
    /// The version that it made, or that is the same.
    pub version: Option<u64>,
    /// Of that version, when the run was over.
    pub stage: Option<Stage>,
    /// What came of it, or why it failed, in words.
    pub result: Option<String>,
    /// While it runs.
    #[serde(default)]
    pub progress: Option<RunProgress>,
}

impl TrainingRun {
    /// One that is wanted and was not begun.
    pub(crate) fn waiting(model: &str, run: &str, wanted: &Wanted) -> TrainingRun {
        TrainingRun {
            run: run.to_owned(),
            model: model.to_owned(),
            state: RunState::Waiting,
            at: times::now(),
            cause: wanted.cause,
            why: wanted.why.clone(),
            asked_by: wanted.asked_by.clone(),
            promote: wanted.promote,
            version: None,
            stage: None,
            result: None,
            progress: None,
        }
    }

    /// Whether it is of the model as it is declared, and not over.
    pub(crate) fn is_begun_at_start(&self) -> bool {
        self.cause == Cause::Declared && !self.state.is_over()
    }
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunProgress {
    /// `reading`, `learning` or `judging`.
    pub step: String,
    /// Parts of the step that are done, and how many there are.
    pub done: usize,
    pub of: usize,
}

/// How a run ended.
#[derive(Clone)]
pub(crate) struct End {
    pub(crate) state: RunState,
    pub(crate) version: Option<u64>,
    pub(crate) stage: Option<Stage>,
    pub(crate) result: String,
}

impl End {
    fn of(self, run: TrainingRun) -> TrainingRun {
        TrainingRun {
            state: self.state,
            version: self.version,
            stage: self.stage,
            result: Some(self.result),
            ..run
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum RunsError {
    #[error("model {model} has no training run {run}")]
    NoRun { model: String, run: String },
    #[error("run {run} is over: it is {state:?}")]
    Over { run: String, state: RunState },
    #[error(transparent)]
    Keep(#[from] KeepError),
    #[error("no process can be told that this one trains: {0}")]
    Alone(SdkError),
}

pub(crate) struct Runs {
    model: String,
    table: TrainingRuns,
    state: Mutex<State>,
    /// Held by whoever writes.
    turn: tokio::sync::Mutex<()>,
    /// Told of every change.
    told: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    /// Number of the newest change.
    changes: u64,
    /// In the order in which they were asked for.
    runs: VecDeque<Known>,
}

struct Known {
    run: TrainingRun,
    /// How often it was begun.
    attempts: u32,
    cancel: CancellationToken,
}

impl Runs {
    /// Reads what the table has.
    pub(crate) async fn open(model: &str, table: TrainingRuns) -> Result<Arc<Runs>, KeepError> {
        let runs = Runs {
            model: model.to_owned(),
            table,
            state: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            told: watch::Sender::new(()),
        };
        runs.catch_up().await?;
        Ok(Arc::new(runs))
    }

    async fn catch_up(&self) -> Result<(), KeepError> {
        let since = self.lock().changes;
        if self.table.reached(&self.model).await? <= since {
            return Ok(());
        }
        let changes = self.table.since(&self.model, since).await?;
        let mut state = self.lock();
        for (number, run) in changes {
            state.changes = number;
            state.apply(run);
        }
        Ok(())
    }

    /// Every run that is remembered, the newest first.
    pub(crate) fn all(&self) -> Vec<TrainingRun> {
        let state = self.lock();
        state
            .runs
            .iter()
            .rev()
            .map(|known| known.run.clone())
            .collect()
    }

    pub(crate) fn find(&self, run: &str) -> Result<TrainingRun, RunsError> {
        let state = self.lock();
        let known = state.find(run).map(|known| known.run.clone());
        known.ok_or_else(|| self.unknown(run))
    }

    /// Notes that a run is wanted; one that is known already is not wanted anew.
    pub(crate) async fn want(&self, run: &str, wanted: &Wanted) -> Result<TrainingRun, RunsError> {
        let _turn = self.turn.lock().await;
        loop {
            if let Ok(known) = self.find(run) {
                return Ok(known);
            }
            let waiting = TrainingRun::waiting(&self.model, run, wanted);
            match self.add(waiting).await {
                Err(RunsError::Keep(error)) if error.is_overtaken() => self.catch_up().await?,
                added => return added,
            }
        }
    }

    /// The run that is to be begun next, with what cancels it, whichever process was asked for it. One that was begun too often
    /// is given up. Only one process at a time may ask.
    pub(crate) async fn next(&self) -> Result<Option<(TrainingRun, CancellationToken)>, RunsError> {
        self.catch_up().await?;
        loop {
            let next = {
                let state = self.lock();
                let mut open = state.runs.iter().filter(|known| !known.run.state.is_over());
                open.next()
                    .map(|known| (known.run.run.clone(), known.attempts))
            };
            let Some((run, attempts)) = next else {
                return Ok(None);
            };
            if attempts >= ATTEMPTS {
                let end = End {
                    state: RunState::Failed,
                    version: None,
                    stage: None,
                    result: format!(
                        "the process ended {attempts} times while it ran; the log says why"
                    ),
                };
                self.end(&run, end).await?;
                continue;
            }
            let begun = self.change(&run, |run| {
                Some(TrainingRun {
                    state: RunState::Started,
                    ..run
                })
            });
            let begun = match begun.await {
                // It was cancelled meanwhile.
                Err(RunsError::Over { .. }) => continue,
                begun => begun?,
            };
            let state = self.lock();
            let cancel = state.find(&run).map(|known| known.cancel.clone());
            return Ok(Some((begun, cancel.unwrap_or_default())));
        }
    }

    /// Puts a run back that had begun, as this process is about to end: the next one begins it. That is no failed attempt.
    pub(crate) async fn put_back(&self, run: &str) -> Result<(), RunsError> {
        let waits = self.change(run, |run| {
            Some(TrainingRun {
                state: RunState::Waiting,
                ..run
            })
        });
        waits.await.map(drop)
    }

    pub(crate) async fn end(&self, run: &str, end: End) -> Result<TrainingRun, RunsError> {
        let ended = self.change(run, |run| Some(end.clone().of(run)));
        ended.await
    }

    /// Ends a run that waits, and tells one that has begun to end.
    pub(crate) async fn cancel(&self, run: &str, by: &str) -> Result<TrainingRun, RunsError> {
        let cancelled = End {
            state: RunState::Cancelled,
            version: None,
            stage: None,
            result: format!("cancelled by {by} before it began"),
        };
        let changed = self.change(run, |run| {
            let waits = run.state == RunState::Waiting;
            waits.then(|| cancelled.clone().of(run))
        });
        let now = changed.await?;
        if now.state == RunState::Started
            && let Some(known) = self.lock().find(run)
        {
            known.cancel.cancel();
        }
        Ok(now)
    }

    /// Tells how far a run is, to those who ask here.
    pub(crate) fn progress(&self, run: &str, step: &str, done: usize, of: usize) {
        let mut state = self.lock();
        if let Some(known) = state.find_mut(run) {
            known.run.progress = Some(RunProgress {
                step: step.to_owned(),
                done,
                of,
            });
        }
    }

    /// Wakes whoever listens when a run has changed.
    pub(crate) fn listen(&self) -> watch::Receiver<()> {
        self.told.subscribe()
    }

    /// Changes a run that is not over, unless `change` has nothing to change of what it is now.
    async fn change(
        &self,
        run: &str,
        change: impl Fn(TrainingRun) -> Option<TrainingRun>,
    ) -> Result<TrainingRun, RunsError> {
        let _turn = self.turn.lock().await;
        loop {
            let now = self.find(run)?;
            if now.state.is_over() {
                return Err(RunsError::Over {
                    run: run.to_owned(),
                    state: now.state,
                });
            }
            let Some(changed) = change(now.clone()) else {
                return Ok(now);
            };
            let changed = TrainingRun {
                at: times::now(),
                progress: None,
                ..changed
            };
            match self.add(changed).await {
                Err(RunsError::Keep(error)) if error.is_overtaken() => self.catch_up().await?,
                added => return added,
            }
        }
    }

    async fn add(&self, run: TrainingRun) -> Result<TrainingRun, RunsError> {
        let number = self.lock().changes + 1;
        self.table.add(number, &run).await?;
        let mut state = self.lock();
        state.changes = number;
        state.apply(run.clone());
        drop(state);
        self.told.send_replace(());
        Ok(run)
    }

    fn unknown(&self, run: &str) -> RunsError {
        RunsError::NoRun {
            model: self.model.clone(),
            run: run.to_owned(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&self, run: &str) -> Option<&Known> {
        self.runs.iter().rev().find(|known| known.run.run == run)
    }

    fn find_mut(&mut self, run: &str) -> Option<&mut Known> {
        self.runs
            .iter_mut()
            .rev()
            .find(|known| known.run.run == run)
    }

    fn apply(&mut self, run: TrainingRun) {
        let begins = u32::from(run.state == RunState::Started);
        match self.find_mut(&run.run) {
            Some(known) => {
                known.attempts += begins;
                if run.state == RunState::Waiting {
                    known.attempts = known.attempts.saturating_sub(1);
                }
                known.run = run;
            }
            None => self.runs.push_back(Known {
                run,
                attempts: begins,
                cancel: CancellationToken::new(),
            }),
        }
        // Only what is over is forgotten.
        while self.runs.len() > REMEMBERED
            && self
                .runs
                .front()
                .is_some_and(|oldest| oldest.run.state.is_over())
        {
            self.runs.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
