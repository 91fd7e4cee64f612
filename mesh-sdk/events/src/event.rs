//! An event and its place in a log.

use bytes::Bytes;
use chrono::{DateTime, Utc};

/// A CloudEvents 1.0 event whose data is JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Unique within `source`; not empty.
    pub id: String,
    /// URI reference of who made it; not empty.
    pub source: String,
    /// CloudEvents `type`; not empty.
    pub kind: String,
    /// What the event is about; not empty. Events of one subject keep their order.
    pub subject: Option<String>,
    /// When it happened, to the nanosecond.
    pub time: DateTime<Utc>,
    /// CloudEvents `dataschema`: the URI of the contract that `data` keeps.
    pub schema: Option<String>,
    /// Id of the event that this one answers: the CloudEvents extension `correlationid`; not empty.
    pub correlation: Option<String>,
    /// A JSON document, kept byte for byte.
    pub data: Bytes,
}

impl Event {
    /// What decides the partition: the subject, or the id where there is none.
    pub fn key(&self) -> &str {
        self.subject.as_deref().unwrap_or(&self.id)
    }

    /// Bytes of the data and the texts around it: what [`crate::MAX_EVENT_BYTES`] limits.
    pub fn size(&self) -> usize {
        self.id.len()
            + self.source.len()
            + self.kind.len()
            + self.subject.as_ref().map_or(0, String::len)
            + self.schema.as_ref().map_or(0, String::len)
            + self.correlation.as_ref().map_or(0, String::len)
            + self.data.len()
    }
}

/// Where an event is in its topic.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 0.
    pub partition: u32,
    /// From 0, rising by 1 with each event of the partition (Kafka may leave gaps).
    pub offset: u64,
}

/// What a topic holds at a position.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub position: Position,
    pub event: Result<Event, Unreadable>,
}

impl Received {
    /// Bytes that it takes, about.
    pub fn size(&self) -> usize {
        match &self.event {
            Ok(event) => event.size(),
            Err(unreadable) => unreadable.size(),
        }
    }
}

/// What came on a topic and is no event: kept whole, so that it can be quarantined.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreadable {
    /// Why it is none; without any of its content.
    pub reason: String,
    pub key: Option<Bytes>,
    pub headers: Vec<(String, Bytes)>,
    /// As it came.
    pub data: Bytes,
    /// When it came; when it was read, where the log does not know.
    pub time: DateTime<Utc>,
}

impl Unreadable {
    fn size(&self) -> usize {
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| name.len() + value.len());
        self.key.as_ref().map_or(0, Bytes::len) + headers.sum::<usize>() + self.data.len()
    }
}
