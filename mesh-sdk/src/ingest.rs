//! The way in through an input port: bytes -> records -> contract gate -> durable events.

mod body;
mod key;
mod named;
mod refusals;
mod way;

use std::sync::Arc;

use bytes::Bytes;
use chrono::Utc;
use mesh_contracts::{Assigned, Contract, Gate, Record, Side, Violation};
use mesh_events::{Event, MAX_EVENT_BYTES};
use serde_json::Value;
use uuid::Uuid;

pub(crate) use body::{BodyError, MediaType};
pub(crate) use key::subject;
pub(crate) use named::{Named, event_uuid};
pub(crate) use refusals::Refusals;
pub(crate) use way::{Way, WayError};

use crate::admitted::Admitted;
use body::Parsed;

/// Takes records for one topic.
pub(crate) struct Ingest {
    gate: Gate,
    contract: Contract,
    assigned: Vec<(String, Assigned)>,
    topic: String,
    source: String,
    /// CloudEvents type of its events.
    kind: &'static str,
    /// The versions of the contract that a producer may say its record keeps.
    admitted: Admitted,
    way: Way,
}

/// What became of the records of one request.
#[derive(Default)]
pub(crate) struct Outcome {
    /// One entry per record: the id of its event, or nothing where it was refused.
    pub(crate) event_ids: Vec<Option<Uuid>>,
    pub(crate) refused: Refusals,
}

impl Ingest {
    pub(crate) fn new(
        contract: Contract,
        admitted: Admitted,
        topic: String,
        source: String,
        way: Way,
    ) -> Ingest {
        let assigned = contract
            .schema()
            .properties()
            .iter()
            .filter_map(|property| Some((property.name().to_owned(), property.assigned()?)))
            .collect();
        Ingest {
            gate: Gate::compile(&contract, Side::Input),
            contract,
            assigned,
            topic,
            source,
            kind: "mesh.ingest",
            admitted,
            way,
        }
    }

    /// Takes requests to a model: what it is asked is the record as it was sent.
    pub(crate) fn of_requests(
        contract: Contract,
        admitted: Admitted,
        topic: String,
        source: String,
        way: Way,
    ) -> Ingest {
        Ingest {
            assigned: Vec::new(),
            kind: "mesh.score.request",
            ..Ingest::new(contract, admitted, topic, source, way)
        }
    }

    /// Checks every record on its own, and returns once the events of the good ones are durable.
    ///
    /// A body of one record may have a name that came beside it.
    pub(crate) async fn accept(
        self: Arc<Self>,
        media_type: MediaType,
        body: Bytes,
        named: Option<Named>,
    ) -> Result<Outcome, IngestError> {
        let _room = self.way.take_room(body.len())?;
        let ingest = self.clone();
        let bytes = body.len();
        let check = move || ingest.check(media_type, &body, named.as_ref());
        let (outcome, events) = off_the_runtime(bytes, check).await?;
        if !events.is_empty() {
            self.way.append(&self.topic, events).await?;
        }
        Ok(outcome)
    }

    fn check(
        &self,
        media_type: MediaType,
        body: &[u8],
        named: Option<&Named>,
    ) -> Result<(Outcome, Vec<Event>), BodyError> {
        let mut outcome = Outcome::default();
        let mut events = Vec::new();
        body::parse(media_type, body, &self.contract, &mut |parsed: Parsed| {
            let named = parsed.named.as_ref().or(named);
            let id = named.map_or_else(Uuid::now_v7, Named::id);
            let schema = named.and_then(Named::schema);
            let event = schema
                .map_or(Ok(()), |schema| self.admitted.check(Some(schema)))
                .and(parsed.record)
                .map_err(|violation| vec![violation])
                .and_then(|record| {
                    self.gate.check(&record)?;
                    self.event(id, record)
                });
            let line = parsed.line;
            let record = outcome.event_ids.len();
            match event {
                Ok(event) => {
                    events.push(event);
                    outcome.event_ids.push(Some(id));
                }
                Err(violations) => {
                    outcome.event_ids.push(None);
                    outcome.refused.add(record, line, violations);
                }
            }
        })?;
        Ok((outcome, events))
    }

    fn event(&self, id: Uuid, mut record: Record) -> Result<Event, Vec<Violation>> {
        let time = Utc::now();
        for (property, assigned) in &self.assigned {
            let value = match assigned {
                Assigned::EventId => id.to_string(),
                Assigned::ReceivedAt => timestamp(time),
            };
            record.insert(property.clone(), Value::String(value));
        }
        let event = Event {
            id: id.to_string(),
            source: self.source.clone(),
            kind: self.kind.to_owned(),
            subject: subject(&self.contract, &record),
            time,
            schema: Some(schema_of(&self.contract)),
            correlation: None,
            data: Value::Object(record).to_string().into(),
        };
        match event.size() > MAX_EVENT_BYTES {
            true => Err(vec![Violation::record(
                "size",
                format!("at most {MAX_EVENT_BYTES} bytes"),
            )]),
            false => Ok(event),
        }
    }
}

/// The contract version of an event, as its `dataschema`.
pub(crate) fn schema_of(contract: &Contract) -> String {
    format!("{}:{}", contract.id(), contract.version())
}

/// RFC 3339 in UTC with microseconds, which is what a dataset keeps.
pub(crate) fn timestamp(time: chrono::DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

/// Runs work on a request of `bytes` where it may take long: what is small is done at once.
pub(crate) async fn off_the_runtime<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    const SMALL: usize = 64 << 10;
    if bytes <= SMALL {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum IngestError {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Way(#[from] WayError),
}
