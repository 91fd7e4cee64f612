//! What other processes decide about a model, which several may serve.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Lifecycle, LifecycleError};
use crate::changes::Changes;

/// After this time at the latest a decision of another process holds here.
const AT_THE_LATEST: Duration = Duration::from_secs(5);

impl Lifecycle {
    /// Follows what others decide until `stop`; tells `changes` of it.
    pub(crate) async fn follow(self: Arc<Self>, changes: Changes, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(AT_THE_LATEST) => {}
            }
            match self.look().await {
                Ok(true) => changes.tell(),
                Ok(false) => {}
                Err(error) => {
                    let model = &self.plan.name;
                    tracing::error!(model, %error, "what others decide about the model cannot be read");
                }
            }
        }
    }

    /// Whether others have added something, which is known then.
    async fn look(&self) -> Result<bool, LifecycleError> {
        let decided = self.history.reached(&self.plan.name).await?;
        let newest = self.registry.newest()?;
        let known = {
            let state = self.read();
            let decided = state.changes.last().map_or(0, |change| change.change);
            let newest = state.versions.last().map_or(0, |version| version.version);
            (decided, newest)
        };
        if known == (decided, newest) {
            return Ok(false);
        }
        self.refresh().await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
