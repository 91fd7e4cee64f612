//! A group whose members come and go while events come in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mesh_events::{Delivery, EventLog, Position};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::support::{LONG, event_about, new_topic};

const TICK: Duration = Duration::from_millis(20);

/// In the order in which they were given: to whom, and where they are.
type Seen = Arc<Mutex<Vec<(usize, Position)>>>;

pub struct Crowd {
    log: Arc<dyn EventLog>,
    topic: String,
    partitions: usize,
    seen: Seen,
    joined: usize,
    members: Vec<Member>,
    appender: Running<u64>,
}

struct Member {
    name: usize,
    running: Running<()>,
}

struct Running<T> {
    stop: Arc<AtomicBool>,
    task: JoinHandle<T>,
}

impl<T> Running<T> {
    async fn stop(self) -> T {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}

impl Crowd {
    pub async fn at(log: Arc<dyn EventLog>, partitions: u32) -> Crowd {
        let topic = new_topic(&*log, partitions).await;
        let stop = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(append(log.clone(), topic.clone(), stop.clone()));
        Crowd {
            log,
            topic,
            partitions: partitions as usize,
            seen: Seen::default(),
            joined: 0,
            members: Vec::new(),
            appender: Running { stop, task },
        }
    }

    pub async fn join(&mut self) {
        self.joined += 1;
        let (log, topic, seen) = (self.log.clone(), self.topic.clone(), self.seen.clone());
        let stop = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(take_part(log, topic, self.joined, seen, stop.clone()));
        self.members.push(Member {
            name: self.joined,
            running: Running { stop, task },
        });
        self.get_on().await;
    }

    pub async fn leave(&mut self, place: usize) {
        self.members.remove(place).running.stop().await;
        self.get_on().await;
    }

    /// Waits until every member has been given something new, and something new has been given of every partition.
    async fn get_on(&self) {
        let before = self.seen.lock().unwrap().len();
        let names: BTreeSet<_> = self.members.iter().map(|member| member.name).collect();
        let waited = timeout(LONG, async {
            loop {
                let (given, read) = self.since(before);
                if given == names && read.len() == self.partitions {
                    return;
                }
                sleep(TICK).await;
            }
        });
        if waited.await.is_err() {
            let (given, read) = self.since(before);
            panic!("of members {names:?}, {given:?} were given events of partitions {read:?}");
        }
    }

    fn since(&self, before: usize) -> (BTreeSet<usize>, BTreeSet<u32>) {
        let seen = self.seen.lock().unwrap();
        let new = seen[before..].iter();
        new.map(|(name, position)| (*name, position.partition))
            .unzip()
    }

    /// Every event that was appended came once, those of a partition in their order.
    pub async fn check(self) {
        let appended = self.appender.stop().await;
        let complete = timeout(LONG, async {
            while (self.seen.lock().unwrap().len() as u64) < appended {
                sleep(TICK).await;
            }
        });
        let _ = complete.await;
        for member in self.members {
            member.running.stop().await;
        }
        let mut next = BTreeMap::new();
        let seen = self.seen.lock().unwrap();
        for (name, position) in seen.iter() {
            let next: &mut u64 = next.entry(position.partition).or_default();
            assert_eq!(position.offset, *next, "member {name} got {position:?}");
            *next += 1;
        }
        assert_eq!(seen.len() as u64, appended);
    }
}

/// Returns how many it appended.
async fn append(log: Arc<dyn EventLog>, topic: String, stop: Arc<AtomicBool>) -> u64 {
    let mut appended = 0;
    while !stop.load(Ordering::Relaxed) {
        let events = (0..10).map(|n| event_about(appended + n, appended + n));
        log.append(&topic, events.collect()).await.unwrap();
        appended += 10;
        sleep(TICK).await;
    }
    appended
}

async fn take_part(
    log: Arc<dyn EventLog>,
    topic: String,
    name: usize,
    seen: Seen,
    stop: Arc<AtomicBool>,
) {
    let mut consumer = log.consumer("crowd", &topic).await.unwrap();
    while !stop.load(Ordering::Relaxed) {
        match consumer.next(50, TICK).await.unwrap() {
            Delivery::Assigned(partitions) => {
                let from = consumer.committed(&partitions).await.unwrap();
                consumer.start(&from).await.unwrap();
            }
            Delivery::Revoked(_) => consumer.release().await.unwrap(),
            Delivery::Events(events) => {
                let mut next = BTreeMap::new();
                for received in events {
                    let position = received.position;
                    seen.lock().unwrap().push((name, position));
                    next.insert(position.partition, position.offset + 1);
                }
                consumer.commit(&next).await.unwrap();
            }
        }
    }
}
