//! Does the training runs of one model, one after the other.

use std::fs::File;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mesh_models::ModelError;
use mesh_storage::Engine;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;

use super::background::in_the_background;
use super::cases::{Cases, HeldOut};
use super::fit::{self, Learned, Made};
use super::online;
use super::runs::{Cause, End, RunState, Runs, RunsError, TrainingRun};
use crate::SdkError;
use crate::changes::Changes;
use crate::lifecycle::{Decider, Lifecycle, LifecycleError, StageChange};
use crate::product::ModelPlan;
use crate::registry::{ModelVersion, Registry, Stage};

/// Before a run is looked for again after it could not be.
const PAUSE: Duration = Duration::from_secs(5);
/// After this time at the latest it is seen which runs other processes were asked for.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Before it is seen whether another process trains still.
const ALONE: Duration = Duration::from_secs(1);

/// How many runs a process does at once: as many as it has processors. What is left over waits.
#[derive(Clone)]
pub(crate) struct Room(Arc<Semaphore>);

impl Room {
    pub(crate) fn of_process() -> Room {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        Room(Arc::new(Semaphore::new(processors)))
    }
}

pub(crate) struct Trainer {
    pub(crate) product: String,
    pub(crate) plan: ModelPlan,
    /// Which text of the product trains.
    pub(crate) revision: String,
    pub(crate) engine: Arc<Engine>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) lifecycle: Arc<Lifecycle>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) room: Room,
    pub(crate) changes: Changes,
    /// Held by the run that is being done.
    pub(crate) turn: Mutex<()>,
}

/// A run, and what ends it.
struct Work {
    run: TrainingRun,
    /// Of this run.
    cancel: CancellationToken,
}

impl Trainer {
    /// Does runs until `stop`. One that has not ended then is begun again by the next process.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut told = self.runs.listen();
        while !stop.is_cancelled() {
            told.mark_unchanged();
            let worked = self.work(&stop).await;
            if let Err(error) = &worked {
                let model = &self.plan.name;
                tracing::error!(model, %error, retry_in = ?PAUSE, "training runs cannot be noted");
            }
            let wait = async {
                match worked {
                    Ok(()) => drop(tokio::time::timeout(LOOK_AGAIN, told.changed()).await),
                    Err(_) => tokio::time::sleep(PAUSE).await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = wait => {}
            }
        }
    }

    /// Does what waits. Returns once nothing does.
    pub(crate) async fn work(self: &Arc<Self>, stop: &CancellationToken) -> Result<(), RunsError> {
        let _turn = self.turn.lock().await;
        loop {
            let _alone = tokio::select! {
                alone = self.alone() => alone?,
                () = stop.cancelled() => return Ok(()),
            };
            let room = tokio::select! {
                room = self.room.0.acquire() => room,
                () = stop.cancelled() => return Ok(()),
            };
            let Some((run, cancel)) = self.runs.next().await? else {
                return Ok(());
            };
            let began = Instant::now();
            let id = run.run.clone();
            let ended = self
                .train(
                    Work {
                        run,
                        cancel: cancel.clone(),
                    },
                    stop,
                )
                .await;
            drop(room);
            let Some(end) = ended else {
                return self.runs.put_back(&id).await;
            };
            self.count(&end, began);
            self.runs.end(&id, end).await?;
            self.changes.tell();
        }
    }

    /// Holds back the other processes that train the model: what they have begun must not be begun again beside it.
    async fn alone(&self) -> Result<File, RunsError> {
        loop {
            if let Some(alone) = self.registry.train_alone().map_err(RunsError::Alone)? {
                return Ok(alone);
            }
            tokio::time::sleep(ALONE).await;
        }
    }

    /// How the run ended; nothing if `stop` ended it.
    async fn train(self: &Arc<Self>, work: Work, stop: &CancellationToken) -> Option<End> {
        let failed = |state: RunState, result: String| End {
            state,
            version: None,
            stage: None,
            result,
        };
        let cancelled = || failed(RunState::Cancelled, "it was cancelled".to_owned());
        let (run, cancel) = (work.run.clone(), work.cancel.clone());
        let trainer = self.clone();
        let mut learning =
            std::pin::pin!(in_the_background("training", move || trainer.learn(&work)));
        let learned = tokio::select! {
            learned = &mut learning => learned,
            () = stop.cancelled() => {
                let unwanted = cancel.is_cancelled();
                cancel.cancel();
                // It has to be gone before another process begins it again.
                drop(learning.await);
                return unwanted.then(cancelled);
            }
        };
        let (made, held_out) = match learned {
            Ok(Ok(learned)) => learned,
            Ok(Err(SdkError::Model(ModelError::Cancelled))) => {
                return Some(cancelled());
            }
            Ok(Err(error)) => {
                let model = &self.plan.name;
                tracing::warn!(model, run = run.run, %error, "a training run failed");
                return Some(failed(RunState::Failed, error.to_string()));
            }
            Err(ended) => return Some(failed(RunState::Failed, ended.to_string())),
        };
        if cancel.is_cancelled() {
            let kept = format!("it was cancelled; version {} is kept", made.version());
            return Some(End {
                version: Some(made.version()),
                ..failed(RunState::Cancelled, kept)
            });
        }
        self.runs.progress(&run.run, "judging", 0, 1);
        Some(match self.judge(&run, &made, held_out).await {
            Ok((stage, result)) => End {
                state: match made {
                    Made::New(_) => RunState::Succeeded,
                    Made::Same(_) => RunState::Unchanged,
                },
                version: Some(made.version()),
                stage: Some(stage),
                result,
            },
            Err(error) => End {
                version: Some(made.version()),
                ..failed(RunState::Failed, error.to_string())
            },
        })
    }

    /// Reads the cases, learns from them and keeps the version.
    fn learn(&self, work: &Work) -> Result<(Made, HeldOut), SdkError> {
        let Work { run, cancel } = work;
        self.runs.progress(&run.run, "reading", 0, 1);
        // Its engine gives way too.
        let reading = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let reading = reading.map_err(SdkError::file("a thread that reads"))?;
        let began = Instant::now();
        let (learned, held_out) = match run.cause {
            Cause::Online => reading.block_on(until(cancel, self.snapshot()))?,
            _ => {
                let cases = Cases::read(&self.engine, &self.plan);
                self.learn_from(&run.run, &reading.block_on(until(cancel, cases))?, cancel)?
            }
        };
        if cancel.is_cancelled() {
            return Err(ModelError::Cancelled.into());
        }
        let (plan, registry) = (&self.plan, &self.registry);
        let made = fit::keep(plan, &self.revision, began, learned, &held_out, registry)?;
        Ok((made, held_out))
    }

    /// What was learned from answers up to now.
    async fn snapshot(&self) -> Result<(Learned, HeldOut), SdkError> {
        let champion = self.lifecycle.serving();
        let champion = champion.as_ref().map(|serving| &serving.version);
        online::snapshot(&self.engine, &self.plan, &self.registry, champion).await
    }

    fn learn_from(
        &self,
        run: &str,
        cases: &Cases,
        cancel: &CancellationToken,
    ) -> Result<(Learned, HeldOut), SdkError> {
        let told = |step, done, of| self.runs.progress(run, step, done, of);
        let watch = |done, of| {
            told("learning", done, of);
            match cancel.is_cancelled() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let learned = fit::train(&self.plan, cases, &watch)?;
        Ok((learned, cases.held_out(&self.plan)?))
    }

    /// Puts the version into Production, if the run is to and it passes the gate. Returns its stage, and what there is to tell.
    async fn judge(
        &self,
        run: &TrainingRun,
        made: &Made,
        held_out: HeldOut,
    ) -> Result<(Stage, String), LifecycleError> {
        self.lifecycle.refresh().await?;
        let number = made.version();
        let versions = self.lifecycle.versions();
        let version = versions.iter().find(|version| version.version == number);
        let stage = version.map(|version| version.stage).unwrap_or_default();
        let decided = |change: &StageChange| change.version == number;
        let decided = self.lifecycle.changes().iter().any(decided);
        let worth = match (made, version) {
            (Made::New(version), _) => in_words(version),
            // The process that made it may have ended before it was judged.
            (Made::Same(_), Some(version)) if !decided => {
                format!("the same as {}", in_words(version))
            }
            (Made::Same(_), _) => {
                let worth = format!("the same as version {number}, which is in {stage:?}");
                return Ok((stage, worth));
            }
        };
        if !run.promote {
            return Ok((stage, worth));
        }
        let decider = Decider::new(&run.asked_by, &run.why);
        let promoted = self.lifecycle.promote(number, decider, Arc::new(held_out));
        match promoted.await {
            Ok(_) => Ok((
                Stage::Production,
                format!("{worth}; {:?}", Stage::Production),
            )),
            Err(LifecycleError::Gate { report, .. }) => {
                let failed: Vec<_> = report.failed().map(|check| check.found.as_str()).collect();
                let staged = format!(
                    "{worth}; stays in {:?}: {}",
                    Stage::Staging,
                    failed.join("; ")
                );
                Ok((Stage::Staging, staged))
            }
            Err(frozen @ LifecycleError::Frozen(_)) => Ok((
                Stage::Staging,
                format!("{worth}; stays in {:?}: {frozen}", Stage::Staging),
            )),
            Err(error) => Err(error),
        }
    }

    fn count(&self, end: &End, began: Instant) {
        let of = [
            ("product", self.product.clone()),
            ("model", self.plan.name.clone()),
        ];
        let state = ("state", format!("{:?}", end.state).to_lowercase());
        let counted = [of[0].clone(), of[1].clone(), state];
        metrics::counter!("mesh_training_runs_total", &counted).increment(1);
        metrics::histogram!("mesh_training_run_duration_seconds", &of).record(began.elapsed());
    }
}

/// What `work` gives, unless it is cancelled before.
async fn until<T>(
    cancel: &CancellationToken,
    work: impl Future<Output = Result<T, SdkError>>,
) -> Result<T, SdkError> {
    tokio::select! {
        worked = work => worked,
        () = cancel.cancelled() => Err(ModelError::Cancelled.into()),
    }
}

impl Made {
    fn version(&self) -> u64 {
        match self {
            Made::New(version) => version.version,
            Made::Same(number) => *number,
        }
    }
}

/// `version 2: accuracy 0.851 [0.760, 0.912] on 91 cases held out of 303`
fn in_words(version: &ModelVersion) -> String {
    let of = match version.answers {
        None => format!("cases held out of {}", version.trained_on.cases),
        Some(answers) => format!("answers held out, having learned from {answers}"),
    };
    format!(
        "version {}: {} {of}",
        version.version,
        version.worth_in_words()
    )
}
