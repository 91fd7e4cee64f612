//! What can go wrong with an event log. No message holds the content of an event.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

/// Why storage or the broker failed; shared, because one failed commit fails every append that was in it.
pub type Cause = Arc<dyn Error + Send + Sync>;

#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    #[error("topic `{topic}` does not exist")]
    UnknownTopic { topic: String },

    #[error("topic `{topic}` cannot be created: {reason}")]
    InvalidTopic { topic: String, reason: String },

    /// `index` is the event's place in the append.
    #[error("event {index}: {reason}")]
    InvalidEvent { index: usize, reason: &'static str },

    #[error("event {index} takes {bytes} bytes; {limit} are allowed")]
    EventTooLarge {
        index: usize,
        bytes: usize,
        limit: usize,
    },

    #[error(
        "partition {partition} of topic `{topic}` holds offsets from {first} up to {end}, not {asked}"
    )]
    OffsetOutOfRange {
        topic: String,
        partition: u32,
        asked: u64,
        first: u64,
        end: u64,
    },

    #[error("topic `{topic}` has {partitions} partitions, but offsets were given for {asked}")]
    UnknownPartition {
        topic: String,
        partitions: u32,
        asked: usize,
    },

    #[error(
        "of topic `{topic}`, partitions {assigned:?} were assigned and wait to begin, but offsets were given for {given:?}"
    )]
    WrongPartitions {
        topic: String,
        assigned: Vec<u32>,
        given: Vec<u32>,
    },

    #[error("the event log {} is in use by another process", path.display())]
    LogInUse { path: PathBuf },

    #[error("the event log {place} cannot be opened")]
    OpenFailed { place: String, source: Cause },

    #[error("the events could not be written")]
    WriteFailed { source: Cause },

    #[error("the event log could not be read")]
    ReadFailed { source: Cause },
}

impl EventError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownTopic { .. } => "unknown-topic",
            Self::InvalidTopic { .. } => "invalid-topic",
            Self::InvalidEvent { .. } => "invalid-event",
            Self::EventTooLarge { .. } => "event-too-large",
            Self::OffsetOutOfRange { .. } => "offset-out-of-range",
            Self::UnknownPartition { .. } => "unknown-partition",
            Self::WrongPartitions { .. } => "wrong-partitions",
            Self::LogInUse { .. } => "log-in-use",
            Self::OpenFailed { .. } => "log-open-failed",
            Self::WriteFailed { .. } => "log-write-failed",
            Self::ReadFailed { .. } => "log-read-failed",
        }
    }

    pub(crate) fn write_failed(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::WriteFailed {
            source: Arc::new(cause),
        }
    }

    pub(crate) fn read_failed(cause: impl Error + Send + Sync + 'static) -> Self {
        Self::ReadFailed {
            source: Arc::new(cause),
        }
    }
}
