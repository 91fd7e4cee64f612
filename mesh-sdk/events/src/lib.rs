//! The log of events that every ingest, scoring and training run goes through: one interface, two homes.
//!
//! [`EmbeddedLog`] keeps the log in one file, for a mesh that runs in one process. [`KafkaLog`] keeps
//! it in Apache Kafka. Both hold to the same rules, which the conformance suite in `tests/it` checks on each:
//!
//! - an event is appended once it is durable, never before;
//! - events of one subject stay in the order of their appends, in one partition, the same in both homes;
//! - a reader gets every event from the offsets it names, in offset order within a partition, and wakes without polling;
//! - the consumers of a group share a topic's partitions, and none of them is ever with two;
//! - what is on a topic and is no event comes like one, whole, with the reason.
//!
//! Delivery is at least once: a failed [`EventLog::append`] may leave events behind when the process or the network dies
//! before the answer does. Append again with the same event ids; whoever must count an event once tells by its id.

mod cloudevents;
mod consumer;
mod embedded;
mod error;
mod event;
mod kafka;
mod log;
mod rules;

pub use cloudevents::{CLOUDEVENTS_BATCH_JSON, CLOUDEVENTS_JSON, NotAnEvent};
pub use consumer::{Consumer, Delivery};
pub use embedded::EmbeddedLog;
pub use error::{Cause, EventError};
pub use event::{Event, Position, Received, Unreadable};
pub use kafka::{
    KafkaConfig, KafkaLog, KafkaSettings, Login, Oauth, Sasl, Secret, SettingError, Tls,
};
pub use log::{EventLog, Reader};
pub use rules::{MAX_EVENT_BYTES, MAX_PARTITIONS, partition_for};
