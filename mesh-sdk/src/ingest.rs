//! The way in through an input port: bytes -> records -> contract gate -> durable events.

mod body;

use std::sync::Arc;

use bytes::Bytes;
use chrono::Utc;
use mesh_contracts::{Assigned, Contract, Gate, Record, Side, Violation};
use mesh_events::{Event, EventError, EventLog, MAX_EVENT_BYTES};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

pub(crate) use body::{BodyError, MediaType, Parsed};

/// Takes records for one topic.
pub(crate) struct Ingest {
    gate: Gate,
    contract: Contract,
    assigned: Vec<(String, Assigned)>,
    topic: String,
    source: String,
    log: Arc<dyn EventLog>,
}

/// A record that was refused, and why.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Refused {
    /// Place of the record in the request, from 0.
    pub(crate) record: usize,
    /// Line of the request on which the record starts, from 1; for NDJSON and CSV.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u64>,
    #[serde(flatten)]
    pub(crate) violation: Violation,
}

impl Refused {
    /// One for each violation of a record.
    pub(crate) fn each(
        record: usize,
        line: Option<u64>,
        violations: Vec<Violation>,
    ) -> impl Iterator<Item = Refused> {
        violations.into_iter().map(move |violation| Refused {
            record,
            line,
            violation,
        })
    }
}

/// What became of the records of one request.
pub(crate) struct Outcome {
    /// One entry per record: the id of its event, or nothing where it was refused.
    pub(crate) event_ids: Vec<Option<Uuid>>,
    pub(crate) refused: Vec<Refused>,
}

impl Ingest {
    pub(crate) fn new(
        contract: Contract,
        topic: String,
        source: String,
        log: Arc<dyn EventLog>,
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
            log,
        }
    }

    /// Checks every record on its own, and returns once the events of the good ones are durable.
    pub(crate) async fn accept(
        &self,
        media_type: MediaType,
        body: &Bytes,
    ) -> Result<Outcome, IngestError> {
        let parsed = body::parse(media_type, body, &self.contract)?;
        let mut outcome = Outcome {
            event_ids: Vec::with_capacity(parsed.len()),
            refused: Vec::new(),
        };
        let mut events = Vec::with_capacity(parsed.len());
        for (index, Parsed { line, record }) in parsed.into_iter().enumerate() {
            let checked = record
                .map_err(|violation| vec![violation])
                .and_then(|record| {
                    self.gate.check(&record)?;
                    Ok(record)
                });
            let id = Uuid::now_v7();
            match checked.and_then(|record| self.event(id, record)) {
                Ok(event) => {
                    events.push(event);
                    outcome.event_ids.push(Some(id));
                }
                Err(violations) => {
                    outcome.event_ids.push(None);
                    outcome
                        .refused
                        .extend(Refused::each(index, line, violations));
                }
            }
        }
        if !events.is_empty() {
            self.log.append(&self.topic, events).await?;
        }
        Ok(outcome)
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
            kind: "mesh.ingest".to_owned(),
            subject: None,
            time,
            schema: Some(schema_of(&self.contract)),
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

#[derive(Debug, thiserror::Error)]
pub(crate) enum IngestError {
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(transparent)]
    Events(#[from] EventError),
}
