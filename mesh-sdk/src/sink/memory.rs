//! Which events a dataset has already, so that one that its producer sent again is not stored again.

mod older;
mod place;
mod recent;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMicrosecondType;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use chrono::DateTime;
use futures::TryStreamExt;
use mesh_contracts::{Assigned, Record};
use mesh_storage::{Dataset, Engine, StorageError, TableSource};
use uuid::Uuid;

use crate::sql;
use place::Place;
use recent::{Known, Recent};

/// For how long answers are remembered: as long as a contract has other events remembered, where it does not say.
const ANSWERS: Duration = Duration::from_secs(3600);

/// What names an event, and when it was received.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    id: String,
    /// The id in 16 bytes.
    number: u128,
    /// In microseconds since 1970.
    at: i64,
}

/// The ids of the events that are in a dataset.
///
/// Those of the window are in memory, as far as there is room; the table has them all, and is asked where memory is not
/// sure.
pub(crate) struct Memory {
    dataset: Arc<Dataset>,
    engine: Arc<Engine>,
    event_id: Place,
    received_at: Place,
    /// In microseconds; no id is remembered for longer.
    window: i64,
    recent: Recent,
}

impl Memory {
    /// Of a dataset that is a table of `engine`; nothing if its contract does not tell events apart.
    pub(crate) fn of(dataset: &Arc<Dataset>, engine: &Arc<Engine>) -> Option<Memory> {
        let contract = dataset.contract();
        let window = contract.deduplication_window()?;
        let place = |what| Some(Place::column(contract.schema().assigned(what)?.name()));
        let (event_id, received_at) = (place(Assigned::EventId)?, place(Assigned::ReceivedAt)?);
        Some(Memory::new(dataset, engine, event_id, received_at, window))
    }

    /// Of a dataset of answers, each of which says in the property `answer` which event it is and when it was given.
    pub(crate) fn of_answers(dataset: &Arc<Dataset>, engine: &Arc<Engine>, answer: &str) -> Memory {
        let (event_id, scored_at) = (
            Place::within(answer, "event_id"),
            Place::within(answer, "scored_at"),
        );
        Memory::new(dataset, engine, event_id, scored_at, ANSWERS)
    }

    fn new(
        dataset: &Arc<Dataset>,
        engine: &Arc<Engine>,
        event_id: Place,
        received_at: Place,
        window: Duration,
    ) -> Memory {
        Memory {
            event_id,
            received_at,
            window: i64::try_from(window.as_micros()).unwrap_or(i64::MAX),
            recent: Recent::default(),
            dataset: dataset.clone(),
            engine: engine.clone(),
        }
    }

    /// What names the event of a record, if it can be told.
    pub(crate) fn key(&self, record: &Record) -> Option<Key> {
        let at = DateTime::parse_from_rfc3339(self.received_at.text(record)?).ok()?;
        let id = self.event_id.text(record)?;
        Some(Key {
            id: id.to_owned(),
            number: number(id),
            at: at.timestamp_micros(),
        })
    }

    /// Forgets everything: somebody else may have written to the table.
    pub(crate) fn forget(&mut self) {
        self.recent = Recent::default();
    }

    /// Of each of `keys`, whether the dataset has its event, received within the window before or after.
    pub(crate) async fn known(&mut self, keys: &[Key]) -> Result<Vec<bool>, StorageError> {
        let oldest = keys.iter().map(|key| key.at).min();
        let (Some(oldest), 1..) = (oldest, self.window) else {
            return Ok(vec![false; keys.len()]);
        };
        if !self.recent.has_begun() {
            self.remember(oldest.saturating_sub(self.window)).await?;
        }
        let known = keys.iter().map(|key| {
            let begins = key.at.saturating_sub(self.window);
            self.recent.look_up(key.number, begins)
        });
        let known: Vec<(&Key, Known)> = keys.iter().zip(known).collect();
        let unsure = known.iter().filter(|(_, known)| *known == Known::Perhaps);
        let unsure = unsure.map(|(key, _)| *key);
        let stored = self.look_up(unsure, Some(self.window)).await?;
        let near = |(key, known): &(&Key, Known)| {
            let at = match known {
                Known::At(at) => Some(at),
                Known::Never => None,
                Known::Perhaps => stored.get(&key.number),
            };
            at.is_some_and(|at| at.abs_diff(key.at) <= self.window.unsigned_abs())
        };
        Ok(known.iter().map(near).collect())
    }

    /// Of each of `keys`, whether the dataset has its event, however old.
    pub(crate) async fn stored(&self, keys: &[Key]) -> Result<Vec<bool>, StorageError> {
        let found = self.look_up(keys.iter(), None).await?;
        let stored = keys.iter().map(|key| found.contains_key(&key.number));
        Ok(stored.collect())
    }

    /// The events of `keys` are in the dataset now.
    pub(crate) fn add(&mut self, keys: &[Key]) {
        let keys = keys.iter().map(|key| (key.number, key.at));
        self.recent.add(keys, self.window);
    }

    /// Reads the ids of the events that were received from `since` on.
    async fn remember(&mut self, since: i64) -> Result<(), StorageError> {
        let (id, at) = (self.event_id.sql(), self.received_at.sql());
        let dataset = sql::name(self.dataset.name());
        let sql = format!(
            "SELECT {id}, {at} FROM {dataset} WHERE {at} >= {}",
            moment(since)
        );
        let mut recent = Recent::since(since);
        let mut rows = self.engine.query(&sql).await?.batches();
        while let Some(batch) = rows.try_next().await? {
            recent.add(ids(&batch), self.window);
        }
        self.recent = recent;
        Ok(())
    }

    /// When the dataset last received the events of `keys` that it has, looking no further than `within` around them.
    async fn look_up<'a>(
        &self,
        keys: impl Iterator<Item = &'a Key>,
        within: Option<i64>,
    ) -> Result<HashMap<u128, i64>, StorageError> {
        let keys: Vec<&Key> = keys.collect();
        let times = || keys.iter().map(|key| key.at);
        let (Some(first), Some(last)) = (times().min(), times().max()) else {
            return Ok(HashMap::new());
        };
        let (id, at) = (self.event_id.sql(), self.received_at.sql());
        let dataset = sql::name(self.dataset.name());
        let wanted = format!("wanted of {}", self.dataset.name());
        let between = within.map(|within| {
            let (first, last) = (first.saturating_sub(within), last.saturating_add(within));
            format!("AND {at} BETWEEN {} AND {}", moment(first), moment(last))
        });
        self.engine.add_table(&wanted, table(&keys));
        let sql = format!(
            "SELECT {id}, max({at}) FROM {dataset} WHERE {id} IN (SELECT id FROM {}) {} GROUP BY {id}",
            sql::name(&wanted),
            between.unwrap_or_default(),
        );
        let mut found = HashMap::new();
        let mut rows = self.engine.query(&sql).await?.batches();
        while let Some(batch) = rows.try_next().await? {
            found.extend(ids(&batch));
        }
        Ok(found)
    }
}

impl Key {
    /// The id, in little space.
    pub(crate) fn number(&self) -> u128 {
        self.number
    }
}

/// An id in 16 bytes, whatever it looks like.
fn number(id: &str) -> u128 {
    let uuid = Uuid::try_parse(id);
    uuid.unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()))
        .as_u128()
}

/// The rows of ids and times of receipt.
fn ids(batch: &RecordBatch) -> Vec<(u128, i64)> {
    let times = batch.column(1).as_primitive::<TimestampMicrosecondType>();
    let texts = batch.column(0).as_string::<i32>();
    let rows = texts.iter().zip(times.iter());
    rows.filter_map(|(id, at)| Some((number(id?), at?)))
        .collect()
}

fn table(keys: &[&Key]) -> TableSource {
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values(
        keys.iter().map(|key| key.id.as_str()),
    ));
    let nullable = ids.null_count() > 0;
    match RecordBatch::try_from_iter_with_nullable([("id", ids, nullable)]) {
        Ok(batch) => TableSource::Batches(batch.schema(), vec![batch]),
        Err(_) => TableSource::Batches(Arc::new(arrow_schema::Schema::empty()), Vec::new()),
    }
}

/// A time as the column of receipt has it, within the years that SQL can write.
fn moment(micros: i64) -> String {
    const FIRST: i64 = -62_135_596_800_000_000;
    const LAST: i64 = 253_402_300_799_999_999;
    let time = DateTime::from_timestamp_micros(micros.clamp(FIRST, LAST));
    sql::moment(time.unwrap_or_default())
}
