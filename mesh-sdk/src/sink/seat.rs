use std::time::Duration;

use mesh_events::{Consumer, EventError, EventLog};
use tokio::time::Instant;

use super::collected::Collected;
use super::ledger::Ledger;
use crate::product::SinkLimits;

/// How long a sink that is to stop waits for events that the log has and does not give.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// A sink's place in its group.
pub(super) struct Seat {
    pub(super) consumer: Box<dyn Consumer>,
    pub(super) ledger: Ledger,
    pub(super) collected: Collected,
    /// Where each partition ended when the sink was told to stop: the topic may get events faster than they are committed.
    pub(super) ends: Option<Vec<u64>>,
    /// When the ports were told last how many events wait.
    pub(super) measured: Option<Instant>,
}

impl Seat {
    pub(super) fn take(consumer: Box<dyn Consumer>, limits: SinkLimits) -> Seat {
        Seat {
            consumer,
            ledger: Ledger::default(),
            collected: Collected::new(limits),
            ends: None,
            measured: None,
        }
    }

    /// Whether there are partitions for it.
    pub(super) fn is_taken(&self) -> bool {
        !self.ledger.partitions().is_empty()
    }

    /// How long to wait for what comes next.
    pub(super) fn patience(&self) -> Duration {
        match &self.ends {
            Some(_) if self.is_at_its_ends() => Duration::ZERO,
            Some(_) => LAST_WAIT,
            None => self.collected.patience(Instant::now()),
        }
    }

    /// Whether everything is committed that there was when the sink was told to stop.
    pub(super) fn is_at_its_ends(&self) -> bool {
        let mut ends = (0..).zip(self.ends.iter().flatten());
        let mine = |partition| self.ledger.next(partition);
        self.is_taken()
            && ends.all(|(partition, end)| mine(partition).is_none_or(|next| next >= *end))
    }

    /// How many events of `topic` the tables do not have yet.
    pub(super) async fn waiting(
        &mut self,
        log: &dyn EventLog,
        topic: &str,
    ) -> Result<u64, EventError> {
        let ends = log.ends(topic).await?;
        let all = 0..ends.len() as u32;
        let of_others: Vec<u32> = all
            .filter(|partition| self.ledger.next(*partition).is_none())
            .collect();
        let mut reached = self.consumer.committed(&of_others).await?;
        let mine = self.ledger.partitions().into_iter();
        reached.extend(mine.filter_map(|mine| Some((mine, self.ledger.next(mine)?))));
        let waiting = (0..).zip(&ends).map(|(partition, end)| {
            let reached = reached.get(&partition).copied();
            end.saturating_sub(reached.unwrap_or(0))
        });
        Ok(waiting.sum())
    }
}
