//! Datasets that are made of others, of a file or by code: made anew when what they are made of has changed.
//!
//! What a dataset was made of stands in its own table, as the progress of its commits: the version of every dataset
//! that was read, and which text of the recipe it was. So nothing is made twice, and nothing is forgotten over a
//! restart. A refresh is whole or not at all: while it fails, the dataset keeps its last good version.

mod file;
mod mark;
mod tables;
mod windows;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use mesh_contracts::Gate;
use mesh_storage::{Dataset, Engine};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::changes::Changes;
use crate::code::CodeTransform;
use crate::product::{Recipe, When, Work};
use crate::quarantine::Quarantine;
use crate::times::{missed, until_next};
use crate::{ProductFiles, SdkError};

pub(crate) use windows::Quiet;

/// Before a failed refresh is tried again.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A dataset that is dear to make is made less often: making it takes at most one part in this many of the time.
const SHARE: u32 = 4;

/// How a dataset that is made of others stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct RefreshState {
    /// When this process made it last.
    pub refreshed_at: Option<DateTime<Utc>>,
    /// `in full`, or `incrementally` where only new rows were read.
    pub how: Option<String>,
    /// Rows of a file that broke the contract and went to quarantine.
    pub quarantined: u64,
    /// Of a dataset that is made in windows: up to which time they were over when it was made last.
    pub watermark: Option<DateTime<Utc>>,
    /// Rows that came too late for a window since this process started. They are in the dataset that the windows are over.
    pub too_late: u64,
    /// Why the dataset is not as new as it could be.
    pub failure: Option<Failure>,
}

/// Why a refresh fails.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Failure {
    pub reason: String,
    /// Of the first of the attempts that failed in a row.
    pub since: DateTime<Utc>,
}

/// Makes one dataset.
pub(crate) struct Refresher {
    pub(crate) product: String,
    pub(crate) recipe: Recipe,
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) gate: Gate,
    /// The datasets it is made of.
    pub(crate) reads: Vec<Arc<Dataset>>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) files: ProductFiles,
    pub(crate) code: Option<Arc<dyn CodeTransform>>,
    pub(crate) quarantine: Quarantine,
    pub(crate) changes: Changes,
    pub(crate) quiet: Quiet,
    pub(crate) state: Arc<Mutex<RefreshState>>,
}

/// What a refresh did.
pub(crate) struct Made {
    how: &'static str,
    quarantined: u64,
    too_late: u64,
    watermark: Option<DateTime<Utc>>,
}

impl Made {
    const INCREMENTALLY: Made = Made {
        how: "incrementally",
        quarantined: 0,
        too_late: 0,
        watermark: None,
    };
    const IN_FULL: Made = Made {
        how: "in full",
        quarantined: 0,
        too_late: 0,
        watermark: None,
    };
}

impl Refresher {
    /// Makes the dataset if it is not up to date. A failure is remembered in the state as well.
    pub(crate) async fn refresh(&self) -> Result<(), SdkError> {
        self.attempt(false).await
    }

    /// Makes the dataset, in any case if `anew`.
    async fn attempt(&self, anew: bool) -> Result<(), SdkError> {
        // A bug in what it calls must not end the task unnoticed.
        let made = AssertUnwindSafe(self.make(anew)).catch_unwind().await;
        let made = made.unwrap_or_else(|_| Err(self.failed("it panicked; the log says where")));
        let name = self.dataset.name();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match made {
            Ok(made) => {
                if state.failure.take().is_some() {
                    tracing::info!(dataset = name, "the dataset can be refreshed again");
                }
                if let Some(made) = made {
                    state.refreshed_at = Some(Utc::now());
                    state.how = Some(made.how.to_owned());
                    state.quarantined = made.quarantined;
                    state.too_late += made.too_late;
                    state.watermark = made.watermark;
                    drop(state);
                    self.changes.tell();
                }
                Ok(())
            }
            Err(error) => {
                let reason = error.to_string();
                let before = state.failure.take();
                if before.as_ref().is_none_or(|before| before.reason != reason) {
                    tracing::warn!(dataset = name, %error, "the dataset cannot be refreshed and keeps its last version");
                }
                let since = before.map_or_else(Utc::now, |before| before.since);
                state.failure = Some(Failure { reason, since });
                Err(error)
            }
        }
    }

    /// Whether it was ever made, by whatever recipe.
    pub(crate) async fn was_made(&self) -> Result<bool, SdkError> {
        Ok(self.dataset.progress(mark::GENERATION).await? > 0)
    }

    /// Whether it has to be made before the product is served: on a schedule only what its recipe never made.
    pub(crate) async fn is_due_at_start(&self) -> Result<bool, SdkError> {
        match self.recipe.when {
            When::OnCommit => Ok(true),
            When::Schedule(_) => Ok(!mark::MadeOf::look(self).await?.is_by_this_recipe()),
        }
    }

    /// Refreshes as declared until `stop`, which ends a refresh in its middle: nothing of it is visible then.
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.follow() => {}
        }
    }

    async fn follow(&self) {
        let mut heard = self.changes.listen();
        let mut pause = FIRST_PAUSE;
        loop {
            heard.mark_unchanged();
            let began = Instant::now();
            let attempted = match &self.recipe.when {
                When::OnCommit => self.refresh().await,
                When::Schedule(cron) if self.is_due(cron) => self.attempt(true).await,
                When::Schedule(_) => Ok(()),
            };
            if attempted.is_err() {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
                continue;
            }
            pause = FIRST_PAUSE;
            match &self.recipe.when {
                When::OnCommit => {
                    tokio::time::sleep(began.elapsed() * SHARE).await;
                    match self.recipe.idle() {
                        Some(idle) => drop(timeout(idle, changed(&mut heard)).await),
                        None => changed(&mut heard).await,
                    }
                }
                When::Schedule(cron) => until_next(cron).await,
            }
        }
    }

    /// Whether a time of the schedule has passed since the dataset was made; one that was missed counts as well.
    fn is_due(&self, cron: &croner::Cron) -> bool {
        missed(cron, self.dataset.info().updated_at).is_some()
    }

    async fn make(&self, anew: bool) -> Result<Option<Made>, SdkError> {
        let made_of = mark::MadeOf::look(self).await?;
        let may_be_idle = self.recipe.idle().is_some();
        if made_of.is_up_to_date() && !anew && !may_be_idle {
            return Ok(None);
        }
        let made_of = if anew { made_of.forgotten() } else { made_of };
        let made = match &self.recipe.work {
            Work::File(path) => file::make(self, path, &made_of).await?,
            Work::Sql(statement) => tables::make(self, statement, &made_of).await?,
            Work::Windows {
                statement,
                windowing,
            } => match windows::make(self, statement, windowing, &made_of).await? {
                Some(made) => made,
                None => return Ok(None),
            },
            Work::Code => tables::make_by_code(self, &made_of).await?,
        };
        let of = [
            ("product", self.product.clone()),
            ("dataset", self.dataset.name().to_owned()),
        ];
        metrics::counter!("mesh_dataset_refreshes_total", &of).increment(1);
        Ok(Some(made))
    }

    fn failed(&self, reason: impl Into<String>) -> SdkError {
        SdkError::Refresh {
            dataset: self.dataset.name().to_owned(),
            reason: reason.into(),
        }
    }
}

/// The sender lives as long as the refresher, which holds it.
async fn changed(heard: &mut watch::Receiver<u64>) {
    if heard.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
