//! Runs at the times that a model is declared to be trained at.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use super::requests::{Asker, Wanted};
use super::runs::{Cause, Runs};
use crate::lifecycle::{Lifecycle, MESH};
use crate::times::{missed, until_next};

/// Before a request that could not be written is tried again.
const PAUSE: Duration = Duration::from_secs(10);

pub(crate) struct Schedule {
    /// In UTC.
    pub(crate) cron: croner::Cron,
    pub(crate) asker: Asker,
    pub(crate) runs: Arc<Runs>,
    pub(crate) lifecycle: Arc<Lifecycle>,
    /// Times up to here are not missed.
    pub(crate) since: DateTime<Utc>,
}

impl Schedule {
    /// Asks until `stop`. A time that was missed counts once.
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.follow() => {}
        }
    }

    async fn follow(&self) {
        let mut since = self.since;
        loop {
            if let Some(time) = missed(&self.cron, since) {
                match self.ask(time).await {
                    Ok(()) => since = time,
                    Err(error) => {
                        let model = &self.asker.model;
                        tracing::error!(model, %error, retry_in = ?PAUSE, "a training run cannot be asked for");
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                }
            }
            until_next(&self.cron).await;
        }
    }

    /// The id is that of the time, so that several processes, or one that starts again, ask for one run.
    async fn ask(&self, time: DateTime<Utc>) -> Result<(), mesh_events::EventError> {
        let run = format!("{}@{}", self.asker.model, time.format("%Y-%m-%dT%H:%MZ"));
        if self.runs.find(&run).is_ok() || self.lifecycle.is_frozen() {
            return Ok(());
        }
        let wanted = Wanted {
            cause: Cause::Schedule,
            why: format!("it is trained at {} UTC", self.cron),
            asked_by: MESH.to_owned(),
            promote: true,
        };
        self.asker.ask(&run, &wanted).await
    }
}
