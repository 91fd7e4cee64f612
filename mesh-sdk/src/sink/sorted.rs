//! What is to become of the events of a batch.

use std::collections::HashSet;

use mesh_contracts::{CheckedBatch, Gate, Record, Violation, json};
use mesh_events::Received;
use mesh_storage::StorageError;

use super::memory::{Key, Memory};
use crate::admitted::Admitted;

/// Events by where they go.
pub(super) struct Sorted<'a> {
    /// The rows of the dataset, and what names their events where that can be told.
    pub(super) rows: Vec<CheckedBatch>,
    pub(super) keys: Vec<Key>,
    /// What broke its contract, and how.
    pub(super) broken: Vec<(&'a Received, Vec<Violation>)>,
    /// How many the dataset has already.
    pub(super) repeated: usize,
}

/// A record on its way to the gate.
struct Candidate<'a> {
    received: &'a Received,
    record: Record,
    key: Option<Key>,
}

impl<'a> Sorted<'a> {
    /// Sorts `events` in their order: of those that name one event, the first that keeps the contract is a row.
    pub(super) async fn sort(
        events: Vec<&'a Received>,
        admitted: &Admitted,
        gate: &Gate,
        memory: Option<&mut Memory>,
    ) -> Result<Sorted<'a>, StorageError> {
        let mut sorted = Sorted {
            rows: Vec::new(),
            keys: Vec::new(),
            broken: Vec::new(),
            repeated: 0,
        };
        let mut candidates = Vec::with_capacity(events.len());
        for received in events {
            match record(received, admitted) {
                Ok(record) => candidates.push(Candidate {
                    key: memory.as_ref().and_then(|memory| memory.key(&record)),
                    received,
                    record,
                }),
                Err(violation) => sorted.broken.push((received, vec![violation])),
            }
        }
        if let Some(memory) = memory {
            candidates = sorted.without_known(candidates, memory).await?;
        }
        sorted.pass(candidates, gate);
        Ok(sorted)
    }

    async fn without_known(
        &mut self,
        candidates: Vec<Candidate<'a>>,
        memory: &mut Memory,
    ) -> Result<Vec<Candidate<'a>>, StorageError> {
        let keys: Vec<Key> = candidates
            .iter()
            .filter_map(|one| one.key.clone())
            .collect();
        let mut known = memory.known(&keys).await?.into_iter();
        let mut is_known = |one: &Candidate<'_>| one.key.is_some() && known.next() == Some(true);
        let before = candidates.len();
        let new: Vec<_> = candidates
            .into_iter()
            .filter(|one| !is_known(one))
            .collect();
        self.repeated += before - new.len();
        Ok(new)
    }

    /// Passes the candidates through the gate. One whose event was named before waits until it is clear what became of
    /// the other.
    fn pass(&mut self, mut candidates: Vec<Candidate<'a>>, gate: &Gate) {
        while !candidates.is_empty() {
            let mut named = HashSet::new();
            let is_first = |one: &Candidate<'_>| match &one.key {
                Some(key) => named.insert(key.number()),
                None => true,
            };
            let (first, again): (Vec<_>, Vec<_>) = candidates.into_iter().partition(is_first);
            let accepted = self.gate(first, gate);
            let before = again.len();
            candidates = again;
            let is_row = |key: &Key| accepted.contains(&key.number());
            candidates.retain(|one| !one.key.as_ref().is_some_and(is_row));
            self.repeated += before - candidates.len();
        }
    }

    /// Returns the ids of the events that became rows.
    fn gate(&mut self, candidates: Vec<Candidate<'a>>, gate: &Gate) -> HashSet<u128> {
        let mut from = Vec::with_capacity(candidates.len());
        let mut records = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            from.push((candidate.received, candidate.key));
            records.push(candidate.record);
        }
        let gated = gate.batch(records);
        for (place, violations) in gated.rejected {
            let (received, key) = &mut from[place];
            *key = None;
            self.broken.push((received, violations));
        }
        let keys = from.into_iter().filter_map(|(_, key)| key);
        let before = self.keys.len();
        self.keys.extend(keys);
        self.rows.push(gated.accepted);
        let accepted = self.keys[before..].iter();
        accepted.map(Key::number).collect()
    }
}

/// The record of an event whose contract is known.
fn record(received: &Received, admitted: &Admitted) -> Result<Record, Violation> {
    let event = match &received.event {
        Ok(event) => event,
        Err(unreadable) => {
            let expected = format!("an event, but {}", unreadable.reason);
            return Err(Violation::record("unreadable", expected));
        }
    };
    admitted.check(event.schema.as_deref())?;
    json::parse_record(&event.data).map_err(Violation::from)
}
