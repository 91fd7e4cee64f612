//! The log of events that every ingest, scoring and training run goes through: one interface, two homes.
//!
//! [`EmbeddedLog`] keeps the log in one file, for a mesh that runs in one process. [`KafkaLog`] keeps
//! it in Apache Kafka. Both hold to the same rules, which the conformance suite in `tests/it` checks on each:
//!
//! - an event is appended once it is durable, never before;
//! - events of one subject stay in the order of their appends, in one partition, the same in both homes;
//! - a reader gets every event from the offsets it names, in offset order within a partition, and wakes without polling.
//!
//! Delivery is at least once: a failed [`EventLog::append`] may leave events behind when the process or the network dies
//! before the answer does. Append again with the same event ids; whoever must count an event once tells by its id.

mod embedded;
mod error;
mod event;
mod kafka;
mod log;
mod rules;

pub use embedded::EmbeddedLog;
pub use error::{Cause, EventError};
pub use event::{Event, Position, Received};
pub use kafka::{KafkaConfig, KafkaLog};
pub use log::{EventLog, Reader};
pub use rules::{MAX_EVENT_BYTES, MAX_PARTITIONS, partition_for};
