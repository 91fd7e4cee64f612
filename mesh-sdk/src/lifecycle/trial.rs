//! A version on trial: beside the one in Production, it is asked what that is asked, and may answer a share of the calls.

use std::sync::Arc;

use uuid::Uuid;

use super::{Becomes, Decider, Lifecycle, LifecycleError, Serving, StageChange, find};
use crate::registry::Stage;

/// Bits of an id that are drawn by chance, or from a digest: as many as an `f64` holds exactly.
const DRAWN: u64 = (1 << 53) - 1;

/// A version that is tried.
pub(crate) struct Trial {
    pub(crate) serving: Arc<Serving>,
    /// Of the calls that it answers.
    pub(crate) share: f64,
    /// Number of the change by which it went on trial.
    pub(crate) change: u64,
}

impl Trial {
    /// Whether a call is one that it answers; the same for the same call.
    fn takes(&self, call: Uuid) -> bool {
        let drawn = call.as_u64_pair().1 & DRAWN;
        (drawn as f64) < self.share * (DRAWN + 1) as f64
    }
}

/// What answers now.
pub(crate) struct Answering {
    champion: Arc<Serving>,
    trial: Option<Arc<Trial>>,
}

impl Answering {
    /// The version that answers this call.
    pub(crate) fn to(&self, call: Uuid) -> &Serving {
        let trial = self.trial.as_ref().filter(|trial| trial.takes(call));
        trial.map_or(&self.champion, |trial| &trial.serving)
    }

    /// Whether both calls are answered by the same version.
    pub(crate) fn is_one_to(&self, one: Uuid, other: Uuid) -> bool {
        self.to(one).version.version == self.to(other).version.version
    }
}

impl Lifecycle {
    /// What answers now, if a version is in Production.
    pub(crate) fn answering(&self) -> Option<Answering> {
        let state = self.read();
        Some(Answering {
            champion: state.serving.clone()?,
            trial: state.trial.clone(),
        })
    }

    pub(crate) fn trial(&self) -> Option<Arc<Trial>> {
        self.read().trial.clone()
    }

    pub(super) fn is_on_trial(&self, version: u64) -> bool {
        let trial = self.trial();
        trial.is_some_and(|trial| trial.serving.version.version == version)
    }

    /// Puts a version on trial, in the place of one that was.
    pub(crate) async fn try_out(
        &self,
        version: u64,
        share: f64,
        decider: Decider<'_>,
    ) -> Result<StageChange, LifecycleError> {
        let _turn = self.turn.lock().await;
        self.catch_up().await?;
        let serving = self.serving();
        self.load(version, Stage::Staging, &self.changes())?;
        if serving
            .as_ref()
            .is_some_and(|it| it.version.version == version)
        {
            return Err(LifecycleError::Answers(version));
        }
        let becomes = Becomes {
            trial: Some(share),
            ..Becomes::new(version, Stage::Staging)
        };
        self.decide(serving, becomes, decider).await
    }

    /// The changes by which a version went on trial, the newest of them.
    pub(crate) fn tried(&self, version: u64) -> Result<StageChange, LifecycleError> {
        let state = self.read();
        find(&state.versions, &self.plan.name, version)?;
        state.check_tells(&self.plan, version)?;
        let tried = |change: &&StageChange| change.version == version && change.trial.is_some();
        let tried = state.changes.iter().rev().find(tried).cloned();
        tried.ok_or(LifecycleError::NoTrial(version))
    }

    /// The trial that a change has begun.
    pub(super) fn trial_by(&self, begun: Option<&StageChange>) -> Option<Arc<Trial>> {
        let begun = begun?;
        let known = self.trial().filter(|trial| trial.change == begun.change);
        if known.is_some() {
            return known;
        }
        match self.load(begun.version, Stage::Staging, std::slice::from_ref(begun)) {
            Ok(serving) => Some(Arc::new(Trial {
                serving: Arc::new(serving),
                share: begun.trial.unwrap_or_default(),
                change: begun.change,
            })),
            // What answers must not fall with what is tried.
            Err(error) => {
                let model = &self.plan.name;
                tracing::error!(model, version = begun.version, %error, "the version on trial cannot be loaded");
                None
            }
        }
    }
}

/// The change by which a version went on trial that is on trial after these changes.
pub(super) fn on_trial(changes: &[StageChange]) -> Option<&StageChange> {
    changes.iter().fold(None, |now, change| match change.trial {
        Some(_) => Some(change),
        None => now.filter(|begun| begun.version != change.version),
    })
}
