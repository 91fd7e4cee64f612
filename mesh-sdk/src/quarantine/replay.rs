//! Putting events in again, exactly once.
//!
//! What is to be stored is written down first, as rows of quarantine that carry the number of the replay, and then
//! appended to the dataset in one commit that carries the number as a mark. Between the two the numbers differ, so that
//! whoever comes next knows what is left to do, and does it.

mod row;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use mesh_contracts::{Assigned, Gate, Record, Violation};
use mesh_storage::{Dataset, StorageError, WriteMode};
use serde_json::Value;
use tokio::sync::Mutex;

use super::Quarantine;
use super::entries::{Entry, EntryId, MOST, Page, Place, Wanted};
use crate::admitted::Admitted;
use crate::changes::Changes;
use crate::ingest::{event_uuid, timestamp};
use crate::platform_dataset::KeepError;
use crate::sink::memory::{Key, Memory};
use row::{Envelope, Row, row};

/// The mark of a dataset: the newest replay that is stored.
const STORED: &str = "replay";
/// Bytes of the events of one replay, about.
const MOST_BYTES: u64 = 32 << 20;

/// Puts entries of quarantine into one dataset.
pub(crate) struct Replay {
    pub(crate) quarantine: Quarantine,
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) gate: Gate,
    pub(crate) admitted: Admitted,
    /// Shared with the sink: what one of them stores, the other has to know of.
    pub(crate) memory: Arc<Mutex<Option<Memory>>>,
    pub(crate) changes: Changes,
    /// One at a time.
    pub(crate) turn: Mutex<()>,
}

/// Which entries of the dataset to put in again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    /// These; all if there are none.
    pub(crate) ids: Vec<EntryId>,
    /// Those that broke this rule.
    pub(crate) reason: Option<String>,
    /// What to put in instead, by the name of the entry.
    pub(crate) mended: BTreeMap<String, Record>,
    pub(crate) after: Option<Place>,
    pub(crate) limit: usize,
}

/// What became of the entries.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    /// The number of the replay, if there was anything to put in.
    pub(crate) number: Option<u64>,
    pub(crate) outcomes: Vec<(String, Outcome)>,
    /// The last entry that was looked at, if there may be more.
    pub(crate) more_after: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Stored,
    /// Its event is in the dataset already.
    There,
    /// It still breaks the contract.
    Refused(Vec<Violation>),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Quarantine(#[from] KeepError),
    #[error("there is no entry {0} that waits")]
    NoEntry(String),
}

impl Replay {
    /// Finishes a replay that was written down and not stored, if there is one.
    pub(crate) async fn finish(&self) -> Result<(), ReplayError> {
        let _turn = self.turn.lock().await;
        self.finish_planned().await
    }

    async fn finish_planned(&self) -> Result<(), ReplayError> {
        let planned = self.quarantine.progress(&self.mark()).await?;
        if self.dataset.progress(STORED).await? < planned {
            let rows = self
                .quarantine
                .planned(self.dataset.name(), planned)
                .await?;
            self.store(planned, rows).await?;
        }
        Ok(())
    }

    /// Passes entries through today's gate, and stores those that it accepts.
    ///
    /// # Errors
    /// [`ReplayError::NoEntry`] for a name that no entry has that waits: nothing was done. After any other error, what was
    /// begun is finished by the next replay, or when the product starts.
    pub(crate) async fn run(&self, request: &Request) -> Result<Replayed, ReplayError> {
        let _turn = self.turn.lock().await;
        self.finish_planned().await?;
        let (found, is_all) = self.found(request).await?;
        let mut replayed = Replayed::default();
        if !is_all {
            replayed.more_after = found.last().map(|entry| entry.id.clone());
        }
        let mut accepted = Vec::new();
        for entry in self.quarantine.with_data(&found).await? {
            match self.record(&entry, &request.mended) {
                Ok(record) => accepted.push((entry, record)),
                Err(reasons) => replayed
                    .outcomes
                    .push((entry.id, Outcome::Refused(reasons))),
            }
        }
        if accepted.is_empty() {
            return Ok(replayed);
        }
        let number = self.quarantine.progress(&self.mark()).await? + 1;
        let plan = accepted
            .iter()
            .map(|(entry, record)| row(entry, record, number));
        let mark = BTreeMap::from([(self.mark(), number)]);
        self.quarantine.add(plan.collect(), &mark).await?;
        let (entries, rows): (Vec<Entry>, Vec<Row>) = accepted
            .into_iter()
            .map(|(entry, record)| {
                let envelope = Envelope::of(&entry);
                (entry, Row { envelope, record })
            })
            .unzip();
        let outcomes = self.store(number, rows).await?;
        let ids = entries.into_iter().map(|entry| entry.id);
        replayed.outcomes.extend(ids.zip(outcomes));
        replayed.number = Some(number);
        Ok(replayed)
    }

    /// The entries of a request that fit into one replay, and whether those are all.
    async fn found(&self, request: &Request) -> Result<(Vec<Entry>, bool), ReplayError> {
        let limit = request.limit.clamp(1, MOST);
        let wanted = Wanted {
            dataset: Some(self.dataset.name().to_owned()),
            reason: request.reason.clone(),
            ids: request.ids.clone(),
            replayed: false,
            page: Page {
                oldest_first: true,
                after: request.after.clone(),
                limit,
            },
        };
        let mut found = self.quarantine.entries(&wanted).await?;
        let is_there = |id: &&EntryId| found.iter().any(|entry| entry.id == id.to_string());
        if let (None, Some(id)) = (&request.after, request.ids.iter().find(|id| !is_there(id))) {
            return Err(ReplayError::NoEntry(id.to_string()));
        }
        let mut bytes = 0;
        let fits = |entry: &&Entry| {
            let first = bytes == 0;
            bytes += entry.bytes.max(1);
            first || bytes <= MOST_BYTES
        };
        let fitting = found.iter().take_while(fits).count();
        let is_all = fitting == found.len() && (!request.ids.is_empty() || fitting < limit);
        found.truncate(fitting);
        Ok((found, is_all))
    }

    /// What of an entry would be stored, if today's gate accepts it.
    fn record(
        &self,
        entry: &Entry,
        mended: &BTreeMap<String, Record>,
    ) -> Result<Record, Vec<Violation>> {
        let record = match mended.get(&entry.id) {
            Some(mended) => self.completed(mended.clone(), entry),
            None => {
                let schema = self.admitted.check(entry.schema.as_deref());
                schema.map_err(|violation| vec![violation])?;
                entry.record().map_err(|violation| vec![violation])?
            }
        };
        self.gate.check(&record)?;
        Ok(record)
    }

    /// A record that somebody has mended, with what the platform assigns: it is still the same event.
    fn completed(&self, mut record: Record, entry: &Entry) -> Record {
        let source = entry.source.as_deref().unwrap_or_default();
        let id = event_uuid(source, &entry.event_id).to_string();
        let assigned = [
            (Assigned::EventId, id),
            (Assigned::ReceivedAt, timestamp(entry.received_at)),
        ];
        for (what, value) in assigned {
            if let Some(property) = self.dataset.contract().schema().assigned(what) {
                record.insert(property.name().to_owned(), Value::String(value));
            }
        }
        record
    }

    /// Appends rows that are written down, but for those whose event the dataset has by now.
    async fn store(&self, number: u64, rows: Vec<Row>) -> Result<Vec<Outcome>, ReplayError> {
        let mut memory = self.memory.lock().await;
        let (outcomes, keys) = self.outcomes(memory.as_ref(), &rows).await?;
        let new = rows.into_iter().zip(&outcomes);
        let new = new.filter(|(_, outcome)| **outcome == Outcome::Stored);
        let (envelopes, records): (Vec<Envelope>, Vec<Record>) =
            new.map(|(row, _)| (row.envelope, row.record)).unzip();
        let gated = self.gate.batch(records.clone());
        if !gated.rejected.is_empty() {
            let back = gated.rejected.iter().map(|(place, reasons)| {
                let (envelope, record) = (&envelopes[*place], &records[*place]);
                envelope.given_back(self.dataset.name(), number, *place, record, reasons)
            });
            let mark = format!("returned/{}", self.dataset.name());
            let mark = BTreeMap::from([(mark, number)]);
            self.quarantine.add(back.collect(), &mark).await?;
        }
        let mut writing = self.dataset.writing(WriteMode::Append);
        writing.rows(&gated.accepted).await?;
        let mark = BTreeMap::from([(STORED.to_owned(), number)]);
        writing.commit(&mark).await?;
        if let Some(memory) = memory.as_mut() {
            memory.add(&keys);
        }
        self.changes.tell();
        Ok(outcomes)
    }

    /// What becomes of each row, and what names the events of those that are stored.
    async fn outcomes(
        &self,
        memory: Option<&Memory>,
        rows: &[Row],
    ) -> Result<(Vec<Outcome>, Vec<Key>), ReplayError> {
        let Some(memory) = memory else {
            return Ok((vec![Outcome::Stored; rows.len()], Vec::new()));
        };
        let keys: Vec<Option<Key>> = rows.iter().map(|row| memory.key(&row.record)).collect();
        let told: Vec<Key> = keys.iter().flatten().cloned().collect();
        let mut there = memory.stored(&told).await?.into_iter();
        let mut stored = Vec::new();
        let mut named = HashSet::new();
        let outcomes = keys.into_iter().map(|key| {
            let Some(key) = key else {
                return Outcome::Stored;
            };
            let is_there = there.next() == Some(true) || !named.insert(key.number());
            match is_there {
                true => Outcome::There,
                false => {
                    stored.push(key);
                    Outcome::Stored
                }
            }
        });
        let outcomes = outcomes.collect();
        Ok((outcomes, stored))
    }

    /// The mark of quarantine: the newest replay that is written down.
    fn mark(&self) -> String {
        format!("replay/{}", self.dataset.name())
    }
}

#[cfg(test)]
mod tests;
