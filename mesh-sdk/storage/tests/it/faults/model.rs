//! Whatever two processes do to a dataset, and wherever its store errs: the table has the rows that were committed, each
//! once, and with them how far their sources have been read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mesh_storage::{Dataset, Location, Policy, StorageError};
use proptest::prelude::*;
use tokio::runtime::Runtime;

use super::super::{all, batch, beat, engine_over, read_up_to};
use super::open;
use super::store::{Fault, FaultyStore};

/// What replaces all rows counts as a source of its own.
const REFRESH: &str = "refresh";

#[derive(Clone, Debug)]
enum Step {
    /// A process commits as many rows as it has read of a source, from where it believes to be.
    Append(usize, usize, u64, Option<Fault>),
    /// A process makes the rows anew.
    Replace(usize, u64, Option<Fault>),
    /// A process looks where it is.
    Ask(usize, usize),
    /// Files put together, checkpoint, log and files cleaned up.
    Maintain(usize, Policy, Option<Fault>),
    /// A process ends, and begins again.
    Reopen(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let process = || 0..2_usize;
    let source = || 0..2_usize;
    let fault = || {
        prop_oneof![
            3 => Just(None),
            2 => prop::sample::select(Fault::ALL.to_vec()).prop_map(Some),
        ]
    };
    let policy =
        (2..4_usize, 1..4_u64, prop::bool::ANY).prop_map(|(files, commits, cleans)| Policy {
            files,
            commits,
            history: if cleans {
                Duration::ZERO
            } else {
                Duration::from_hours(2)
            },
        });
    prop_oneof![
        8 => (process(), source(), 0..3_u64, fault())
            .prop_map(|(process, source, rows, fault)| Step::Append(process, source, rows, fault)),
        1 => (process(), 0..3_u64, fault())
            .prop_map(|(process, rows, fault)| Step::Replace(process, rows, fault)),
        1 => (process(), source()).prop_map(|(process, source)| Step::Ask(process, source)),
        3 => (process(), policy, fault())
            .prop_map(|(process, policy, fault)| Step::Maintain(process, policy, fault)),
        1 => process().prop_map(Step::Reopen),
    ]
}

/// One of the processes, and where it believes to be in each source.
struct Process {
    dataset: Dataset,
    reached: BTreeMap<String, u64>,
}

/// What the table must have.
#[derive(Debug, Default)]
struct Model {
    rows: Vec<String>,
    reached: BTreeMap<String, u64>,
}

struct World {
    store: FaultyStore,
    location: Location,
    processes: Vec<Process>,
    model: Model,
}

impl Process {
    async fn begin(location: &Location) -> Process {
        Process {
            dataset: open(location).await.unwrap(),
            reached: BTreeMap::new(),
        }
    }

    async fn ask(&mut self, source: &str) -> u64 {
        let reached = self.dataset.progress(source).await.unwrap();
        self.reached.insert(source.to_owned(), reached);
        reached
    }
}

impl World {
    async fn begin() -> World {
        let (store, location) = FaultyStore::new();
        let processes = vec![
            Process::begin(&location).await,
            Process::begin(&location).await,
        ];
        World {
            store,
            location,
            processes,
            model: Model::default(),
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Append(process, source, rows, fault) => {
                let source = format!("topic/{source}");
                self.commit(process, &source, rows, fault).await;
            }
            Step::Replace(process, rows, fault) => {
                self.commit(process, REFRESH, rows, fault).await;
            }
            Step::Ask(process, source) => {
                let source = format!("topic/{source}");
                let reached = self.processes[process].ask(&source).await;
                assert_eq!(reached, self.model.reached(&source));
            }
            Step::Maintain(process, policy, fault) => {
                let dataset = &self.processes[process].dataset;
                self.store.next(fault);
                let done = self.store.answered(dataset.maintain(&policy)).await;
                self.store.next(None);
                if fault.is_none() {
                    done.unwrap().unwrap();
                }
            }
            Step::Reopen(process) => {
                self.processes[process] = Process::begin(&self.location).await;
            }
        }
        self.check().await;
    }

    /// Commits once, and when that fails, again without a fault.
    async fn commit(&mut self, process: usize, source: &str, rows: u64, fault: Option<Fault>) {
        let known = self.processes[process].reached.get(source).copied();
        let from = match known {
            Some(from) => from,
            None => self.processes[process].ask(source).await,
        };
        // A refresh is a step further whatever it gives.
        let next = from + if source == REFRESH { 1 } else { rows };
        let names: Vec<_> = (0..rows)
            .map(|row| format!("{source}/{}", from + row))
            .collect();
        let was_overtaken = from != self.model.reached(source);
        self.store.next(fault);
        let first = self.attempt(process, source, &names, next).await;
        self.store.next(None);
        let done = match first {
            Some(Ok(())) => Ok(()),
            Some(Err(StorageError::Overtaken { .. })) => Err(()),
            // Without a fault, a log that was cleaned up at once may be in the way.
            Some(Err(_)) | None => self.again(process, source, &names, next).await,
        };
        let reached = self.processes[process].ask(source).await;
        let is_there = self.model.reached(source) >= next;
        match done {
            Ok(()) if is_there => {}
            Ok(()) => {
                assert!(!was_overtaken, "{source} {from} {:?}", self.model);
                self.model.commit(source, names, next);
            }
            Err(()) if was_overtaken => {}
            // The store made it a conflict with itself.
            Err(()) => {
                assert_eq!(fault, Some(Fault::CommitTwice));
                self.model.commit(source, names, next);
            }
        }
        assert_eq!(reached, self.model.reached(source));
    }

    /// Once more without a fault; twice if another process has cleaned up the log meanwhile, which is found out by failing.
    async fn again(
        &self,
        process: usize,
        source: &str,
        names: &[String],
        next: u64,
    ) -> Result<(), ()> {
        let second = self.attempt(process, source, names, next).await;
        let last = match second {
            Some(Err(StorageError::Table { .. })) => {
                self.attempt(process, source, names, next).await
            }
            other => other,
        };
        match last {
            Some(Ok(())) => Ok(()),
            Some(Err(StorageError::Overtaken { .. })) => Err(()),
            failed => panic!("{failed:?}"),
        }
    }

    async fn attempt(
        &self,
        process: usize,
        source: &str,
        names: &[String],
        next: u64,
    ) -> Option<Result<(), StorageError>> {
        let dataset = &self.processes[process].dataset;
        let rows: Vec<_> = names.iter().map(|name| beat(name, 61.0)).collect();
        let (rows, progress) = (batch(&rows), read_up_to(source, next));
        let committed = async {
            match source {
                REFRESH => dataset.replace(&[rows], &progress).await,
                _ => dataset.append(&rows, &progress).await,
            }
        };
        let committed = self.store.answered(committed).await?;
        Some(committed.map(drop))
    }

    /// A process that begins now has what the model has.
    async fn check(&self) {
        let dataset = Arc::new(open(&self.location).await.unwrap());
        let rows = all(&engine_over(&dataset), "SELECT who FROM beats").await;
        let mut expected = self.model.rows.clone();
        expected.sort();
        assert_eq!(rows, expected);
        assert_eq!(dataset.info().rows, expected.len() as u64);
        for (source, reached) in &self.model.reached {
            assert_eq!(
                dataset.progress(source).await.unwrap(),
                *reached,
                "{source}"
            );
        }
    }
}

impl Model {
    fn reached(&self, source: &str) -> u64 {
        self.reached.get(source).copied().unwrap_or(0)
    }

    fn commit(&mut self, source: &str, rows: Vec<String>, next: u64) {
        match source {
            REFRESH => self.rows = rows,
            _ => self.rows.extend(rows),
        }
        self.reached.insert(source.to_owned(), next);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_there_once_with_its_mark(steps in prop::collection::vec(step(), 1..16)) {
        Runtime::new().unwrap().block_on(async {
            let mut world = World::begin().await;
            for step in steps {
                world.take(step).await;
            }
        });
    }
}
