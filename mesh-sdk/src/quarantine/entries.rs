//! What waits in quarantine, for people and for a replay.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use mesh_contracts::{Record, Violation, json};
use mesh_storage::StorageError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{QUARANTINE, Quarantine};
use crate::sql;

/// Most entries of one list.
pub(crate) const MOST: usize = 1000;

/// An event, or a row of a file, that broke its contract.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
pub(crate) struct Entry {
    /// Its name in addresses, such as `2-1841-9f3c12ab`: partition, offset, and what tells it from others of the same place.
    #[serde(default)]
    pub(crate) id: String,
    /// Dataset that it was for.
    pub(crate) dataset: String,
    pub(crate) event_id: String,
    /// The time that the event says of itself.
    pub(crate) received_at: DateTime<Utc>,
    /// Topic of the event, or the file of the row.
    pub(crate) topic: String,
    pub(crate) partition: u32,
    pub(crate) offset: u64,
    /// What is wrong with it.
    #[serde(deserialize_with = "listed")]
    pub(crate) reasons: Value,
    /// Bytes of the data.
    pub(crate) bytes: u64,
    /// Who made the event.
    pub(crate) source: Option<String>,
    /// What kind of event it is.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) subject: Option<String>,
    /// Contract and version that the event names.
    pub(crate) schema: Option<String>,
    /// Number of the replay that put it in again.
    pub(crate) replay: Option<u64>,
    /// As it came; only where one entry is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<String>,
    /// Byte for byte, of data that are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data_base64: Option<String>,
    /// Of what could not be read as an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) headers: Option<String>,
}

/// The name of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryId {
    partition: u32,
    offset: u64,
    digest: String,
}

/// Which entries are asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) dataset: Option<String>,
    /// Those that broke this rule.
    pub(crate) reason: Option<String>,
    /// These, at most [`MOST`]; all if there are none.
    pub(crate) ids: Vec<EntryId>,
    /// Those that were put in again too.
    pub(crate) replayed: bool,
    pub(crate) page: Page,
}

/// A part of a list.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) oldest_first: bool,
    pub(crate) after: Option<Place>,
    pub(crate) limit: usize,
}

impl Default for Page {
    fn default() -> Page {
        Page {
            oldest_first: false,
            after: None,
            limit: MOST,
        }
    }
}

/// Where an entry stands in lists.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    received_at: DateTime<Utc>,
    partition: u32,
    offset: u64,
}

impl Entry {
    pub(crate) fn place(&self) -> Place {
        Place {
            received_at: self.received_at,
            partition: self.partition,
            offset: self.offset,
        }
    }

    /// The record that its data are.
    pub(super) fn record(&self) -> Result<Record, Violation> {
        match &self.data_base64 {
            Some(_) => Err(Violation::record("utf-8", "text in UTF-8")),
            None => {
                let data = self.data.as_deref().unwrap_or_default();
                json::parse_record(data.as_bytes()).map_err(Violation::from)
            }
        }
    }

    fn entry_id(&self) -> EntryId {
        let named = serde_json::json!([self.dataset, self.topic, self.event_id]).to_string();
        let digest = Sha256::digest(named);
        EntryId {
            partition: self.partition,
            offset: self.offset,
            digest: digest[..4]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        }
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.partition, self.offset, self.digest)
    }
}

impl FromStr for EntryId {
    type Err = ();

    fn from_str(text: &str) -> Result<EntryId, ()> {
        let mut parts = text.split('-');
        let (Some(partition), Some(offset), Some(digest), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        Ok(EntryId {
            partition: partition.parse().map_err(drop)?,
            offset: offset.parse().map_err(drop)?,
            digest: digest.to_owned(),
        })
    }
}

impl Quarantine {
    /// The entry of this name, with its data.
    pub(crate) async fn entry(&self, id: &EntryId) -> Result<Option<Entry>, StorageError> {
        let wanted = Wanted {
            ids: vec![id.clone()],
            replayed: true,
            ..Wanted::default()
        };
        let found = self.entries(&wanted).await?;
        Ok(self.with_data(&found).await?.pop())
    }

    /// The entries that are wanted, without their data.
    pub(crate) async fn entries(&self, wanted: &Wanted) -> Result<Vec<Entry>, StorageError> {
        self.ask(wanted, "").await
    }

    /// The same entries with their data.
    pub(crate) async fn with_data(&self, entries: &[Entry]) -> Result<Vec<Entry>, StorageError> {
        let wanted = Wanted {
            ids: entries.iter().map(Entry::entry_id).collect(),
            replayed: true,
            page: Page {
                oldest_first: true,
                ..Page::default()
            },
            ..Wanted::default()
        };
        match entries.is_empty() {
            true => Ok(Vec::new()),
            false => {
                self.ask(&wanted, ", e.data, e.data_base64, e.headers")
                    .await
            }
        }
    }

    async fn ask(&self, wanted: &Wanted, data: &str) -> Result<Vec<Entry>, StorageError> {
        let (direction, beyond) = match wanted.page.oldest_first {
            true => ("ASC", ">"),
            false => ("DESC", "<"),
        };
        let mut is_wanted = vec!["replay IS NULL".to_owned()];
        if let Some(dataset) = &wanted.dataset {
            is_wanted.push(format!("dataset = {}", sql::text(dataset)));
        }
        if let Some(reason) = &wanted.reason {
            let rule = serde_json::json!({ "rule": reason }).to_string();
            let rule = rule.trim_matches(['{', '}']);
            is_wanted.push(format!("strpos(reasons, {}) > 0", sql::text(rule)));
        }
        if !wanted.ids.is_empty() {
            let offsets: Vec<String> = wanted.ids.iter().map(|id| id.offset.to_string()).collect();
            is_wanted.push(format!("\"offset\" IN ({})", offsets.join(", ")));
        }
        if let Some(after) = &wanted.page.after {
            let at = sql::moment(after.received_at);
            let (partition, offset) = (after.partition, after.offset);
            is_wanted.push(format!(
                "(received_at {beyond} {at} OR (received_at = {at} AND (partition {beyond} {partition} \
                 OR (partition = {partition} AND \"offset\" {beyond} {offset}))))"
            ));
        }
        let open = match wanted.replayed {
            true => "",
            false => "WHERE r.replay IS NULL",
        };
        let limit = match wanted.ids.is_empty() {
            true => format!("LIMIT {}", wanted.page.limit.min(MOST)),
            false => String::new(),
        };
        let statement = format!(
            "SELECT e.event_id, e.received_at, e.topic, e.partition, e.\"offset\", e.dataset, e.reasons, e.source, \
                 e.\"type\", e.subject, e.schema, octet_length(e.data) AS bytes, r.replay{data} \
             FROM (SELECT * FROM {QUARANTINE} WHERE {is_wanted}) e \
             LEFT JOIN (SELECT dataset, topic, partition, \"offset\", event_id, max(replay) AS replay \
                 FROM {QUARANTINE} WHERE replay IS NOT NULL GROUP BY dataset, topic, partition, \"offset\", event_id) r \
             ON e.dataset = r.dataset AND e.topic = r.topic AND e.partition = r.partition \
                 AND e.\"offset\" = r.\"offset\" AND e.event_id = r.event_id \
             {open} ORDER BY e.received_at {direction}, e.partition {direction}, e.\"offset\" {direction} {limit}",
            is_wanted = is_wanted.join(" AND "),
        );
        let mut entries: Vec<Entry> = sql::rows(self.0.engine(), &statement).await?;
        if !wanted.ids.is_empty() {
            entries.retain(|entry| wanted.ids.contains(&entry.entry_id()));
        }
        for entry in &mut entries {
            entry.id = entry.entry_id().to_string();
        }
        Ok(entries)
    }
}

/// A list that is kept as text.
fn listed<'de, D: serde::Deserializer<'de>>(text: D) -> Result<Value, D::Error> {
    let text = String::deserialize(text)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
