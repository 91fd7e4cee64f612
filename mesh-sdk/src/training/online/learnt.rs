//! What a model has learned from answers so far, as it is kept between versions.

use chrono::{DateTime, Utc};
use mesh_models::{OnlineModel, Table, Target};
use mesh_storage::Engine;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::super::cases::Cases;
use super::super::fit::Learned;
use super::labelled::Label;
use crate::SdkError;
use crate::product::{ModelPlan, OnlinePlan};
use crate::registry::{Registry, TrainedOn};
use crate::times::now;

/// It holds sums over rows, never a row, and of labels those alone whose answers are not stored yet.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Learnt {
    /// How the model was declared when it began.
    declared: Value,
    #[serde(serialize_with = "snapshot", deserialize_with = "restored")]
    pub(super) model: OnlineModel,
    pub(super) began: DateTime<Utc>,
    began_with: TrainedOn,
    /// Answers it has learned from since.
    pub(super) answers: u64,
    /// How many those were when a version was asked for last.
    pub(super) asked: u64,
    /// Up to which version the dataset of labels was read.
    pub(super) read: u64,
    pub(super) early: Vec<Label>,
}

impl Learnt {
    /// Begins with the cases of the training query; `read` is the version that the dataset of labels had before that.
    pub(super) async fn begin(
        engine: &Engine,
        plan: &ModelPlan,
        online: &OnlinePlan,
        read: u64,
    ) -> Result<Learnt, SdkError> {
        let began = now();
        let cases = Cases::read(engine, plan).await?;
        let (table, target) = cases.to_learn_from(plan)?;
        let mut model = OnlineModel::new(online.algorithm, &plan.pipeline.features, &table)?;
        model.learn(&table, &target)?;
        Ok(Learnt {
            declared: declared(plan, online),
            model,
            began,
            began_with: cases.named(plan),
            answers: 0,
            asked: 0,
            read,
            early: Vec::new(),
        })
    }

    /// What was kept, if the model is still declared as it was then.
    pub(super) fn kept(
        registry: &Registry,
        plan: &ModelPlan,
        online: &OnlinePlan,
    ) -> Result<Option<Learnt>, SdkError> {
        let Some(bytes) = registry.learnt()? else {
            return Ok(None);
        };
        // Without serde's message, which may quote what it found.
        let learnt: Learnt = serde_json::from_slice(&bytes).map_err(|_| SdkError::Training {
            model: plan.name.clone(),
            reason: "what it has learned from answers cannot be read".to_owned(),
        })?;
        Ok(Some(learnt).filter(|learnt| learnt.declared == declared(plan, online)))
    }

    pub(super) fn keep(&self, registry: &Registry) -> Result<(), SdkError> {
        let bytes = serde_json::to_vec(self);
        let bytes = bytes.map_err(|error| SdkError::file("what was learned")(error.into()))?;
        registry.keep_learnt(&bytes)
    }

    /// Learns from answers whose truth is known, in their order.
    pub(super) fn learn(&mut self, table: &Table, truth: &[bool]) -> Result<(), SdkError> {
        self.model.learn(table, &Target::yes_or_no(truth))?;
        self.answers += truth.len() as u64;
        Ok(())
    }

    /// What a version of it is made of.
    pub(super) fn learned(&self, online: &OnlinePlan) -> Result<Learned, SdkError> {
        let mut trained_on = self.began_with.clone();
        trained_on
            .datasets
            .insert(online.dataset.clone(), self.read);
        Ok(Learned {
            trained: self.model.trained()?,
            algorithm: online.declared.algorithm.name(),
            parameters: online.declared.parameters.clone(),
            searched: None,
            trained_on,
            answers: Some(self.answers),
        })
    }
}

/// What, once it is another, makes the model begin anew.
fn declared(plan: &ModelPlan, online: &OnlinePlan) -> Value {
    let training = &plan.declared.training;
    json!([
        online.algorithm,
        online.labels,
        plan.pipeline.features,
        training.sql,
        training.target,
        training.held_out,
        training.seed,
    ])
}

fn snapshot<S: Serializer>(model: &OnlineModel, to: S) -> Result<S::Ok, S::Error> {
    let bytes = model.snapshot().map_err(S::Error::custom)?;
    to.serialize_str(&String::from_utf8(bytes).map_err(S::Error::custom)?)
}

fn restored<'de, D: Deserializer<'de>>(from: D) -> Result<OnlineModel, D::Error> {
    let text = String::deserialize(from)?;
    OnlineModel::restore(text.as_bytes()).map_err(D::Error::custom)
}
