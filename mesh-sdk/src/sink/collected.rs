//! What was read and is not committed, within the bounds of a commit.

use std::collections::VecDeque;
use std::time::Duration;

use mesh_events::Received;
use tokio::time::Instant;

use crate::product::SinkLimits;

/// Events in the order in which they came. A commit takes as many as it may, so that the bounds hold although a read may
/// give more than there is room for.
pub(super) struct Collected {
    limits: SinkLimits,
    events: VecDeque<Received>,
    bytes: usize,
    /// When the oldest is to be committed.
    deadline: Option<Instant>,
}

impl Collected {
    pub(super) fn new(limits: SinkLimits) -> Collected {
        Collected {
            limits,
            events: VecDeque::new(),
            bytes: 0,
            deadline: None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether it is time to commit.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.patience(now).is_zero()
    }

    /// Events that may be read on top, at least one.
    pub(super) fn room(&self) -> usize {
        let room = self.limits.max_rows.saturating_sub(self.events.len());
        room.max(1)
    }

    /// How long there is to read more; zero when it is time to commit.
    pub(super) fn patience(&self, now: Instant) -> Duration {
        const LONG: Duration = Duration::from_secs(60);
        let full = self.events.len() >= self.limits.max_rows || self.bytes >= self.limits.max_bytes;
        match self.deadline {
            Some(_) if full => Duration::ZERO,
            Some(deadline) => deadline.saturating_duration_since(now),
            None => LONG,
        }
    }

    pub(super) fn add(&mut self, events: Vec<Received>, now: Instant) {
        if !events.is_empty() {
            self.deadline.get_or_insert(now + self.limits.max_delay);
        }
        self.bytes += events.iter().map(Received::size).sum::<usize>();
        self.events.extend(events);
    }

    /// The events of the next commit: one at least, and no more than the bounds allow.
    pub(super) fn take(&mut self) -> Vec<Received> {
        let mut bytes = 0;
        let fits = |event: &Received| {
            let first = bytes == 0;
            bytes += event.size();
            first || bytes <= self.limits.max_bytes
        };
        let events = self.events.iter().take(self.limits.max_rows);
        let count = events.map(fits).take_while(|fits| *fits).count();
        let taken: Vec<Received> = self.events.drain(..count).collect();
        self.bytes -= taken.iter().map(Received::size).sum::<usize>();
        if self.events.is_empty() {
            self.deadline = None;
        }
        taken
    }
}

#[cfg(test)]
mod tests;
