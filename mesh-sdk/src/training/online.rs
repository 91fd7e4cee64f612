//! Goes on learning from answers, one after the other, as their truth comes to be known.
//!
//! It begins with the cases of the training query. What it has learned is kept, sealed, with how far labels were read, so that
//! an answer is learned from once. A share of the answers is never learned from: those are what its versions are measured on.

mod labelled;
mod learnt;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use mesh_models::Target;
use mesh_storage::{Changes as NewRows, Dataset, Engine};
use tokio_util::sync::CancellationToken;

use self::labelled::{Label, Rows};
use self::learnt::Learnt;
use super::background::in_the_background;
use super::cases::HeldOut;
use super::fit::Learned;
use super::requests::{Asker, Wanted};
use super::runs::{Cause, Runs};
use crate::changes::Changes;
use crate::lifecycle::{Lifecycle, MESH};
use crate::product::{ModelPlan, OnlinePlan};
use crate::registry::{ModelVersion, Registry};
use crate::watching::FEWEST;
use crate::{SdkError, sql};

/// Between two looks for labels at least.
const PAUSE: Duration = Duration::from_millis(500);
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// Before it is seen whether the process that learns is gone.
const ALONE: Duration = Duration::from_secs(5);
/// Labels that wait for their answers; the oldest beyond that are given up.
const EARLY: usize = 10_000;

pub(crate) struct Learner {
    pub(crate) product: String,
    pub(crate) plan: ModelPlan,
    pub(crate) online: OnlinePlan,
    pub(crate) engine: Arc<Engine>,
    /// Where labels and answers are.
    pub(crate) datasets: BTreeMap<String, Arc<Dataset>>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) lifecycle: Arc<Lifecycle>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) asker: Asker,
    pub(crate) changes: Changes,
}

/// What is remembered from look to look.
struct Memory {
    learnt: Learnt,
    /// Version of the answers when labels were joined with them last.
    stored: u64,
    /// How many answers it had learned from when there were too few to measure a version on.
    too_few: u64,
}

impl Learner {
    /// Learns until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.follow() => {}
        }
    }

    async fn follow(&self) {
        let model = &self.plan.name;
        let _alone = loop {
            match self.registry.learn_alone() {
                Ok(Some(alone)) => break alone,
                Ok(None) => tokio::time::sleep(ALONE).await,
                Err(error) => {
                    tracing::error!(model, %error, retry_in = ?AFTER_FAILURE, "the model cannot learn from answers");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        };
        let mut heard = self.changes.listen();
        let mut memory = None;
        loop {
            heard.mark_unchanged();
            // A bug in what it calls must not end it unnoticed.
            let learned = AssertUnwindSafe(self.step(&mut memory)).catch_unwind();
            let panicked = || Err(self.failed("it panicked"));
            match learned.await.unwrap_or_else(|_| panicked()) {
                Ok(()) => {
                    tokio::time::sleep(PAUSE).await;
                    drop(heard.changed().await);
                }
                Err(error) => {
                    tracing::error!(model, %error, retry_in = ?AFTER_FAILURE, "the model cannot learn from answers");
                    // What is kept is whole.
                    memory = None;
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    async fn step(&self, memory: &mut Option<Memory>) -> Result<(), SdkError> {
        if memory.is_none() {
            let kept = Learnt::kept(&self.registry, &self.plan, &self.online)?;
            let learnt = match kept {
                Some(learnt) => learnt,
                None => self.begin().await?,
            };
            *memory = Some(Memory {
                learnt,
                stored: 0,
                too_few: 0,
            });
        }
        let Some(memory) = memory else {
            return Ok(());
        };
        self.learn(memory).await?;
        self.ask(memory).await
    }

    async fn begin(&self) -> Result<Learnt, SdkError> {
        let read = self.version(&self.online.dataset);
        let learnt = Learnt::begin(&self.engine, &self.plan, &self.online, read).await?;
        learnt.keep(&self.registry)?;
        Ok(learnt)
    }

    /// Learns from the answers whose truth has come to be known.
    async fn learn(&self, memory: &mut Memory) -> Result<(), SdkError> {
        let known = memory.learnt.read;
        let stored = self.version(&self.plan.dataset);
        let waits = !memory.learnt.early.is_empty() && stored != memory.stored;
        if self.version(&self.online.dataset) == known && !waits {
            return Ok(());
        }
        let since = BTreeMap::from([(self.online.dataset.clone(), known)]);
        let rows = match self.engine.changes(&self.online.labels, &since).await? {
            NewRows::Rows(rows) => rows,
            NewRows::Whole { reason } => {
                let model = &self.plan.name;
                tracing::warn!(
                    model,
                    reason,
                    "which labels are new cannot be told: it begins anew"
                );
                memory.learnt = self.begin().await?;
                return Ok(());
            }
        };
        let read = rows.sources().get(&self.online.dataset).copied();
        let mut learnt = memory.learnt.clone();
        learnt.read = read.unwrap_or(known);
        let mut labels = std::mem::take(&mut learnt.early);
        labels.extend(sql::read::<Label>(rows).await?);
        if labels.is_empty() {
            // Else what is new since then could not be told some day, after a restart.
            learnt.keep(&self.registry)?;
            memory.learnt = learnt;
            return Ok(());
        }
        let (rows, early) = labelled::at_hand(&self.engine, &self.plan, labels).await?;
        learnt.early = self.waiting(early);
        let (learned, registry) = (rows.truth.len() as u64, self.registry.clone());
        let learning = in_the_background("learning", move || {
            let Rows { table, truth } = rows;
            learnt.learn(&table, &truth)?;
            learnt.keep(&registry)?;
            Ok::<_, SdkError>(learnt)
        });
        memory.learnt = learning
            .await
            .map_err(|ended| self.failed(ended.to_string()))??;
        memory.stored = stored;
        let of = [
            ("product", self.product.clone()),
            ("model", self.plan.name.clone()),
        ];
        metrics::counter!("mesh_model_answers_learned_total", &of).increment(learned);
        Ok(())
    }

    /// The labels that wait for their answers: not without end, since some are of answers that nobody gave.
    fn waiting(&self, mut early: Vec<Label>) -> Vec<Label> {
        let surplus = early.len().saturating_sub(EARLY);
        if surplus > 0 {
            let model = &self.plan.name;
            tracing::warn!(
                model,
                surplus,
                "labels of answers that are not stored are given up"
            );
            early.drain(..surplus);
        }
        early
    }

    /// Asks for a version once there is enough that is new.
    async fn ask(&self, memory: &mut Memory) -> Result<(), SdkError> {
        let learnt = &memory.learnt;
        let is_open = |run: super::TrainingRun| run.cause == Cause::Online && !run.state.is_over();
        if learnt.answers < learnt.asked + self.online.declared.every
            || learnt.answers < memory.too_few + FEWEST as u64
            || self.lifecycle.is_frozen()
            || self.runs.all().into_iter().any(is_open)
        {
            return Ok(());
        }
        let held_out = self.held_out(learnt).await?;
        if !held_out.is_enough() {
            memory.too_few = learnt.answers;
            return Ok(());
        }
        let wanted = Wanted {
            cause: Cause::Online,
            why: format!("it has learned from {} answers", learnt.answers),
            asked_by: MESH.to_owned(),
            promote: true,
        };
        let began = learnt.began.format("%Y-%m-%dT%H:%M:%SZ");
        let run = format!("{}-online-{began}-{}", self.plan.name, learnt.answers);
        self.asker.ask(&run, &wanted).await?;
        memory.learnt.asked = memory.learnt.answers;
        memory.learnt.keep(&self.registry)
    }

    async fn held_out(&self, learnt: &Learnt) -> Result<HeldOut, SdkError> {
        let champion = self.lifecycle.serving();
        let champion = champion.as_ref().map(|serving| &serving.version);
        held_out(&self.engine, &self.plan, &self.online, learnt, champion).await
    }

    fn version(&self, dataset: &str) -> u64 {
        let dataset = self.datasets.get(dataset);
        dataset.map_or(0, |dataset| dataset.info().version)
    }

    fn failed(&self, reason: impl Into<String>) -> SdkError {
        failed(&self.plan, reason)
    }
}

/// What a version is made of now, and what it is measured on.
pub(super) async fn snapshot(
    engine: &Engine,
    plan: &ModelPlan,
    registry: &Registry,
    champion: Option<&ModelVersion>,
) -> Result<(Learned, HeldOut), SdkError> {
    let Some(online) = &plan.online else {
        let reason = "it does not go on learning: mesh.yaml declares nothing `online` for it";
        return Err(failed(plan, reason));
    };
    let learnt = Learnt::kept(registry, plan, online)?;
    let learnt = learnt.ok_or_else(|| failed(plan, "it has not begun to learn from answers"))?;
    let held_out = held_out(engine, plan, online, &learnt, champion).await?;
    if !held_out.is_enough() {
        let reason = format!(
            "of the answers that it did not learn from, the truth is known of {}, which is too few to measure it on",
            held_out.cases()
        );
        return Err(failed(plan, reason));
    }
    Ok((learnt.learned(online)?, held_out))
}

/// The answers that neither this nor the version in Production has learned from.
async fn held_out(
    engine: &Engine,
    plan: &ModelPlan,
    online: &OnlinePlan,
    learnt: &Learnt,
    champion: Option<&ModelVersion>,
) -> Result<HeldOut, SdkError> {
    let champion = champion.filter(|champion| champion.answers.is_none());
    let since = champion.map_or(learnt.began, |it| it.trained_at.max(learnt.began));
    labelled::held_out(engine, plan, online, since).await
}

impl HeldOut {
    /// Whether something can be said of a version by them.
    fn is_enough(&self) -> bool {
        let Target::Classes(classes) = &self.target else {
            return false;
        };
        self.cases() >= FEWEST && [0, 1].iter().all(|class| classes.contains(class))
    }
}

fn failed(plan: &ModelPlan, reason: impl Into<String>) -> SdkError {
    SdkError::Training {
        model: plan.name.clone(),
        reason: reason.into(),
    }
}
