//! A product in a mesh of its own, on nothing but what it ships: a running mesh is not disturbed, and nothing is left behind.

use std::sync::Arc;

use mesh_sdk::{Clock, DataProduct, EventsConfig, Host, HostConfig, Readiness, RunningProduct};
use tempfile::TempDir;

use crate::progress;

pub(super) struct Alone {
    pub(super) running: Arc<RunningProduct>,
    host: Host,
    /// Goes away with it.
    _folder: TempDir,
}

impl Alone {
    pub(super) async fn start(product: DataProduct) -> anyhow::Result<Alone> {
        let folder = tempfile::tempdir()?;
        let steps = progress::Steps::default();
        let mut host = Host::open(HostConfig {
            data_dir: folder.path().to_owned(),
            events: EventsConfig::default(),
            progress: Box::new(move |step| steps.show(&step)),
            readiness: Readiness::new(),
            clock: Clock::default(),
            vault: None,
        })
        .await?;
        let running = host.start(product).await?;
        Ok(Alone {
            running,
            host,
            _folder: folder,
        })
    }

    pub(super) async fn stop(self) {
        drop(self.running);
        self.host.stop().await;
    }
}
