//! Which version of a model answers: the versions there are, what was decided about them, and the swap.
//!
//! A decision is a row of the dataset `model_history`, numbered per model. Whoever adds the number that comes next has
//! decided; what is in Production follows from the rows. A call that is being answered keeps the version it began with.

mod follow;
mod gate;
mod history;
mod import;
mod trial;

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use mesh_models::{Model, ModelError};
use tokio::sync::Mutex;

pub use gate::{GateCheck, GateReport};
pub use history::StageChange;
pub(crate) use history::{MODEL_HISTORY, ModelHistory};
pub(crate) use import::Import;
pub(crate) use trial::Trial;
use trial::on_trial;

use crate::SdkError;
use crate::platform_dataset::KeepError;
use crate::product::ModelPlan;
use crate::registry::{Measurement, ModelVersion, Registry, Stage};
use crate::times::now;
use crate::training::{HeldOut, in_the_background};
use crate::watching::Reference;

/// The platform, where it decides by itself.
pub(crate) const MESH: &str = "mesh";

/// A version that answers.
pub(crate) struct Serving {
    pub(crate) model: Model,
    pub(crate) version: ModelVersion,
    /// As every answer tells it.
    pub(crate) worth: Measurement,
}

pub(crate) struct Lifecycle {
    plan: ModelPlan,
    registry: Arc<Registry>,
    history: ModelHistory,
    state: RwLock<State>,
    /// Held by whoever decides.
    turn: Mutex<()>,
}

#[derive(Default)]
struct State {
    /// Oldest first; without their stages.
    versions: Vec<ModelVersion>,
    /// Oldest first.
    changes: Vec<StageChange>,
    serving: Option<Arc<Serving>>,
    trial: Option<Arc<Trial>>,
}

impl State {
    /// That a version tells what the model is declared to tell now: one that does not answers no more.
    fn check_tells(&self, plan: &ModelPlan, version: u64) -> Result<(), LifecycleError> {
        let version = self.versions.iter().find(|it| it.version == version);
        let declared = plan.declared.predicts;
        match version.filter(|version| version.predicts != declared) {
            None => Ok(()),
            Some(other) => Err(LifecycleError::Otherwise {
                version: other.version,
                tells: other.predicts.in_words(),
                declared: declared.in_words(),
            }),
        }
    }
}

/// Who decides, and why.
#[derive(Clone, Copy)]
pub(crate) struct Decider<'a> {
    pub(crate) by: &'a str,
    pub(crate) why: &'a str,
    /// Whether the mesh decides nothing after it, until a person does.
    pub(crate) freezes: bool,
}

impl<'a> Decider<'a> {
    pub(crate) fn new(by: &'a str, why: &'a str) -> Self {
        let freezes = false;
        Self { by, why, freezes }
    }
}

/// What a version becomes.
struct Becomes {
    version: u64,
    stage: Stage,
    gate: Option<GateReport>,
    trial: Option<f64>,
}

impl Becomes {
    fn new(version: u64, stage: Stage) -> Self {
        Self {
            version,
            stage,
            gate: None,
            trial: None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LifecycleError {
    #[error("model {model} has no version {version}")]
    NoVersion { model: String, version: u64 },
    #[error("version {version} is {stage:?} already")]
    Already { version: u64, stage: Stage },
    #[error("version {0} is not in Production any more")]
    Overtaken(u64),
    #[error("version {0} answers already: what goes on trial is tried beside it")]
    Answers(u64),
    #[error("version {version} tells {tells}, and the model is declared to tell {declared} now")]
    Otherwise {
        version: u64,
        tells: &'static str,
        declared: &'static str,
    },
    #[error("version {0} was never on trial")]
    NoTrial(u64),
    #[error("version {version} does not pass the gate")]
    Gate { version: u64, report: GateReport },
    #[error("no other version of model {0} was in Production before")]
    NothingBefore(String),
    #[error("model {0} is frozen until a person decides something about it")]
    Frozen(String),
    /// Of a file that somebody brought.
    #[error(transparent)]
    Refused(ModelError),
    #[error(transparent)]
    History(#[from] KeepError),
    #[error(transparent)]
    Sdk(#[from] SdkError),
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl LifecycleError {
    /// What keeps a product from being started.
    pub(crate) fn at_start(self) -> SdkError {
        match self {
            Self::Sdk(error) => error,
            Self::Model(error) => error.into(),
            Self::History(error) => error.at_start(),
            error => SdkError::declaration("models", error.to_string()),
        }
    }
}

impl Lifecycle {
    pub(crate) async fn open(
        plan: ModelPlan,
        registry: Arc<Registry>,
        history: ModelHistory,
    ) -> Result<Lifecycle, LifecycleError> {
        let lifecycle = Lifecycle {
            plan,
            registry,
            history,
            state: RwLock::default(),
            turn: Mutex::default(),
        };
        lifecycle.refresh().await?;
        Ok(lifecycle)
    }

    /// Reads what other processes have added.
    pub(crate) async fn refresh(&self) -> Result<(), LifecycleError> {
        let _turn = self.turn.lock().await;
        self.catch_up().await
    }

    async fn catch_up(&self) -> Result<(), LifecycleError> {
        // What is known of a version never changes.
        let known = self.read().versions.last().map_or(0, |it| it.version);
        let new = self.registry.since(known)?;
        let changes = self.history.of(&self.plan.name).await?;
        self.write().versions.extend(new);
        let in_production = in_production(&changes);
        let in_production = in_production.filter(|number| self.check_tells(*number).is_ok());
        let serving = match (self.serving(), in_production) {
            (Some(serving), Some(number)) if serving.version.version == number => Some(serving),
            (_, Some(number)) => Some(Arc::new(self.load(number, Stage::Production, &changes)?)),
            (_, None) => None,
        };
        let trial = self.trial_by(on_trial(&changes));
        let mut state = self.write();
        state.changes = changes;
        state.serving = serving;
        state.trial = trial;
        Ok(())
    }

    /// The version that answers, if one is in Production.
    pub(crate) fn serving(&self) -> Option<Arc<Serving>> {
        self.read().serving.clone()
    }

    /// What the answers of a version are compared with; nothing of one that was trained before there was such a thing.
    pub(crate) fn reference(&self, version: u64) -> Result<Option<Reference>, SdkError> {
        self.registry.reference(version)
    }

    /// The mesh decides nothing any more until a person does. What answers goes on.
    pub(crate) async fn freeze(&self, decider: Decider<'_>) -> Result<(), LifecycleError> {
        let _turn = self.turn.lock().await;
        self.catch_up().await?;
        let (newest, serving) = {
            let state = self.read();
            let newest = state.changes.last();
            let newest = newest.map(|it| (it.version, stage(&state.changes, it.version)));
            (newest, state.serving.clone())
        };
        let of_it = |serving: &Arc<Serving>| (serving.version.version, Stage::Production);
        let (Some((version, stage)), false) =
            (serving.as_ref().map(of_it).or(newest), self.is_frozen())
        else {
            return Ok(());
        };
        let decider = Decider {
            freezes: true,
            ..decider
        };
        let stays = Becomes::new(version, stage);
        self.decide(serving, stays, decider).await.map(drop)
    }

    pub(crate) fn is_frozen(&self) -> bool {
        frozen_by(&self.read().changes).is_some()
    }

    fn may_decide(&self, decider: Decider<'_>) -> Result<(), LifecycleError> {
        match decider.by == MESH && self.is_frozen() {
            true => Err(LifecycleError::Frozen(self.plan.name.clone())),
            false => Ok(()),
        }
    }

    /// The file of a version.
    pub(crate) fn artifact(&self, version: u64) -> Result<Vec<u8>, LifecycleError> {
        let version = find(&self.read().versions, &self.plan.name, version)?.clone();
        Ok(self.registry.artifact(&version)?)
    }

    /// Every version with its stage, oldest first.
    pub(crate) fn versions(&self) -> Vec<ModelVersion> {
        let state = self.read();
        let stage = |version: &ModelVersion| {
            let decided = stage(&state.changes, version.version);
            match state.check_tells(&self.plan, version.version) {
                Err(_) if decided == Stage::Production => Stage::Archived,
                _ => decided,
            }
        };
        let staged = state.versions.iter().map(|version| ModelVersion {
            stage: stage(version),
            ..version.clone()
        });
        staged.collect()
    }

    /// What was decided, oldest first.
    pub(crate) fn changes(&self) -> Vec<StageChange> {
        self.read().changes.clone()
    }

    /// The decision by which a version was in Production at `time`, if one was.
    pub(crate) fn in_production_at(&self, time: DateTime<Utc>) -> Option<StageChange> {
        let state = self.read();
        let until = state.changes.partition_point(|change| change.at <= time);
        in_production_by(&state.changes[..until]).cloned()
    }

    /// Puts a version into Production if it passes the gate.
    pub(crate) async fn promote(
        &self,
        version: u64,
        decider: Decider<'_>,
        held_out: Arc<HeldOut>,
    ) -> Result<StageChange, LifecycleError> {
        loop {
            let (challenger, champion) = {
                let _turn = self.turn.lock().await;
                self.catch_up().await?;
                self.check_promotes(version, decider)?;
                let changes = self.changes();
                let challenger = self.load(version, Stage::Production, &changes)?;
                (Arc::new(challenger), self.serving())
            };
            // Others may decide meanwhile: a rollback does not wait for a judgement.
            let report = self
                .judge(challenger.clone(), champion.clone(), held_out.clone())
                .await?;
            if !report.passed {
                return Err(LifecycleError::Gate { version, report });
            }
            let _turn = self.turn.lock().await;
            self.catch_up().await?;
            self.check_promotes(version, decider)?;
            let number = |serving: Option<Arc<Serving>>| serving.map(|it| it.version.version);
            if number(self.serving()) == number(champion) {
                let becomes = Becomes {
                    gate: Some(report),
                    ..Becomes::new(version, Stage::Production)
                };
                return self.decide(Some(challenger), becomes, decider).await;
            }
        }
    }

    fn check_promotes(&self, version: u64, decider: Decider<'_>) -> Result<(), LifecycleError> {
        self.check_tells(version)?;
        self.check_new(version, Stage::Production)?;
        self.may_decide(decider)
    }

    async fn judge(
        &self,
        challenger: Arc<Serving>,
        champion: Option<Arc<Serving>>,
        held_out: Arc<HeldOut>,
    ) -> Result<GateReport, LifecycleError> {
        let (plan, version) = (self.plan.clone(), challenger.version.version);
        let judging = in_the_background("gate", move || {
            gate::judge(&plan, &challenger, champion.as_deref(), &held_out)
        });
        let ended = "the gate ended before it was done; the log says why";
        let judged = judging.await.map_err(|_| self.broken(version, ended))?;
        Ok(judged?)
    }

    /// Puts the version into Production again that was there before the present one, whatever the gate would say: it has
    /// answered before, and there is no time to lose. Where `from` is named, only if it is in Production still.
    pub(crate) async fn roll_back(
        &self,
        from: Option<u64>,
        decider: Decider<'_>,
    ) -> Result<StageChange, LifecycleError> {
        let _turn = self.turn.lock().await;
        self.catch_up().await?;
        self.may_decide(decider)?;
        let changes = self.changes();
        let now = in_production(&changes);
        if let Some(from) = from.filter(|from| now != Some(*from)) {
            return Err(LifecycleError::Overtaken(from));
        }
        let mut before = line(&changes).into_iter().rev();
        let before =
            before.find(|version| Some(*version) != now && self.check_tells(*version).is_ok());
        let version =
            before.ok_or_else(|| LifecycleError::NothingBefore(self.plan.name.clone()))?;
        let serving = Arc::new(self.load(version, Stage::Production, &changes)?);
        let becomes = Becomes::new(version, Stage::Production);
        self.decide(Some(serving), becomes, decider).await
    }

    /// Takes a version out of Production, or out of what may get there.
    pub(crate) async fn set_aside(
        &self,
        version: u64,
        stage: Stage,
        decider: Decider<'_>,
    ) -> Result<StageChange, LifecycleError> {
        let _turn = self.turn.lock().await;
        self.catch_up().await?;
        // What is Staging already may be on trial, which ends.
        if !self.is_on_trial(version) {
            self.check_new(version, stage)?;
        }
        let serving = self.serving();
        let serving = serving.filter(|serving| serving.version.version != version);
        let becomes = Becomes::new(version, stage);
        self.decide(serving, becomes, decider).await
    }

    /// What was in Production before there was a history of it.
    pub(crate) async fn adopt(&self) -> Result<(), LifecycleError> {
        let _turn = self.turn.lock().await;
        self.catch_up().await?;
        let newest = {
            let state = self.read();
            let newest = state.versions.last();
            // Since there is a history there is a report of every version.
            let newest = newest.filter(|it| it.report.is_none() && state.changes.is_empty());
            newest.map(|version| version.version)
        };
        let newest = newest.filter(|version| self.check_tells(*version).is_ok());
        let Some(version) = newest else {
            return Ok(());
        };
        let serving = Arc::new(self.load(version, Stage::Production, &[])?);
        let decider = Decider::new(MESH, "it answered before the history of the model began");
        let becomes = Becomes::new(version, Stage::Production);
        self.decide(Some(serving), becomes, decider).await.map(drop)
    }

    /// Adds the decision, and then lets `serving` answer.
    async fn decide(
        &self,
        serving: Option<Arc<Serving>>,
        becomes: Becomes,
        decider: Decider<'_>,
    ) -> Result<StageChange, LifecycleError> {
        let Becomes {
            version,
            stage,
            gate,
            trial,
        } = becomes;
        let change = {
            let state = self.read();
            let record = find(&state.versions, &self.plan.name, version)?;
            StageChange {
                change: state.changes.last().map_or(1, |newest| newest.change + 1),
                at: now(),
                model: self.plan.name.clone(),
                version,
                stage,
                decided_by: decider.by.to_owned(),
                why: decider.why.to_owned(),
                sha256: record.sha256.clone(),
                trained_on: record.trained_on.datasets.clone(),
                gate,
                trial,
                freezes: decider.freezes,
            }
        };
        let trial = match change.trial {
            Some(_) => self.trial_by(Some(&change)),
            None => self
                .trial()
                .filter(|it| it.serving.version.version != version),
        };
        self.history.add(&change).await?;
        let mut state = self.write();
        state.changes.push(change.clone());
        state.serving = serving;
        state.trial = trial;
        Ok(change)
    }

    fn check_tells(&self, version: u64) -> Result<(), LifecycleError> {
        self.read().check_tells(&self.plan, version)
    }

    fn check_new(&self, version: u64, wanted: Stage) -> Result<(), LifecycleError> {
        let state = self.read();
        find(&state.versions, &self.plan.name, version)?;
        let stage = stage(&state.changes, version);
        match stage == wanted {
            true => Err(LifecycleError::Already { version, stage }),
            false => Ok(()),
        }
    }

    /// The version, once it is seen to be the one that `changes` are about.
    fn load(
        &self,
        number: u64,
        stage: Stage,
        changes: &[StageChange],
    ) -> Result<Serving, LifecycleError> {
        let version = find(&self.read().versions, &self.plan.name, number)?.clone();
        self.check_tells(number)?;
        let other = |it: &StageChange| it.version == number && it.sha256 != version.sha256;
        if changes.iter().any(other) {
            let reason = "its record is not of the file that was decided about";
            return Err(self.broken(number, reason).into());
        }
        let worth = version.worth();
        Ok(Serving {
            model: self.registry.load(&version)?,
            worth: worth
                .ok_or_else(|| self.broken(number, "its record does not say what it is worth"))?,
            version: ModelVersion { stage, ..version },
        })
    }

    fn broken(&self, version: u64, reason: &str) -> SdkError {
        SdkError::Version {
            model: self.plan.name.clone(),
            version,
            reason: reason.to_owned(),
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find<'a>(
    versions: &'a [ModelVersion],
    model: &str,
    number: u64,
) -> Result<&'a ModelVersion, LifecycleError> {
    let found = versions.iter().find(|version| version.version == number);
    found.ok_or_else(|| LifecycleError::NoVersion {
        model: model.to_owned(),
        version: number,
    })
}

/// The version that is in Production after these changes.
fn in_production(changes: &[StageChange]) -> Option<u64> {
    in_production_by(changes).map(|change| change.version)
}

/// The change by which it got there.
fn in_production_by(changes: &[StageChange]) -> Option<&StageChange> {
    changes.iter().fold(None, |now, change| {
        let of_it = |now: &&StageChange| now.version == change.version;
        match change.stage {
            Stage::Production => now.filter(of_it).or(Some(change)),
            Stage::Staging | Stage::Archived => now.filter(|now| !of_it(now)),
        }
    })
}

/// The versions that were in Production one after the other, the newest last, but for those that were rolled back from.
fn line(changes: &[StageChange]) -> Vec<u64> {
    let mut line = Vec::new();
    let mut on_trial = None;
    for StageChange {
        version,
        stage,
        gate,
        trial,
        ..
    } in changes
    {
        let known = line.iter().rposition(|known| known == version);
        match (stage, known) {
            // What comes back without a judgement comes back by a rollback.
            (Stage::Production, Some(known)) if gate.is_none() => line.truncate(known + 1),
            (Stage::Production, _) => line.push(*version),
            // To and from its trial it stays what it was.
            (Stage::Staging, _) if trial.is_some() || on_trial == Some(*version) => {}
            _ => line.retain(|known| known != version),
        }
        if trial.is_some() {
            on_trial = Some(*version);
        } else if on_trial == Some(*version) {
            on_trial = None;
        }
    }
    line
}

/// The change by which the mesh decides nothing any more, after these changes.
fn frozen_by(changes: &[StageChange]) -> Option<&StageChange> {
    changes.iter().fold(None, |frozen, change| {
        if change.freezes {
            Some(change)
        } else {
            frozen.filter(|_| change.decided_by == MESH)
        }
    })
}

/// Of a version, after these changes.
fn stage(changes: &[StageChange], version: u64) -> Stage {
    let newest = changes
        .iter()
        .rev()
        .find(|change| change.version == version);
    match newest.map(|change| change.stage) {
        Some(Stage::Production) if in_production(changes) != Some(version) => Stage::Archived,
        Some(stage) => stage,
        None => Stage::Staging,
    }
}

#[cfg(test)]
mod tests;
