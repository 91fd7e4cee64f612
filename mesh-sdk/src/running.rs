use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesh_contracts::{Gate, Side, published};
use mesh_events::EventLog;
use mesh_storage::{Dataset, Engine, Limits};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::declaration::Source;
use crate::host::Starting;
use crate::ingest::Ingest;
use crate::product::ModelPlan;
use crate::registry::{ModelVersion, Registry};
use crate::scoring::Scoring;
use crate::sink::Sink;
use crate::training::{self, Cases};
use crate::{DataProduct, InputPort, SdkError, starting_data};

/// Partitions of a topic: how far apart the work on it can be shared out.
const PARTITIONS: u32 = 4;
/// The dataset that keeps rows which broke their contract, in every product.
const QUARANTINE: &str = "quarantine";

/// A product that is up: its datasets open, its sinks running, its models in memory.
pub struct RunningProduct {
    product: DataProduct,
    engine: Engine,
    datasets: BTreeMap<String, Arc<Dataset>>,
    ports: BTreeMap<String, Arc<Ingest>>,
    models: BTreeMap<String, Arc<Scoring>>,
    /// Of each model, oldest first.
    versions: BTreeMap<String, Vec<ModelVersion>>,
}

/// A dataset as of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetState {
    pub name: String,
    /// Name of its contract.
    pub contract: String,
    /// Delta table version.
    pub version: u64,
    pub rows: u64,
    /// When that version was committed.
    pub updated_at: DateTime<Utc>,
    /// URI of the Delta table.
    pub location: String,
}

/// The tasks that fill the datasets of a product.
pub(crate) struct Sinks {
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Sinks {
    /// Returns once everything that was accepted before is committed.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        for task in std::mem::take(&mut self.tasks) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a sink ended badly");
            }
        }
    }
}

/// A product that does not come up leaves no sink behind.
impl Drop for Sinks {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl RunningProduct {
    pub(crate) async fn start(
        product: DataProduct,
        folder: &Path,
        starting: &Starting<'_>,
    ) -> Result<(RunningProduct, Sinks), SdkError> {
        let engine = Engine::new(Limits::default())?;
        let mut datasets = BTreeMap::new();
        for plan in product.datasets() {
            let location = folder.join("datasets").join(&plan.name);
            let dataset = Dataset::open(&location, &plan.name, plan.contract.clone()).await?;
            if let Some(data) = &plan.starting_data {
                starting_data::load(data, product.files(), &dataset, starting).await?;
            }
            let dataset = Arc::new(dataset);
            engine.add(dataset.clone());
            datasets.insert(plan.name.clone(), dataset);
        }
        let mut running = RunningProduct {
            product,
            engine,
            datasets,
            ports: BTreeMap::new(),
            models: BTreeMap::new(),
            versions: BTreeMap::new(),
        };
        let sinks = running.start_sinks(folder, starting).await?;
        running.open_ports(&starting.log);
        let plans = running.product.models().to_vec();
        for plan in &plans {
            running.serve(plan, folder, starting).await?;
        }
        Ok((running, sinks))
    }

    async fn start_sinks(&self, folder: &Path, starting: &Starting<'_>) -> Result<Sinks, SdkError> {
        let contract = published::find(QUARANTINE, None).ok_or_else(|| {
            SdkError::declaration(
                "",
                "the contract of the quarantine dataset is not published",
            )
        })?;
        let gate = Arc::new(Gate::compile(&contract, Side::Stored));
        let location = folder.join("datasets").join(QUARANTINE);
        let quarantine = Arc::new(Dataset::open(&location, QUARANTINE, contract).await?);
        let stop = CancellationToken::new();
        let mut tasks = Vec::new();
        for plan in self.product.datasets() {
            let topic = self.product.topic(&plan.from);
            starting.log.create_topic(&topic, PARTITIONS).await?;
            let part = format!("{}/{}", self.product.name(), plan.name);
            let sink = Sink {
                log: starting.log.clone(),
                topic,
                dataset: self.datasets[&plan.name].clone(),
                gate: Gate::compile(&plan.contract, Side::Stored),
                quarantine: quarantine.clone(),
                quarantine_gate: gate.clone(),
                healthy: starting.health(&part),
            };
            tasks.push(tokio::spawn(sink.run(stop.clone())));
        }
        Ok(Sinks { stop, tasks })
    }

    fn open_ports(&mut self, log: &Arc<dyn EventLog>) {
        for port in self.product.input_ports() {
            let topic = self.product.topic(&Source::Port(port.name().to_owned()));
            let source = self.product.urn(port.name(), port.contract());
            let ingest = Ingest::new(port.contract().clone(), topic, source, log.clone());
            self.ports.insert(port.name().to_owned(), Arc::new(ingest));
        }
    }

    /// Serves the newest version of a model, or the first, which it trains.
    async fn serve(
        &mut self,
        plan: &ModelPlan,
        folder: &Path,
        starting: &Starting<'_>,
    ) -> Result<(), SdkError> {
        let folder = folder.join("models").join(&plan.name);
        let registry = Arc::new(Registry::open(folder, &plan.name)?);
        let mut versions = registry.versions()?;
        let version = match versions.last() {
            Some(version) => version.clone(),
            None => {
                let version = self.train(plan, &registry, starting).await?;
                versions.push(version.clone());
                version
            }
        };
        let model = registry.load(&version)?;
        let topic = self.product.topic(&Source::Model(plan.name.clone()));
        let source = self.product.urn(&plan.name, &plan.output);
        let scoring = Scoring::new(plan, topic, source, model, version, starting.log.clone());
        self.models.insert(plan.name.clone(), Arc::new(scoring));
        self.versions.insert(plan.name.clone(), versions);
        Ok(())
    }

    async fn train(
        &self,
        plan: &ModelPlan,
        registry: &Arc<Registry>,
        starting: &Starting<'_>,
    ) -> Result<ModelVersion, SdkError> {
        let step = starting.step(format!("training {}", plan.name));
        let cases = Cases::read(&self.engine, plan).await?;
        let (work, registry) = (plan.clone(), registry.clone());
        let trained =
            tokio::task::spawn_blocking(move || training::train(&work, &cases, &registry));
        let version = trained.await.map_err(|_| SdkError::Training {
            model: plan.name.clone(),
            reason: "it ended before it was done; the log says why".to_owned(),
        })??;
        let accuracy = version.accuracy();
        step.done(format!(
            "version {}: accuracy {:.3} [{:.3}, {:.3}] on {} cases held out of {}",
            version.version,
            accuracy.value,
            accuracy.low,
            accuracy.high,
            accuracy.cases,
            version.trained_on.cases
        ));
        Ok(version)
    }

    /// What was declared.
    pub fn product(&self) -> &DataProduct {
        &self.product
    }

    /// The datasets, each as of its newest version, in the order of their names.
    pub fn datasets(&self) -> Vec<DatasetState> {
        let state = |dataset: &Arc<Dataset>| {
            let info = dataset.info();
            DatasetState {
                name: dataset.name().to_owned(),
                contract: dataset.contract().name().to_owned(),
                version: info.version,
                rows: info.rows,
                updated_at: info.updated_at,
                location: dataset.location().to_owned(),
            }
        };
        self.datasets.values().map(state).collect()
    }

    /// The version of each model that answers now.
    pub fn models(&self) -> impl Iterator<Item = &ModelVersion> {
        self.models.values().map(|model| model.version())
    }

    /// Every version of a model, oldest first; none if there is no such model.
    pub(crate) fn versions(&self, model: &str) -> &[ModelVersion] {
        self.versions.get(model).map_or(&[], Vec::as_slice)
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
            let known: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
            let message = format!("there is no model {model}; there are {}", known.join(", "));
            SdkError::declaration("models", message)
        })
    }
}
