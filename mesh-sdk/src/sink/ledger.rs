//! What a sink decides by itself, without a log or a table: which events are still to do, and what to say of them.
//!
//! Kept apart so that it can be tried in every order of events, crashes and rebalances (`model.rs`).

use std::collections::{BTreeMap, BTreeSet};

use mesh_events::Position;

/// How far the events of a partition have come, as the tables say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Mark {
    /// Every offset before it is done.
    pub(crate) stored: u64,
    /// How far quarantine was told of.
    pub(crate) quarantined: u64,
    /// Offsets that are not before `stored` and that quarantine has: its commit was made, and the dataset's was not.
    pub(crate) held: BTreeSet<u64>,
}

/// The partitions that a sink has, and how far each has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Ledger {
    marks: BTreeMap<u32, Mark>,
}

/// What quarantine is told of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Told {
    /// It is told of every event up to here.
    UpTo(u64),
    /// It was told of them before, when they were judged otherwise: these are some more.
    Again(u64),
}

impl Ledger {
    /// Takes what the tables say of a partition that is this sink's now, or still.
    pub(crate) fn take(&mut self, partition: u32, mark: Mark) {
        self.marks.insert(partition, mark);
    }

    pub(crate) fn leave(&mut self, partitions: &[u32]) {
        self.marks
            .retain(|partition, _| !partitions.contains(partition));
    }

    pub(crate) fn partitions(&self) -> Vec<u32> {
        self.marks.keys().copied().collect()
    }

    /// What the dataset wants next of a partition of this sink.
    pub(crate) fn next(&self, partition: u32) -> Option<u64> {
        self.marks.get(&partition).map(|mark| mark.stored)
    }

    /// Whether an event is to be put somewhere: it is in no table yet, and its partition is this sink's.
    pub(crate) fn is_due(&self, at: Position) -> bool {
        let mark = self.marks.get(&at.partition);
        mark.is_some_and(|mark| at.offset >= mark.stored && !mark.held.contains(&at.offset))
    }

    /// What comes next of each partition that events at `positions` move on.
    pub(crate) fn after(&self, positions: impl Iterator<Item = Position>) -> BTreeMap<u32, u64> {
        let mut next = BTreeMap::new();
        for Position { partition, offset } in positions {
            if self.next(partition).is_some_and(|stored| offset >= stored) {
                let reached: &mut u64 = next.entry(partition).or_default();
                *reached = (*reached).max(offset + 1);
            }
        }
        next
    }

    /// How far the partitions of events at `positions` have come.
    pub(crate) fn reached(&self, positions: impl Iterator<Item = Position>) -> BTreeMap<u32, u64> {
        let reached = |at: Position| Some((at.partition, self.next(at.partition)?));
        positions.filter_map(reached).collect()
    }

    /// What quarantine is told when some of the events before `next` go there.
    pub(crate) fn told(&self, next: &BTreeMap<u32, u64>) -> BTreeMap<u32, Told> {
        let told = |(partition, next): (&u32, &u64)| {
            let before = self.marks.get(partition).map_or(0, |mark| mark.quarantined);
            let told = match *next > before {
                true => Told::UpTo(*next),
                false => Told::Again(*next),
            };
            (*partition, told)
        };
        next.iter().map(told).collect()
    }

    /// The events before `next` that broke their contract are in quarantine.
    pub(crate) fn quarantined(&mut self, next: &BTreeMap<u32, u64>) {
        for (partition, next) in next {
            if let Some(mark) = self.marks.get_mut(partition) {
                mark.quarantined = mark.quarantined.max(*next);
            }
        }
    }

    /// Everything before `next` is in its table.
    pub(crate) fn stored(&mut self, next: &BTreeMap<u32, u64>) {
        for (partition, next) in next {
            if let Some(mark) = self.marks.get_mut(partition) {
                mark.stored = mark.stored.max(*next);
                mark.held = mark.held.split_off(&mark.stored);
            }
        }
    }
}
