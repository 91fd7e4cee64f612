//! The real sink over a real log and real tables, through crashes, rebalances, zombies, repetitions and broken rows.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use mesh_events::Event;
use proptest::prelude::*;
use tokio_util::sync::CancellationToken;

use super::bench::{Bench, TOPIC, event, good};

/// What happens to the sinks and the log.
#[derive(Clone, Debug)]
enum Step {
    /// Events of these numbers come; the same number is the same event.
    Come(Vec<(u32, Kind)>),
    /// Two sinks run at the same time, and each dies after so many steps of its own.
    Run {
        first: u32,
        second: u32,
        /// Whether each believes that all partitions are its own.
        zombies: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Good,
    /// Its record breaks the contract.
    Broken,
    /// It names a contract that nobody knows.
    Unknown,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![5 => Just(Kind::Good), 2 => Just(Kind::Broken), 1 => Just(Kind::Unknown)]
}

fn step() -> impl Strategy<Value = Step> {
    // So few numbers that many events come again.
    let come = prop::collection::vec((0..60_u32, kind()), 1..12);
    let run = (1..100_u32, 1..100_u32, any::<bool>());
    prop_oneof![
        come.prop_map(Step::Come),
        run.prop_map(|(first, second, zombies)| Step::Run {
            first,
            second,
            zombies
        }),
    ]
}

fn made(id: u32, kind: Kind) -> Event {
    match kind {
        Kind::Good => good(id),
        Kind::Broken => event(id, "{}".to_owned()),
        Kind::Unknown => Event {
            schema: Some("urn:nobody:knows:1.0.0".to_owned()),
            ..good(id)
        },
    }
}

/// Polls `future` so many times, and drops it where it stands then.
async fn die_after(polls: u32, future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Pending if left > 0 => Poll::Pending,
            _ => Poll::Ready(()),
        }
    })
    .await;
}

async fn run(bench: &Bench, first: u32, second: u32, zombies: bool) {
    let (mut one, mut two) = (bench.sink().await, bench.sink().await);
    if zombies {
        one.product = "one".to_owned();
        two.product = "two".to_owned();
    }
    for sink in [&mut one, &mut two] {
        sink.healthy = Box::new(|_| {});
    }
    // They have read everything soon, and would wait for more.
    let stop = CancellationToken::new();
    stop.cancel();
    tokio::join!(
        die_after(first, one.run(stop.clone())),
        die_after(second, two.run(stop)),
    );
}

/// What of the log has to be where: by the order in its partitions, as if nothing had ever gone wrong.
async fn expected(bench: &Bench) -> (Vec<String>, Vec<String>) {
    let mut reader = bench.log.reader(TOPIC, &[]).await.unwrap();
    let mut events = Vec::new();
    loop {
        let more = reader.next(1000, std::time::Duration::ZERO).await.unwrap();
        if more.is_empty() {
            break;
        }
        events.extend(more);
    }
    events.sort_by_key(|received| received.position);
    let (mut stored, mut quarantined) = (BTreeSet::new(), Vec::new());
    for received in events {
        let event = received.event.unwrap();
        let known = event
            .schema
            .as_deref()
            .is_some_and(|schema| !schema.contains("nobody"));
        match (known, event.data.len() > 2) {
            (true, true) => drop(stored.insert(event.id)),
            _ => quarantined.push(event.id),
        }
    }
    quarantined.sort_unstable();
    (stored.into_iter().collect(), quarantined)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_in_one_place_once_whatever_happens(steps in prop::collection::vec(step(), 4..14)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new().await;
            for step in steps {
                match step {
                    Step::Come(events) => bench.append(events.into_iter().map(|(id, kind)| made(id, kind))).await,
                    Step::Run { first, second, zombies } => run(&bench, first, second, zombies).await,
                }
            }
            bench.catch_up().await;
            let (stored, quarantined) = expected(&bench).await;
            assert_eq!(bench.stored_ids().await, stored);
            assert_eq!(bench.quarantined_ids().await, quarantined);
        });
    }
}
