//! What every event log must do. Each home runs all of it.

mod appending;
mod reading;
mod sharing;
mod topics;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use mesh_events::EventLog;
use tokio::time::timeout;

/// A group of Kafka takes some seconds to agree on who comes and goes.
const PATIENCE: Duration = Duration::from_secs(180);

type Log = Arc<dyn EventLog>;

type Check = fn(Log) -> BoxFuture<'static, ()>;

fn checks() -> Vec<(&'static str, Check)> {
    vec![
        ("events come back as they went", |log| {
            appending::come_back_as_they_went(log).boxed()
        }),
        ("a subject keeps its order", |log| {
            appending::a_subject_keeps_its_order(log).boxed()
        }),
        ("a subject's partition is known", |log| {
            appending::partition_is_known(log).boxed()
        }),
        (
            "concurrent appends get distinct contiguous offsets",
            |log| appending::concurrent_appends(log).boxed(),
        ),
        ("large events pass, too large ones do not", |log| {
            appending::large_events(log).boxed()
        }),
        ("an invalid event stops the append", |log| {
            appending::invalid_events(log).boxed()
        }),
        ("appending nothing is fine", |log| {
            appending::empty_append(log).boxed()
        }),
        ("a reader starts where it is told", |log| {
            reading::starts_where_told(log).boxed()
        }),
        ("a reader refuses offsets that do not exist", |log| {
            reading::refuses_wrong_offsets(log).boxed()
        }),
        ("readers do not disturb each other", |log| {
            reading::readers_are_independent(log).boxed()
        }),
        ("a waiting reader wakes up", |log| {
            reading::a_waiting_reader_wakes_up(log).boxed()
        }),
        ("an idle reader waits as long as it is told", |log| {
            reading::an_idle_reader_waits(log).boxed()
        }),
        ("a read returns no more than asked for", |log| {
            reading::max_events_is_kept(log).boxed()
        }),
        ("a dropped read loses nothing", |log| {
            reading::a_dropped_read_loses_nothing(log).boxed()
        }),
        ("a consumer starts where it is told", |log| {
            sharing::starts_where_told(log).boxed()
        }),
        ("a partition moves once it is released", |log| {
            sharing::a_partition_moves_once_it_is_released(log).boxed()
        }),
        ("who is gone is inherited from", |log| {
            sharing::who_is_gone_is_inherited_from(log).boxed()
        }),
        ("groups are independent", |log| {
            sharing::groups_are_independent(log).boxed()
        }),
        ("how far a group has come is remembered", |log| {
            sharing::commits_are_remembered(log).boxed()
        }),
        ("every event comes once while members come and go", |log| {
            sharing::every_event_comes_once(log).boxed()
        }),
        ("many partitions", |log| {
            topics::many_partitions(log).boxed()
        }),
        ("a topic is created once", |log| {
            topics::a_topic_is_created_once(log).boxed()
        }),
        ("bad topics are refused", |log| {
            topics::bad_topics(log).boxed()
        }),
        ("an unknown topic is told", |log| {
            topics::unknown_topic(log).boxed()
        }),
    ]
}

/// Runs every check, and fails naming each that failed.
pub async fn holds(log: Log) {
    let mut failed = Vec::new();
    for (name, check) in checks() {
        let begun = Instant::now();
        let outcome = tokio::spawn(timeout(PATIENCE, check(log.clone()))).await;
        let passed = matches!(outcome, Ok(Ok(())));
        let word = if passed { "ok    " } else { "FAILED" };
        println!("{word} {name} ({:?})", begun.elapsed());
        if !passed {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "failed: {failed:?}");
}
