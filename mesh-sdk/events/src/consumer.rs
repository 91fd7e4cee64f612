//! Reading a topic together with others.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;

use crate::{EventError, Received};

/// A member of a group whose consumers share the partitions of one topic. Dropping it leaves the group.
///
/// A partition is given to another member only once it was released by the one that had it, or that one is gone: it was
/// dropped, or the broker has not heard of it for so long that it takes it for dead.
///
/// As with a [`crate::Reader`], one that has failed may fail for ever: drop it and join again.
#[async_trait]
pub trait Consumer: Send {
    /// What happens next; no events when `wait` passed without anything. Cancel-safe.
    ///
    /// After [`Delivery::Assigned`] it gives nothing of those partitions before [`Consumer::start`], and after
    /// [`Delivery::Revoked`] nothing at all before [`Consumer::release`]. Call it at least every five minutes: who does
    /// not is taken for dead.
    async fn next(&mut self, max_events: usize, wait: Duration) -> Result<Delivery, EventError>;

    /// Begins the partitions that were assigned, each at the next offset wanted.
    ///
    /// Fails as [`crate::EventLog::reader`] does, and with `wrong-partitions` if `from` names others than were assigned;
    /// it can be tried again.
    async fn start(&mut self, from: &BTreeMap<u32, u64>) -> Result<(), EventError>;

    /// Lets the partitions go that were revoked; nothing if none were.
    async fn release(&mut self) -> Result<(), EventError>;

    /// How far the group has come in each of `partitions`, as [`Consumer::commit`] last said; 0 where it never did.
    async fn committed(&mut self, partitions: &[u32]) -> Result<BTreeMap<u32, u64>, EventError>;

    /// Remembers how far the group has come, as the next offset wanted of each partition; durable when it returns.
    async fn commit(&mut self, next: &BTreeMap<u32, u64>) -> Result<(), EventError>;
}

/// What a consumer is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    Events(Vec<Received>),
    /// These partitions are this member's from now on.
    Assigned(Vec<u32>),
    /// These partitions are wanted for another member, or are with one already.
    Revoked(Vec<u32>),
}

/// What a consumer was told and has not acted on.
#[derive(Default)]
pub(crate) enum Unanswered {
    #[default]
    Nothing,
    Assigned(Vec<u32>),
    Revoked(Vec<u32>),
}

impl Unanswered {
    pub(crate) fn of(told: &Delivery) -> Self {
        match told {
            Delivery::Events(_) => Self::Nothing,
            Delivery::Assigned(partitions) => Self::Assigned(partitions.clone()),
            Delivery::Revoked(partitions) => Self::Revoked(partitions.clone()),
        }
    }

    /// Whether `from` is for the partitions that wait to begin.
    pub(crate) fn check_start(
        &self,
        topic: &str,
        from: &BTreeMap<u32, u64>,
    ) -> Result<(), EventError> {
        let assigned = match self {
            Self::Assigned(partitions) if from.keys().eq(partitions) => return Ok(()),
            Self::Assigned(partitions) => partitions.clone(),
            Self::Nothing | Self::Revoked(_) => Vec::new(),
        };
        Err(EventError::WrongPartitions {
            topic: topic.to_owned(),
            assigned,
            given: from.keys().copied().collect(),
        })
    }

    /// The partitions that wait to be released.
    pub(crate) fn revoked(&self) -> Option<&[u32]> {
        match self {
            Self::Revoked(partitions) => Some(partitions),
            Self::Nothing | Self::Assigned(_) => None,
        }
    }
}
