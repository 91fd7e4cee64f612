//! A declared product -> a running one: what it has not yet, it gets.

mod models;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mesh_contracts::{Gate, Side};
use mesh_storage::{Dataset, Engine, Limits, Policy};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::changes::Changes;
use crate::host::Starting;
use crate::ingest::{Ingest, Way};
use crate::lifecycle::MODEL_HISTORY;
use crate::maintenance::Maintenance;
use crate::product::{DatasetPlan, Events, Recipe};
use crate::profile::{self, Profiles};
use crate::quality::{Reports, Watch};
use crate::quarantine::{QUARANTINE, Quarantine, Replay};
use crate::refresh::{Quiet, RefreshState, Refresher};
use crate::running::publish_versions;
use crate::sink::Sink;
use crate::sink::backlog::{Backlog, Room};
use crate::sink::memory::Memory;
use crate::streams::Streams;
use crate::training::{TRAINING_RUNS, give_way};
use crate::watching::{CHALLENGER_SCORES, MODEL_QUALITY};
use crate::{DataProduct, InputPort, RunningProduct, SdkError, starting_data};

/// Partitions of a topic: how far apart the work on it can be shared out.
const PARTITIONS: u32 = 4;
/// Names of datasets that no product gives its own.
const OF_THE_PLATFORM: [&str; 5] = [
    QUARANTINE,
    MODEL_HISTORY,
    TRAINING_RUNS,
    MODEL_QUALITY,
    CHALLENGER_SCORES,
];
/// Making a dataset anew may take long; nobody waits for an answer.
const MAKING: Limits = Limits {
    time: Duration::from_secs(3600),
    memory: 2 << 30,
};

/// The tasks that fill, make and measure the datasets of a product, and show them as they change.
pub(crate) struct Tasks {
    stop: CancellationToken,
    running: Vec<JoinHandle<()>>,
    streams: Streams,
}

impl Tasks {
    fn new() -> Tasks {
        let stop = CancellationToken::new();
        Tasks {
            streams: Streams::new(stop.clone()),
            stop,
            running: Vec::new(),
        }
    }

    /// Returns once everything that was accepted before is committed.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        for task in std::mem::take(&mut self.running) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of a product ended badly");
            }
        }
        self.streams.ended().await;
    }

    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.running.push(tokio::spawn(task));
    }
}

/// A product that is dropped leaves no task behind.
impl Drop for Tasks {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A product on its way up.
struct Start<'a> {
    starting: &'a Starting<'a>,
    folder: PathBuf,
    tasks: Tasks,
    changes: Changes,
    quarantine: Quarantine,
    /// Sees the datasets that events fill, and quarantine.
    keeper: Arc<Engine>,
    /// Of each topic, what waits to be stored.
    backlogs: BTreeMap<String, Arc<Backlog>>,
    room: Room,
    /// For what takes longer than a caller would wait.
    maker: Arc<Engine>,
    /// Sees the same, and gives way to everything else.
    learner: Arc<Engine>,
    running: RunningProduct,
}

/// Starts `product` in its folder.
pub(crate) async fn product(
    product: DataProduct,
    folder: &Path,
    starting: &Starting<'_>,
) -> Result<(RunningProduct, Tasks), SdkError> {
    let (tasks, changes) = (Tasks::new(), Changes::new());
    let keeper = Arc::new(Engine::new(MAKING)?);
    let quarantine = Quarantine::open(&folder.join("datasets"), keeper.clone()).await?;
    let running = RunningProduct {
        log: starting.log.clone(),
        events: starting.events().clone(),
        topics: BTreeMap::new(),
        changes: changes.clone(),
        streams: tasks.streams.clone(),
        quarantine: quarantine.clone(),
        replays: BTreeMap::new(),
        engine: Arc::new(Engine::new(Limits::default())?),
        datasets: BTreeMap::new(),
        refreshes: BTreeMap::new(),
        reports: Reports::default(),
        profiles: Profiles::default(),
        ports: BTreeMap::new(),
        models: BTreeMap::new(),
        requests: BTreeMap::new(),
        kept: Vec::new(),
        lifecycles: BTreeMap::new(),
        training: BTreeMap::new(),
        watched: BTreeMap::new(),
        product,
    };
    let mut start = Start {
        starting,
        tasks,
        changes,
        quarantine,
        keeper,
        backlogs: BTreeMap::new(),
        room: starting.room.of_product(),
        maker: Arc::new(Engine::new(MAKING)?),
        learner: Arc::new(Engine::on(MAKING, give_way)?),
        folder: folder.to_owned(),
        running,
    };
    match start.all().await {
        Ok(()) => Ok((start.running, start.tasks)),
        Err(error) => {
            // What comes after may write to the same tables.
            start.tasks.stop().await;
            Err(error)
        }
    }
}

/// Whether the tables in `folder` can take the contracts of `product`; changes nothing.
pub(crate) async fn check(product: &DataProduct, folder: &Path) -> Result<(), SdkError> {
    for plan in product.datasets() {
        let location = folder.join("datasets").join(&plan.name);
        Dataset::check(&location, &plan.name, &plan.contract).await?;
    }
    Ok(())
}

impl Start<'_> {
    async fn all(&mut self) -> Result<(), SdkError> {
        self.datasets().await?;
        self.ports();
        self.models().await?;
        self.publish();
        self.watch();
        self.profile();
        self.maintain();
        Ok(())
    }

    /// Opens, fills and makes the datasets, each behind those it is made of.
    async fn datasets(&mut self) -> Result<(), SdkError> {
        for plan in self.running.product.datasets().to_vec() {
            if OF_THE_PLATFORM.contains(&plan.name.as_str()) {
                let message =
                    "the platform has a dataset of this name in every product; choose another";
                return Err(SdkError::declaration(
                    format!("datasets.{}", plan.name),
                    message,
                ));
            }
            let location = self.folder.join("datasets").join(&plan.name);
            let dataset = Dataset::open(&location, &plan.name, plan.contract.clone()).await?;
            if let Some(data) = &plan.starting_data {
                let files = self.running.product.files();
                starting_data::load(data, files, &dataset, self.starting).await?;
            }
            let dataset = Arc::new(dataset);
            self.running.engine.add(dataset.clone());
            self.maker.add(dataset.clone());
            self.learner.add(dataset.clone());
            self.running
                .datasets
                .insert(plan.name.clone(), dataset.clone());
            match (plan.events(), &plan.recipe) {
                (Some(from), _) => self.sink(&plan, from, dataset).await?,
                (None, Some(recipe)) => self.refresher(recipe, dataset).await?,
                (None, None) => {}
            }
        }
        Ok(())
    }

    async fn sink(
        &mut self,
        plan: &DatasetPlan,
        from: Events<'_>,
        dataset: Arc<Dataset>,
    ) -> Result<(), SdkError> {
        let topic = self.running.product.topic(from);
        self.create_topic(&topic, PARTITIONS).await?;
        self.keeper.add(dataset.clone());
        let gate = Gate::compile(&plan.contract, Side::Stored);
        let memory = self.memory(from, &dataset);
        let memory = Arc::new(tokio::sync::Mutex::new(memory));
        let replay = Replay {
            quarantine: self.quarantine.clone(),
            dataset: dataset.clone(),
            gate: gate.clone(),
            admitted: plan.admitted.clone(),
            memory: memory.clone(),
            changes: self.changes.clone(),
            turn: Default::default(),
        };
        let finished = replay.finish().await;
        finished.map_err(|error| SdkError::Refresh {
            dataset: plan.name.clone(),
            reason: format!("a replay of its quarantine cannot be finished: {error}"),
        })?;
        self.running
            .replays
            .insert(plan.name.clone(), Arc::new(replay));
        let backlog = Arc::new(Backlog::new(plan.sink.max_backlog));
        self.backlogs.insert(topic.clone(), backlog.clone());
        let part = format!("{}/{}", self.running.product.name(), plan.name);
        let sink = Sink {
            product: self.running.product.name().to_owned(),
            log: self.starting.log.clone(),
            topic,
            dataset,
            gate,
            admitted: plan.admitted.clone(),
            quarantine: self.quarantine.clone(),
            memory,
            limits: plan.sink,
            backlog,
            changes: self.changes.clone(),
            healthy: self.starting.health(&part),
        };
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(sink.run(stop));
        Ok(())
    }

    /// Makes the dataset once before anything is served from it. One that was made before keeps its last version if that
    /// fails.
    async fn refresher(&mut self, recipe: &Recipe, dataset: Arc<Dataset>) -> Result<(), SdkError> {
        let product = &self.running.product;
        let name = dataset.name().to_owned();
        let state = Arc::new(Mutex::new(RefreshState::default()));
        let read = |name: &String| self.running.datasets.get(name).cloned();
        let refresher = Refresher {
            product: product.name().to_owned(),
            recipe: recipe.clone(),
            gate: Gate::compile(dataset.contract(), Side::Stored),
            reads: recipe.reads.iter().filter_map(read).collect(),
            engine: self.maker.clone(),
            files: product.files().clone(),
            code: product.code().of(&name),
            quarantine: self.quarantine.clone(),
            changes: self.changes.clone(),
            quiet: Quiet::default(),
            state: state.clone(),
            dataset: dataset.clone(),
        };
        self.running.refreshes.insert(name.clone(), state);
        let was_made = refresher.was_made().await?;
        if refresher.is_due_at_start().await? {
            let before = dataset.info().version;
            let step = self.starting.step(format!("making {name}"));
            let made = refresher.refresh().await;
            match made {
                Err(error) if !was_made => return Err(error),
                Err(error) => step.done(format!("not now: {error}")),
                Ok(()) if dataset.info().version > before => {
                    step.done(format!("{} rows", dataset.info().rows));
                }
                Ok(()) => step.skipped(),
            }
        }
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(refresher.run(stop));
        Ok(())
    }

    /// Of the events that `dataset` has. Answers say themselves which event they are.
    fn memory(&self, from: Events<'_>, dataset: &Arc<Dataset>) -> Option<Memory> {
        match from {
            Events::Model(model) => {
                let plan = self.running.plan(model).ok()?;
                let answer = &plan.declared.answer;
                Some(Memory::of_answers(dataset, &self.keeper, answer))
            }
            Events::Port(_) | Events::Requests(_) | Events::Training(_) | Events::Alerts(_) => {
                Memory::of(dataset, &self.keeper)
            }
        }
    }

    async fn create_topic(&mut self, topic: &str, partitions: u32) -> Result<(), SdkError> {
        let partitions = self.starting.log.create_topic(topic, partitions).await?;
        self.running.topics.insert(topic.to_owned(), partitions);
        Ok(())
    }

    fn ports(&mut self) {
        let product = &self.running.product;
        let mut ports = BTreeMap::new();
        for plan in product.datasets() {
            let of = |port: &&InputPort| port.dataset() == plan.name;
            for port in product.input_ports().iter().filter(of) {
                let topic = product.topic(Events::Port(port.name()));
                let source = product.urn(port.name(), port.contract());
                let (contract, admitted) = (port.contract().clone(), plan.admitted.clone());
                let way = self.way(&topic);
                let ingest = Ingest::new(contract, admitted, topic, source, way);
                ports.insert(port.name().to_owned(), Arc::new(ingest));
            }
        }
        self.running.ports = ports;
    }

    fn way(&self, topic: &str) -> Way {
        let backlog = self.backlogs.get(topic).cloned();
        Way {
            log: self.starting.log.clone(),
            room: self.room.clone(),
            // A topic that no sink reads has none.
            backlog: backlog.unwrap_or_else(|| Arc::new(Backlog::new(u64::MAX))),
        }
    }

    /// Tells `/metrics` which versions answer.
    fn publish(&mut self) {
        let running = &self.running;
        let (product, lifecycles) = (running.product.name().to_owned(), &running.lifecycles);
        let publishing = publish_versions(product, lifecycles.clone(), self.changes.clone());
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = publishing => {}
            }
        });
    }

    fn watch(&mut self) {
        let watch = Watch {
            product: self.running.product.name().to_owned(),
            engine: self.running.engine.clone(),
            datasets: self.running.datasets.values().cloned().collect(),
            changes: self.changes.clone(),
            reports: self.running.reports.clone(),
        };
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(watch.run(stop));
    }

    fn profile(&mut self) {
        let watch = profile::Watch {
            product: self.running.product.name().to_owned(),
            engine: self.learner.clone(),
            datasets: self.running.datasets.values().cloned().collect(),
            models: self.running.product.models().to_vec(),
            changes: self.changes.clone(),
            profiles: self.running.profiles.clone(),
        };
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(watch.run(stop));
    }

    fn maintain(&mut self) {
        let running = &self.running;
        let mut datasets: Vec<_> = running.datasets.values().cloned().collect();
        datasets.push(self.quarantine.dataset().clone());
        datasets.extend(running.kept.iter().cloned());
        let maintenance = Maintenance {
            product: running.product.name().to_owned(),
            datasets,
            policy: Policy::default(),
        };
        let stop = self.tasks.stop.clone();
        self.tasks.spawn(maintenance.run(stop));
    }
}
