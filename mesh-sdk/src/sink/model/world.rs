//! Two sinks, a log of one partition, and the two tables.

use std::collections::BTreeMap;

use mesh_events::Position;

use super::table::{Commit, Outcome, Source, Table};
use crate::sink::ledger::{Ledger, Mark, Told};

/// Events of the partition.
pub(super) const EVENTS: u64 = 3;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) dataset: Table,
    pub(super) quarantine: Table,
    sinks: [Option<Sink>; 2],
    /// The replay that runs, if one does: its number, and what it puts in.
    replay: Option<(u64, Vec<u64>)>,
    /// To which sink the group has given the partition. The other may not have heard of it.
    owner: usize,
    /// Commits of the dataset and of quarantine whose writers are gone.
    flying: Vec<(Which, Commit)>,
    gate: Gate,
    failures: u8,
    rebalances: u8,
    upgrades: u8,
    pub(super) overtaken: bool,
    pub(super) landed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Which {
    Dataset,
    Quarantine,
}

/// Which events break the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Gate {
    Old,
    New,
}

impl Gate {
    fn refuses(self, event: u64) -> bool {
        match self {
            Gate::Old => event == 1,
            Gate::New => event == 2,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Sink {
    ledger: Ledger,
    /// What the tables said of the marks when it asked, or committed, last.
    stored: u64,
    quarantined: u64,
    /// What its consumer gives next.
    next: u64,
    batch: Vec<u64>,
    /// Whether quarantine has what of the batch it has to have.
    kept: bool,
}

/// How a commit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum How {
    Well,
    /// It is made, and its writer hears of an error.
    Unheard,
    /// It is not made, and its writer hears of an error.
    Failed,
    /// Its writer dies; it is made later, if it still can be.
    Later,
}

const HOW: [How; 4] = [How::Well, How::Unheard, How::Failed, How::Later];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action {
    /// A sink is assigned the partition, and asks the tables.
    Join(usize),
    /// It reads so many events.
    Read(usize, u64),
    /// It commits to quarantine what goes there.
    Keep(usize, How),
    Store(usize, How),
    Die(usize),
    /// The group gives the partition to the other sink.
    Rebalance,
    /// A commit whose writer is gone is made.
    Land(usize),
    /// All is started anew, with another version of the contract.
    Upgrade,
    /// What waits in quarantine and keeps the contract by now is written down to be put in again.
    Plan(How),
    /// What is written down is stored.
    PutIn(How),
}

impl World {
    pub(super) fn new(failures: u8, rebalances: u8, upgrades: u8) -> World {
        World {
            dataset: Table::default(),
            quarantine: Table::default(),
            sinks: [None, None],
            replay: None,
            owner: 0,
            flying: Vec::new(),
            gate: Gate::Old,
            failures,
            rebalances,
            upgrades,
            overtaken: false,
            landed: false,
        }
    }

    /// In how many places an event is that came from the log.
    pub(super) fn places(&self, event: u64) -> usize {
        self.dataset.read(event) + self.quarantine.read(event)
    }

    /// Events that are written down to be put in again.
    pub(super) fn planned(&self) -> impl Iterator<Item = u64> {
        self.quarantine.by_replay()
    }

    pub(super) fn is_done(&self) -> bool {
        self.dataset.mark() == EVENTS && self.dataset.replayed() == self.quarantine.replayed()
    }

    pub(super) fn actions(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        let how = |action: fn(How) -> Action| {
            let possible = HOW.into_iter();
            possible
                .filter(|how| *how == How::Well || self.failures > 0)
                .map(action)
                .collect::<Vec<_>>()
        };
        for (which, sink) in self.sinks.iter().enumerate() {
            let Some(sink) = sink else {
                if self.owner == which {
                    actions.push(Action::Join(which));
                }
                continue;
            };
            if self.failures > 0 {
                actions.push(Action::Die(which));
            }
            let possible = match (sink.batch.is_empty(), sink.kept, which) {
                (true, ..) => {
                    let most = EVENTS - sink.next;
                    actions.extend((1..=most).map(|count| Action::Read(which, count)));
                    Vec::new()
                }
                (false, false, 0) => how(|how| Action::Keep(0, how)),
                (false, false, _) => how(|how| Action::Keep(1, how)),
                (false, true, 0) => how(|how| Action::Store(0, how)),
                (false, true, _) => how(|how| Action::Store(1, how)),
            };
            actions.extend(possible);
        }
        if self.rebalances > 0 {
            actions.push(Action::Rebalance);
        }
        actions.extend((0..self.flying.len()).map(Action::Land));
        let at_rest = self.sinks.iter().all(Option::is_none) && self.flying.is_empty();
        if at_rest && self.upgrades > 0 {
            actions.push(Action::Upgrade);
        }
        if self.quarantine.replayed() > self.dataset.replayed() || self.replay.is_some() {
            actions.extend(how(Action::PutIn));
        } else if !self.to_plan().is_empty() {
            actions.extend(how(Action::Plan));
        }
        actions
    }

    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::Join(which) => {
                let mut sink = Sink {
                    ledger: Ledger::default(),
                    stored: 0,
                    quarantined: 0,
                    next: 0,
                    batch: Vec::new(),
                    kept: false,
                };
                self.look(&mut sink);
                sink.next = sink.stored;
                self.sinks[which] = Some(sink);
            }
            Action::Read(which, count) => {
                if let Some(sink) = &mut self.sinks[which] {
                    sink.batch = (sink.next..sink.next + count).collect();
                    sink.next += count;
                    sink.kept = false;
                }
            }
            Action::Keep(which, how) => self.keep(which, how),
            Action::Store(which, how) => self.store(which, how),
            Action::Die(which) => {
                self.failures -= 1;
                self.sinks[which] = None;
            }
            Action::Rebalance => {
                self.rebalances -= 1;
                self.owner = 1 - self.owner;
            }
            Action::Land(place) => {
                let (which, commit) = self.flying.remove(place);
                self.landed |= self.table(which).land(&commit);
            }
            Action::Upgrade => {
                self.upgrades -= 1;
                self.gate = Gate::New;
                self.replay = None;
            }
            Action::Plan(how) => self.plan(how),
            Action::PutIn(how) => self.put_in(how),
        }
    }

    fn table(&mut self, which: Which) -> &mut Table {
        match which {
            Which::Dataset => &mut self.dataset,
            Which::Quarantine => &mut self.quarantine,
        }
    }

    /// Asks the tables, as `Sink::look` does.
    fn look(&self, sink: &mut Sink) {
        sink.stored = self.dataset.mark();
        sink.quarantined = self.quarantine.mark();
        let held = (sink.stored..EVENTS).filter(|event| self.quarantine.read(*event) > 0);
        let mark = Mark {
            stored: sink.stored,
            quarantined: sink.quarantined,
            held: match sink.quarantined > sink.stored {
                true => held.collect(),
                false => Default::default(),
            },
        };
        sink.ledger.take(0, mark);
    }

    /// The events of a batch that are due, and what comes next; by [`Ledger`].
    fn due(&self, sink: &Sink, refused: bool) -> (Vec<u64>, BTreeMap<u32, u64>) {
        let at = |offset: u64| Position {
            partition: 0,
            offset,
        };
        let due = sink.batch.iter().copied();
        let due = due
            .filter(|event| sink.ledger.is_due(at(*event)) && self.gate.refuses(*event) == refused);
        (
            due.collect(),
            sink.ledger.after(sink.batch.iter().map(|event| at(*event))),
        )
    }

    fn keep(&mut self, which: usize, how: How) {
        let Some(mut sink) = self.sinks[which].take() else {
            return;
        };
        let (broken, next) = self.due(&sink, true);
        if broken.is_empty() {
            sink.kept = true;
            self.sinks[which] = (how == How::Well).then_some(sink);
            self.failures -= u8::from(how != How::Well);
            return;
        }
        let commit = match sink.ledger.told(&next)[&0] {
            Told::UpTo(to) => Commit {
                source: Source::Partition,
                from: sink.quarantined,
                to,
                rows: broken,
            },
            Told::Again(to) => Commit {
                source: Source::Again,
                from: self.quarantine.marked(Source::Again),
                to,
                rows: broken,
            },
        };
        match self.commit(Which::Quarantine, &commit, how) {
            None => return,
            Some(Outcome::Overtaken) => self.look(&mut sink),
            Some(_) => {
                sink.ledger.quarantined(&next);
                if commit.source == Source::Partition {
                    sink.quarantined = sink.quarantined.max(commit.to);
                }
                sink.kept = true;
            }
        }
        self.sinks[which] = Some(sink);
    }

    fn store(&mut self, which: usize, how: How) {
        let Some(mut sink) = self.sinks[which].take() else {
            return;
        };
        let (rows, next) = self.due(&sink, false);
        let Some(to) = next.get(&0).copied() else {
            // All of it was done by another.
            sink.batch.clear();
            self.failures -= u8::from(how != How::Well);
            self.sinks[which] = (how == How::Well).then_some(sink);
            return;
        };
        let commit = Commit {
            source: Source::Partition,
            from: sink.stored,
            to,
            rows,
        };
        match self.commit(Which::Dataset, &commit, how) {
            None => return,
            Some(Outcome::Overtaken) => {
                self.look(&mut sink);
                sink.kept = false;
            }
            Some(_) => {
                sink.ledger.stored(&next);
                sink.stored = to;
                sink.batch.clear();
            }
        }
        self.sinks[which] = Some(sink);
    }

    /// What its writer hears of a commit, if it lives on.
    fn commit(&mut self, which: Which, commit: &Commit, how: How) -> Option<Outcome> {
        self.failures -= u8::from(how != How::Well);
        match how {
            How::Well => {
                let outcome = self.table(which).commit(commit);
                self.overtaken |= outcome == Outcome::Overtaken;
                Some(outcome)
            }
            How::Unheard => {
                self.table(which).commit(commit);
                None
            }
            How::Failed => None,
            How::Later => {
                self.flying.push((which, commit.clone()));
                self.flying.sort_unstable();
                None
            }
        }
    }

    /// What a replay would put in now.
    fn to_plan(&self) -> Vec<u64> {
        let waits = |event: &u64| {
            self.quarantine.read(*event) > 0 && !self.quarantine.by_replay().any(|by| by == *event)
        };
        let keeps = |event: &u64| !self.gate.refuses(*event);
        (0..EVENTS).filter(waits).filter(keeps).collect()
    }

    fn plan(&mut self, how: How) {
        let number = self.quarantine.replayed() + 1;
        let rows = self.to_plan();
        let commit = Commit {
            source: Source::Replay,
            from: number - 1,
            to: number,
            rows: rows.clone(),
        };
        let outcome = self.commit(Which::Quarantine, &commit, how);
        self.replay = outcome
            .filter(|outcome| *outcome == Outcome::Committed)
            .map(|_| (number, rows));
    }

    /// By the replay that wrote it down, or by the next, which reads what was written.
    fn put_in(&mut self, how: How) {
        let number = self.quarantine.replayed();
        let stored = self.dataset.replayed();
        let rows = match self.replay.take() {
            Some((_, rows)) => rows,
            None => {
                let stored = |event: &u64| self.dataset.times(*event) == 0;
                self.quarantine.by_replay().filter(stored).collect()
            }
        };
        let commit = Commit {
            source: Source::Replay,
            from: stored,
            to: number,
            rows,
        };
        self.commit(Which::Dataset, &commit, how);
    }
}
