//! How events are sent: in step with what is stored, or in step with the clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;

use crate::follow::Follow;

/// Events that may be on their way at once, so that a load ends soon after it stops and delays stay those of the mesh.
const ON_THEIR_WAY: u64 = 150_000;
const PATIENCE: Duration = Duration::from_secs(120);
const SHORT: Duration = Duration::from_millis(2);

#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// As many as are stored.
    Saturated,
    PerSecond(f64),
}

/// One load on one table.
pub(crate) struct Load {
    follow: Follow,
    pace: Pace,
    begun: Instant,
    time: Duration,
    sent: AtomicU64,
    /// How often the mesh asked to wait.
    waits: AtomicU64,
}

/// What a load came to.
pub(crate) struct Reached {
    /// Events a second: where as many were sent as were stored, until the last of them was; else until it was sent.
    pub(crate) rate: f64,
    pub(crate) events: u64,
    pub(crate) waits: u64,
    /// From sent to stored, from the shortest on.
    delays: Vec<Duration>,
}

impl Load {
    pub(crate) fn begin(follow: Follow, pace: Pace, time: Duration) -> Load {
        Load {
            follow,
            pace,
            begun: Instant::now(),
            time,
            sent: AtomicU64::new(0),
            waits: AtomicU64::new(0),
        }
    }

    /// How long to wait before the next `events` may be sent, which are then counted; nothing once the time is up.
    pub(crate) fn take(&self, events: u64) -> Option<Duration> {
        loop {
            if self.begun.elapsed() >= self.time {
                return None;
            }
            let before = self.sent.load(Ordering::Relaxed);
            let wait = self.wait(before);
            if self.begun.elapsed() + wait >= self.time {
                return None;
            }
            let taken = self.sent.compare_exchange(
                before,
                before + events,
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            if taken.is_ok() {
                return Some(wait);
            }
        }
    }

    fn wait(&self, before: u64) -> Duration {
        match self.pace {
            Pace::Saturated => Duration::ZERO,
            Pace::PerSecond(rate) => {
                let due = Duration::from_secs_f64(before as f64 / rate);
                due.saturating_sub(self.begun.elapsed())
            }
        }
    }

    /// Whether as many are on their way as may be.
    pub(crate) fn is_full(&self) -> bool {
        let sent = self.sent.load(Ordering::Relaxed);
        matches!(self.pace, Pace::Saturated)
            && sent.saturating_sub(self.follow.rows()) >= ON_THEIR_WAY
    }

    pub(crate) fn asked_to_wait(&self) {
        self.waits.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until all that was sent is stored.
    pub(crate) async fn end(self) -> anyhow::Result<Reached> {
        let (sent, ended) = (self.sent.load(Ordering::Relaxed), Instant::now());
        while self.follow.rows() < sent && ended.elapsed() < PATIENCE {
            tokio::time::sleep(SHORT).await;
        }
        let took = match self.pace {
            Pace::Saturated => self.begun.elapsed(),
            Pace::PerSecond(_) => ended - self.begun,
        };
        let stored = self.follow.rows();
        ensure!(
            stored == sent,
            "{sent} events were acknowledged, and {stored} stored"
        );
        let mut delays = self.follow.delays();
        delays.sort_unstable();
        Ok(Reached {
            rate: sent as f64 / took.as_secs_f64(),
            events: sent,
            waits: self.waits.into_inner(),
            delays,
        })
    }
}

impl Reached {
    /// What this share of the events did not exceed.
    pub(crate) fn delay(&self, share: f64) -> Duration {
        let last = self.delays.len().saturating_sub(1);
        self.delays
            .get((last as f64 * share) as usize)
            .copied()
            .unwrap_or_default()
    }
}
