use std::path::{Path, PathBuf};
use std::sync::Arc;

use mesh_events::EventLog;
use mesh_platform::api::Api;
use mesh_platform::server::Readiness;
use mesh_platform::vault::Vault;

use crate::sink::backlog::Room;
use crate::start::{self, Tasks};
use crate::times::Clock;
use crate::{DataProduct, EventsConfig, RunningProduct, SdkError, http, training};

/// Where a host keeps things and whom it tells.
pub struct HostConfig {
    /// Folder that holds everything the products remember.
    pub data_dir: PathBuf,
    /// Where events are kept.
    pub events: EventsConfig,
    /// Told when something slow starts and ends.
    pub progress: Box<dyn Fn(Progress) + Send + Sync>,
    /// Told which parts can do their work.
    pub readiness: Readiness,
    /// By which the rules of models rest.
    pub clock: Clock,
    /// Seals the versions of models; nothing where the key in the data directory does, which is made where there is none.
    pub vault: Option<Arc<Vault>>,
}

/// A step of starting a product.
#[derive(Clone, Debug)]
pub enum Progress {
    Started {
        step: String,
    },
    Done {
        step: String,
        result: String,
    },
    /// There was nothing to do.
    Skipped,
}

/// Runs products in this process: one event log, a folder per product.
pub struct Host {
    config: HostConfig,
    log: Arc<dyn EventLog>,
    room: Room,
    training: training::Room,
    vault: Arc<Vault>,
    running: Vec<(Arc<RunningProduct>, Tasks)>,
}

/// What a product needs while it starts.
pub(crate) struct Starting<'a> {
    pub(crate) log: Arc<dyn EventLog>,
    /// For requests of all products.
    pub(crate) room: &'a Room,
    /// For training runs of all products.
    pub(crate) training: &'a training::Room,
    pub(crate) vault: &'a Arc<Vault>,
    config: &'a HostConfig,
}

pub(crate) struct Step<'a> {
    name: String,
    config: &'a HostConfig,
}

impl Host {
    /// Opens the event log.
    ///
    /// # Errors
    /// [`SdkError::Events`] with code `log-in-use` if another process runs on this folder, and `log-open-failed` if there
    /// is no way into the Kafka cluster.
    pub async fn open(config: HostConfig) -> Result<Host, SdkError> {
        let events = config.data_dir.join("events");
        for folder in [&events, &config.data_dir.join("products")] {
            create_private(folder).map_err(SdkError::file(folder.display().to_string()))?;
        }
        let log = config.events.open(&events).await?;
        let vault = match &config.vault {
            Some(vault) => vault.clone(),
            None => Arc::new(Vault::open(&config.data_dir.join("keys"))?),
        };
        Ok(Host {
            config,
            log,
            room: Room::of_process(),
            training: training::Room::of_process(),
            vault,
            running: Vec::new(),
        })
    }

    /// Starts `product`: what it has not yet, it gets (starting data, datasets made of others, a first version of each
    /// model).
    ///
    /// # Errors
    /// [`SdkError::Declaration`] if a product of this name runs already.
    pub async fn start(&mut self, product: DataProduct) -> Result<Arc<RunningProduct>, SdkError> {
        if self.product(product.name()).is_some() {
            let message = format!(
                "a product named {} runs already: give this one another name in product.odps.yaml",
                product.name()
            );
            return Err(SdkError::declaration("", message));
        }
        let folder = self.folder(product.name());
        let starting = Starting {
            log: self.log.clone(),
            room: &self.room,
            training: &self.training,
            vault: &self.vault,
            config: &self.config,
        };
        let (running, tasks) = start::product(product, &folder, &starting).await?;
        let running = Arc::new(running);
        self.running.push((running.clone(), tasks));
        Ok(running)
    }

    /// Starts `product` in place of the one of its name. What comes in meanwhile waits in the event log. If the new one
    /// does not start, the old one goes on.
    pub async fn replace(&mut self, product: DataProduct) -> Result<Arc<RunningProduct>, SdkError> {
        let name = product.name().to_owned();
        let of = |(running, _): &(Arc<RunningProduct>, Tasks)| running.product().name() == name;
        let Some(place) = self.running.iter().position(of) else {
            return self.start(product).await;
        };
        // First all of them: the old product could not go on with a table that another contract has made grow.
        start::check(&product, &self.folder(&name)).await?;
        let (old, tasks) = self.running.remove(place);
        tasks.stop().await;
        let replaced = self.start(product).await;
        if let Err(refused) = replaced {
            return Err(match self.start(old.product().clone()).await {
                Ok(_) => refused,
                Err(stopped) => SdkError::Stopped {
                    refused: refused.into(),
                    stopped: stopped.into(),
                },
            });
        }
        replaced
    }

    fn folder(&self, product: &str) -> PathBuf {
        self.config.data_dir.join("products").join(product)
    }

    /// The product of this name, if it runs.
    pub fn product(&self, name: &str) -> Option<&Arc<RunningProduct>> {
        self.products()
            .find(|running| running.product().name() == name)
    }

    /// Every product that runs.
    pub fn products(&self) -> impl Iterator<Item = &Arc<RunningProduct>> {
        self.running.iter().map(|(running, _)| running)
    }

    /// The routes of every product that was started.
    pub fn api(&self) -> Api {
        let products = self.running.iter().map(|(product, _)| http::api(product));
        products.fold(Api::new(), Api::merge)
    }

    /// Stops the products, once everything that was accepted is in its dataset.
    pub async fn stop(self) {
        for (_, tasks) in self.running {
            tasks.stop().await;
        }
    }
}

/// What is in there is health data: nobody but its owner may look.
fn create_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

impl Starting<'_> {
    pub(crate) fn events(&self) -> &EventsConfig {
        &self.config.events
    }

    pub(crate) fn clock(&self) -> Clock {
        self.config.clock.clone()
    }

    pub(crate) fn step(&self, name: String) -> Step<'_> {
        (self.config.progress)(Progress::Started { step: name.clone() });
        Step {
            name,
            config: self.config,
        }
    }

    /// Registers `part` with the readiness of the process; the result flips it.
    pub(crate) fn health(&self, part: &str) -> Box<dyn Fn(bool) + Send + Sync> {
        let part = self.config.readiness.part(part);
        Box::new(move |healthy| match healthy {
            true => part.ready(),
            false => {
                part.not_ready("what was accepted is not reaching the dataset; the log says why");
            }
        })
    }
}

impl Step<'_> {
    /// There was nothing to do.
    pub(crate) fn skipped(self) {
        (self.config.progress)(Progress::Skipped);
    }

    pub(crate) fn done(self, result: String) {
        (self.config.progress)(Progress::Done {
            step: self.name,
            result,
        });
    }
}
