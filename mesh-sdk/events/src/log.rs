//! The interface of an event log.

use std::time::Duration;

use async_trait::async_trait;

use crate::{Consumer, Event, EventError, Position, Received};

/// An append-only log of events, in topics, each cut into partitions.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Makes sure `topic` exists; an existing one is left as it is. Returns how many partitions it has.
    ///
    /// A name has 1 to 249 of the characters `a-z A-Z 0-9 . _ -` and is neither `.` nor `..`: Kafka's rule. `partitions`
    /// is 1 to [`crate::MAX_PARTITIONS`]. Anything else is `invalid-topic`.
    async fn create_topic(&self, topic: &str, partitions: u32) -> Result<u32, EventError>;

    /// Appends `events` and returns their positions, in the order given, once all are durable.
    ///
    /// Nothing is written when the topic does not exist or an event is invalid or too large. On `log-write-failed` the
    /// embedded log shows none of the events; Kafka may have kept some of them. A future dropped before it is done
    /// appends all, some (Kafka) or none.
    async fn append(&self, topic: &str, events: Vec<Event>) -> Result<Vec<Position>, EventError>;

    /// Reads `topic` from the next offset wanted of each partition; partitions beyond the end of `from` are read from
    /// their first event, and so is a partition whose offset is 0.
    ///
    /// Fails with `offset-out-of-range` for an offset after the end of its partition or, other than 0, before its first
    /// event: events have been lost, and to go on from elsewhere is a decision for people.
    async fn reader(&self, topic: &str, from: &[u64]) -> Result<Box<dyn Reader>, EventError>;

    /// Joins `group` on `topic`: its consumers share the partitions.
    async fn consumer(&self, group: &str, topic: &str) -> Result<Box<dyn Consumer>, EventError>;

    /// The offset that the next event of each partition will get.
    async fn ends(&self, topic: &str) -> Result<Vec<u64>, EventError>;
}

/// Reads one topic.
#[async_trait]
pub trait Reader: Send {
    /// Returns up to `max_events` events as soon as there are any, none when `wait` passes without one.
    ///
    /// Within a partition they come in offset order. Fewer than there are may come, to bound memory and to give each
    /// partition its turn. Cancel-safe: a dropped call loses nothing.
    ///
    /// A reader that has failed may fail for ever: open another from the offsets reached.
    async fn next(
        &mut self,
        max_events: usize,
        wait: Duration,
    ) -> Result<Vec<Received>, EventError>;
}
