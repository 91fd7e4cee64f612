//! How an event that is put in again stands in quarantine.

use chrono::{DateTime, Utc};
use mesh_contracts::{Record, Violation, json};
use mesh_storage::StorageError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::quarantine::{Entry, QUARANTINE, Quarantine};
use crate::sql;

/// An event as it is put in.
pub(super) struct Row {
    pub(super) envelope: Envelope,
    pub(super) record: Record,
}

/// What is known of an event that is put in, beside its record.
#[derive(Deserialize, Serialize)]
pub(super) struct Envelope {
    event_id: String,
    received_at: DateTime<Utc>,
    source: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    subject: Option<String>,
    schema: Option<String>,
}

/// A row of quarantine that carries the number of a replay.
#[derive(Deserialize)]
struct Planned {
    #[serde(flatten)]
    envelope: Envelope,
    data: String,
}

impl Envelope {
    pub(super) fn of(entry: &Entry) -> Envelope {
        Envelope {
            event_id: entry.event_id.clone(),
            received_at: entry.received_at,
            source: entry.source.clone(),
            kind: entry.kind.clone(),
            subject: entry.subject.clone(),
            schema: entry.schema.clone(),
        }
    }

    /// A row that the contract has come to refuse since it was written down: an entry of its own.
    pub(super) fn given_back(
        &self,
        dataset: &str,
        number: u64,
        place: usize,
        record: &Record,
        reasons: &[Violation],
    ) -> Record {
        let mut row = as_record(json!(self));
        let place = json!({
            "topic": format!("{QUARANTINE}/{dataset}"),
            "partition": number,
            "offset": place,
            "dataset": dataset,
            "reasons": json!(reasons).to_string(),
            "data": json!(record).to_string(),
        });
        row.extend(as_record(place));
        row
    }
}

/// The row of quarantine that says that `record` is put in for an entry.
pub(super) fn row(entry: &Entry, record: &Record, number: u64) -> Record {
    let mut row = as_record(json!(Envelope::of(entry)));
    let place = json!({
        "topic": entry.topic,
        "partition": entry.partition,
        "offset": entry.offset,
        "dataset": entry.dataset,
        "reasons": "[]",
        "data": json!(record).to_string(),
        "replay": number,
    });
    row.extend(as_record(place));
    row
}

fn as_record(value: Value) -> Record {
    match value {
        Value::Object(record) => record,
        _ => Record::new(),
    }
}

impl Quarantine {
    /// The rows for `dataset` that are written down under a number.
    pub(super) async fn planned(
        &self,
        dataset: &str,
        number: u64,
    ) -> Result<Vec<Row>, StorageError> {
        let statement = format!(
            "SELECT event_id, received_at, source, \"type\", subject, schema, data FROM {QUARANTINE} \
             WHERE dataset = {} AND replay = {number} ORDER BY received_at, partition, \"offset\"",
            sql::text(dataset)
        );
        let planned: Vec<Planned> = sql::rows(self.0.engine(), &statement).await?;
        let rows = planned.into_iter().map(|planned| Row {
            envelope: planned.envelope,
            // It was written from a record.
            record: json::parse_record(planned.data.as_bytes()).unwrap_or_default(),
        });
        Ok(rows.collect())
    }
}
