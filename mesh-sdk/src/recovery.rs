//! How what follows a topic gets over failures: it tries again, ever later, and counts as well again once it has shown that
//! it is.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// So long without anything to do is as good as something done.
const QUIET: Duration = Duration::from_secs(1);

pub(crate) struct Recovery<'a> {
    healthy: &'a (dyn Fn(bool) + Send + Sync),
    /// Before the next attempt.
    pause: Duration,
}

impl<'a> Recovery<'a> {
    /// `healthy` is told whether the newest attempt to get on succeeded.
    pub(crate) fn new(healthy: &'a (dyn Fn(bool) + Send + Sync)) -> Self {
        let pause = FIRST_PAUSE;
        Self { healthy, pause }
    }

    fn is_proven(&self) -> bool {
        self.pause == FIRST_PAUSE
    }

    /// An attempt begins. After a failure that shows nothing yet.
    pub(crate) fn begins(&self) {
        if self.is_proven() {
            (self.healthy)(true);
        }
    }

    /// How long the attempt waits for something to do, where it could be `usual`.
    pub(crate) fn patience(&self, usual: Duration) -> Duration {
        match self.is_proven() {
            true => usual,
            false => usual.min(QUIET),
        }
    }

    /// Something was done, or there was nothing to do.
    pub(crate) fn succeeded(&mut self) {
        (self.healthy)(true);
        self.pause = FIRST_PAUSE;
    }

    /// The attempt failed. Returns how long [`Recovery::rest`] takes.
    pub(crate) fn failed(&self) -> Duration {
        (self.healthy)(false);
        self.pause
    }

    /// Returns when it is time for the next attempt: never after `stop`.
    pub(crate) async fn rest(&mut self, stop: &CancellationToken) -> bool {
        tokio::select! {
            () = stop.cancelled() => return false,
            () = tokio::time::sleep(self.pause) => {}
        }
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

#[cfg(test)]
mod tests;
