use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use mesh_contracts::{Record, Violation};
use mesh_events::{Event, Received};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ingest::timestamp;

/// What broke its contract, where it came from, and how.
pub(crate) struct Broken<'a> {
    pub(crate) event_id: String,
    pub(crate) time: DateTime<Utc>,
    /// Topic of the event, or the file of the row.
    pub(crate) topic: &'a str,
    pub(crate) partition: u32,
    /// Place in the partition, or in the file.
    pub(crate) offset: u64,
    /// Whose contract it broke.
    pub(crate) dataset: &'a str,
    pub(crate) violations: &'a [Violation],
    /// As it came.
    pub(crate) data: &'a [u8],
    pub(crate) envelope: Envelope<'a>,
}

/// What came with the data.
#[derive(Clone, Copy)]
pub(crate) enum Envelope<'a> {
    /// Nothing: it is a row of a file.
    None,
    Event(&'a Event),
    /// Of what could not be read as an event.
    Headers(&'a [(String, Bytes)]),
}

impl<'a> Broken<'a> {
    /// What was read from `topic` for `dataset`.
    pub(crate) fn event(
        topic: &'a str,
        dataset: &'a str,
        received: &'a Received,
        violations: &'a [Violation],
    ) -> Broken<'a> {
        let position = received.position;
        let (event_id, time, data, envelope) = match &received.event {
            Ok(event) => {
                let (id, envelope) = (event.id.clone(), Envelope::Event(event));
                (id, event.time, &event.data, envelope)
            }
            Err(unreadable) => {
                let place = format!("{topic}/{}/{}", position.partition, position.offset);
                let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, place.as_bytes());
                let envelope = Envelope::Headers(&unreadable.headers);
                (id.to_string(), unreadable.time, &unreadable.data, envelope)
            }
        };
        Broken {
            event_id,
            time,
            topic,
            partition: position.partition,
            offset: position.offset,
            dataset,
            violations,
            data,
            envelope,
        }
    }

    pub(super) fn row(self) -> Record {
        let (text, bytes) = text(self.data);
        let event = match self.envelope {
            Envelope::Event(event) => Some(event),
            Envelope::None | Envelope::Headers(_) => None,
        };
        let headers = match self.envelope {
            Envelope::Headers(headers) => Some(named(headers)),
            Envelope::None | Envelope::Event(_) => None,
        };
        let row = json!({
            "event_id": self.event_id,
            "received_at": timestamp(self.time),
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "dataset": self.dataset,
            "reasons": json!(self.violations).to_string(),
            "data": text,
            "data_base64": bytes,
            "source": event.map(|event| &event.source),
            "type": event.map(|event| &event.kind),
            "subject": event.and_then(|event| event.subject.as_ref()),
            "schema": event.and_then(|event| event.schema.as_ref()),
            "correlation": event.and_then(|event| event.correlation.as_ref()),
            "headers": headers,
        });
        match row {
            Value::Object(row) => row,
            _ => Record::new(),
        }
    }
}

/// Bytes as text, and in base64 where they are none.
fn text(bytes: &[u8]) -> (String, Option<String>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => {
            let encoded = BASE64_STANDARD.encode(bytes);
            (String::from_utf8_lossy(bytes).into_owned(), Some(encoded))
        }
    }
}

fn named(headers: &[(String, Bytes)]) -> String {
    let header = |(name, value): &(String, Bytes)| match text(value) {
        (value, None) => json!({ "name": name, "value": value }),
        (_, Some(bytes)) => json!({ "name": name, "value_base64": bytes }),
    };
    Value::Array(headers.iter().map(header).collect()).to_string()
}
