use std::path::{Path, PathBuf};
use std::sync::Arc;

use mesh_events::{EmbeddedLog, EventLog};
use mesh_platform::api::Api;
use mesh_platform::server::Readiness;

use crate::running::Sinks;
use crate::{DataProduct, RunningProduct, SdkError, http};

/// Where a host keeps things and whom it tells.
pub struct HostConfig {
    /// Folder that holds everything the products remember.
    pub data_dir: PathBuf,
    /// Told when something slow starts and ends.
    pub progress: Box<dyn Fn(Progress) + Send + Sync>,
    /// Told which parts can do their work.
    pub readiness: Readiness,
}

/// A step of starting a product.
#[derive(Clone, Debug)]
pub enum Progress {
    Started { step: String },
    Done { step: String, result: String },
}

/// Runs products in this process: one event log, a folder per product.
pub struct Host {
    config: HostConfig,
    log: Arc<dyn EventLog>,
    running: Vec<(Arc<RunningProduct>, Sinks)>,
}

/// What a product needs while it starts.
pub(crate) struct Starting<'a> {
    pub(crate) log: Arc<dyn EventLog>,
    config: &'a HostConfig,
}

pub(crate) struct Step<'a> {
    name: String,
    config: &'a HostConfig,
}

impl Host {
    /// Opens the event log in the data folder.
    ///
    /// # Errors
    /// [`SdkError::Events`] with code `log-in-use` if another process runs on this folder.
    pub fn open(config: HostConfig) -> Result<Host, SdkError> {
        let events = config.data_dir.join("events");
        for folder in [&events, &config.data_dir.join("products")] {
            create_private(folder).map_err(SdkError::file(folder.display().to_string()))?;
        }
        let log = EmbeddedLog::open(&events.join("log.redb"))?;
        Ok(Host {
            config,
            log,
            running: Vec::new(),
        })
    }

    /// Starts `product`: what it has not yet, it gets (starting data, a first version of each model).
    pub async fn start(&mut self, product: DataProduct) -> Result<Arc<RunningProduct>, SdkError> {
        let folder = self.config.data_dir.join("products").join(product.name());
        let starting = Starting {
            log: self.log.clone(),
            config: &self.config,
        };
        let (running, sinks) = RunningProduct::start(product, &folder, &starting).await?;
        let running = Arc::new(running);
        self.running.push((running.clone(), sinks));
        Ok(running)
    }

    /// The routes of every product that was started.
    pub fn api(&self) -> Api {
        let products = self.running.iter().map(|(product, _)| http::api(product));
        products.fold(Api::new(), Api::merge)
    }

    /// Stops the sinks, once everything that was accepted is in its dataset.
    pub async fn stop(self) {
        for (_, sinks) in self.running {
            sinks.stop().await;
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
    pub(crate) fn done(self, result: String) {
        (self.config.progress)(Progress::Done {
            step: self.name,
            result,
        });
    }
}
