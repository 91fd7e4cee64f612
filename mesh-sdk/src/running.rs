use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use mesh_events::EventLog;
use mesh_models::Measure;
use mesh_storage::{Dataset, Engine};

use crate::changes::Changes;
use crate::ingest::Ingest;
use crate::lifecycle::Lifecycle;
use crate::product::{ModelPlan, resolve};
use crate::profile::Profiles;
use crate::quality::Reports;
use crate::quarantine::{Quarantine, Replay};
use crate::registry::{ModelVersion, Stage};
use crate::scoring::Scoring;
use crate::streams::Streams;
use crate::training::{Asker, Runs};
use crate::watching::{Finding, Watched};
use crate::{
    Correlations, DataProduct, DatasetProfile, EventsConfig, InputPort, QualityReport,
    RefreshState, SdkError, StageChange,
};

/// A product that is up: its datasets open, its tasks running, its models in memory.
pub struct RunningProduct {
    pub(crate) product: DataProduct,
    pub(crate) log: Arc<dyn EventLog>,
    /// Where that is.
    pub(crate) events: EventsConfig,
    /// Its topics, with how many partitions each has.
    pub(crate) topics: BTreeMap<String, u32>,
    /// Told when a dataset has moved on.
    pub(crate) changes: Changes,
    pub(crate) streams: Streams,
    pub(crate) engine: Arc<Engine>,
    pub(crate) quarantine: Quarantine,
    /// Of the datasets that events fill.
    pub(crate) replays: BTreeMap<String, Arc<Replay>>,
    pub(crate) datasets: BTreeMap<String, Arc<Dataset>>,
    /// Of the datasets that are made of others.
    pub(crate) refreshes: BTreeMap<String, Arc<Mutex<RefreshState>>>,
    pub(crate) reports: Reports,
    pub(crate) profiles: Profiles,
    pub(crate) ports: BTreeMap<String, Arc<Ingest>>,
    pub(crate) models: BTreeMap<String, Arc<Scoring>>,
    /// Where each model is asked by messages.
    pub(crate) requests: BTreeMap<String, Arc<Ingest>>,
    /// The datasets that the platform keeps of its models, if it has any.
    pub(crate) kept: Vec<Arc<Dataset>>,
    /// Of each model.
    pub(crate) lifecycles: BTreeMap<String, Arc<Lifecycle>>,
    /// Of each model.
    pub(crate) training: BTreeMap<String, Training>,
    /// What looks at each model say.
    pub(crate) watched: BTreeMap<String, Arc<Watched>>,
}

/// How a model is trained.
#[derive(Clone)]
pub(crate) struct Training {
    pub(crate) asker: Asker,
    pub(crate) runs: Arc<Runs>,
}

/// A dataset as of one version.
#[derive(Clone, Debug, PartialEq)]
pub struct DatasetState {
    pub name: String,
    /// Name of its contract.
    pub contract: String,
    /// Where its rows come from, in words.
    pub origin: String,
    /// Delta table version.
    pub version: u64,
    pub rows: u64,
    /// When that version was committed.
    pub updated_at: DateTime<Utc>,
    /// URI of the Delta table.
    pub location: String,
    /// How it was made, where it is not events that fill it.
    pub refresh: Option<RefreshState>,
    /// What was measured of it; nothing before it was looked at first.
    pub quality: Option<Arc<QualityReport>>,
    /// What everybody may see of what its rows are like; nothing before it was looked at first.
    pub profile: Option<Arc<DatasetProfile>>,
    /// Of the models that learn from it.
    pub correlations: Vec<Arc<Correlations>>,
}

/// A model, and what is known of its versions.
#[derive(Clone, Debug)]
pub struct ModelState {
    /// That which answers now; where none does, the newest.
    pub described: ModelVersion,
    /// All of them, oldest first.
    pub versions: Vec<ModelVersion>,
    /// What was decided about them, oldest first.
    pub changes: Vec<StageChange>,
    /// What a version has to reach on the cases held out: at least so much where more is better, at most so much of the
    /// other measures.
    pub require: BTreeMap<Measure, f64>,
    /// What the newest looks at its answers say, oldest first.
    pub findings: Vec<Finding>,
}

impl RunningProduct {
    /// What was declared.
    pub fn product(&self) -> &DataProduct {
        &self.product
    }

    /// The datasets, each as of its newest version, in the order of their names.
    pub fn datasets(&self) -> Vec<DatasetState> {
        let mut plans: Vec<_> = self.product.datasets().iter().collect();
        plans.sort_unstable_by_key(|plan| &plan.name);
        let states = plans.into_iter().filter_map(|plan| {
            let dataset = self.datasets.get(&plan.name)?;
            let info = dataset.info();
            let refresh = self.refreshes.get(&plan.name);
            let refresh =
                refresh.map(|state| state.lock().unwrap_or_else(PoisonError::into_inner).clone());
            Some(DatasetState {
                name: plan.name.clone(),
                contract: dataset.contract().name().to_owned(),
                origin: plan.origin(),
                version: info.version,
                rows: info.rows,
                updated_at: info.updated_at,
                location: dataset.location().to_owned(),
                refresh,
                quality: self.quality(&plan.name),
                profile: self.profiles.public(&plan.name),
                correlations: self.profiles.public_correlations(&plan.name),
            })
        });
        states.collect()
    }

    /// What was measured of a dataset last.
    pub fn quality(&self, dataset: &str) -> Option<Arc<QualityReport>> {
        let reports = self.reports.read().unwrap_or_else(PoisonError::into_inner);
        reports.get(dataset).cloned()
    }

    /// Measures every dataset now, against the quality rules and service levels of its contract.
    pub async fn measure(&self) -> Vec<QualityReport> {
        let mut reports = Vec::new();
        for dataset in self.datasets.values() {
            reports.push(crate::quality::measure(&self.engine, dataset).await);
        }
        reports
    }

    /// The version of each model that answers now; of a model that does not answer, the newest.
    pub fn models(&self) -> impl Iterator<Item = ModelVersion> {
        let lifecycles = self.lifecycles.values();
        lifecycles.filter_map(|lifecycle| described(&lifecycle.versions()).cloned())
    }

    /// The models that have a version, in the order of their names.
    pub fn model_states(&self) -> impl Iterator<Item = ModelState> {
        self.lifecycles.iter().filter_map(|(name, lifecycle)| {
            let versions = lifecycle.versions();
            Some(ModelState {
                described: described(&versions)?.clone(),
                versions,
                changes: lifecycle.changes(),
                require: self.plan(name).ok()?.declared.gate.require.clone(),
                findings: self.watched.get(name)?.findings(),
            })
        })
    }

    /// The models that have no version yet.
    pub fn untrained(&self) -> impl Iterator<Item = &str> {
        let lifecycles = self.lifecycles.iter();
        let untrained = lifecycles.filter(|(_, lifecycle)| lifecycle.versions().is_empty());
        untrained.map(|(name, _)| name.as_str())
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn ports(&self) -> impl Iterator<Item = (&InputPort, &Arc<Ingest>)> {
        let ports = self.product.input_ports().iter();
        ports.filter_map(|port| Some((port, self.ports.get(port.name())?)))
    }

    pub(crate) fn scoring_ports(&self) -> impl Iterator<Item = (&ModelPlan, &Arc<Scoring>)> {
        let plans = self.product.models().iter();
        plans.filter_map(|plan| Some((plan, self.models.get(&plan.name)?)))
    }

    pub(crate) fn plan(&self, model: &str) -> Result<&ModelPlan, SdkError> {
        let plans = self.product.models();
        plans.iter().find(|plan| plan.name == model).ok_or_else(|| {
            let names = plans.iter().map(|plan| plan.name.as_str());
            let message = format!("there is {}", resolve::unknown("model", model, names));
            SdkError::declaration("models", message)
        })
    }
}

/// Of all versions, oldest first, that which a model is described by: what nothing answers for must be seen too.
fn described(versions: &[ModelVersion]) -> Option<&ModelVersion> {
    let mut all = versions.iter();
    let answers = all.find(|version| version.stage == Stage::Production);
    answers.or(versions.last())
}

/// Tells `/metrics` which version of each model is in Production, 0 where none is, whenever that may have changed.
pub(crate) async fn publish_versions(
    product: String,
    lifecycles: BTreeMap<String, Arc<Lifecycle>>,
    changes: Changes,
) {
    let mut heard = changes.listen();
    loop {
        for (model, lifecycle) in &lifecycles {
            let of = [("product", product.clone()), ("model", model.clone())];
            let serving = lifecycle.serving();
            let version = serving.map_or(0, |serving| serving.version.version);
            metrics::gauge!("mesh_model_production_version", &of).set(version as f64);
        }
        if heard.changed().await.is_err() {
            return;
        }
    }
}
