use std::str::FromStr;

use chrono::Utc;
use mesh_contracts::{Contract, Side, published};
use mesh_events::{Event, Position, Received};
use mesh_storage::{Engine, Limits};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use uuid::Uuid;

use crate::quarantine::Broken;

/// Diagnoses from 0 to `most`.
fn contract(most: u32) -> Contract {
    let yaml = format!(
        "{{apiVersion: v3.2.0, kind: DataContract, id: 'urn:test:levels', name: levels, version: 1.0.0, status: draft, domain: d, \
         schema: [{{name: levels, properties: [{{name: level, logicalType: integer, logicalTypeOptions: {{maximum: {most}}}}}, \
         {{name: event_id, logicalType: string, required: true, customProperties: [{{property: assigned, value: event_id}}]}}, \
         {{name: received_at, logicalType: timestamp, required: true, customProperties: [{{property: assigned, value: received_at}}]}}]}}]}}"
    );
    Contract::parse("c.yaml", &yaml).unwrap()
}

/// What a process has, whose contract allows levels up to `most`.
async fn process(folder: &TempDir, most: u32) -> Replay {
    let contract = contract(most);
    let location = folder.path().join("levels");
    let dataset = Dataset::open(&location, "levels", contract.clone()).await;
    let dataset = Arc::new(dataset.unwrap());
    let engine = Arc::new(Engine::new(Limits::default()).unwrap());
    engine.add(dataset.clone());
    let quarantine = Quarantine::open(folder.path(), engine.clone()).await;
    Replay {
        quarantine: quarantine.unwrap(),
        gate: Gate::compile(&contract, Side::Stored),
        admitted: Admitted::of(&contract, published::all().iter()),
        memory: Arc::new(Mutex::new(Memory::of(&dataset, &engine))),
        changes: Changes::new(),
        turn: Mutex::default(),
        dataset,
    }
}

/// Puts levels 1 to `count` into quarantine.
async fn with_levels(folder: &TempDir, count: u64) {
    let replay = process(folder, 0).await;
    let reasons = [Violation::record("maximum", "less")];
    let events: Vec<Received> = (1..=count)
        .map(|level| {
            let id = Uuid::from_u128(level.into()).to_string();
            let at = timestamp(Utc::now());
            let record = json!({ "level": level, "event_id": id, "received_at": at });
            Received {
                position: Position {
                    partition: 1,
                    offset: level,
                },
                event: Ok(Event {
                    id,
                    source: "urn:test".to_owned(),
                    kind: "level".to_owned(),
                    subject: None,
                    time: Utc::now(),
                    schema: Some("urn:test:levels:1.0.0".to_owned()),
                    correlation: None,
                    data: record.to_string().into(),
                }),
            }
        })
        .collect();
    let broken = events
        .iter()
        .map(|event| Broken::event("topic", "levels", event, &reasons));
    let mark = BTreeMap::from([("topic/1".to_owned(), count + 1)]);
    replay.quarantine.keep(broken, &mark).await.unwrap();
}

fn all() -> Request {
    Request {
        limit: MOST,
        ..Request::default()
    }
}

async fn waiting(replay: &Replay) -> usize {
    let waiting = replay.quarantine.entries(&Wanted::default()).await;
    waiting.unwrap().len()
}

/// Writes down what a replay would store, and ends there.
async fn written_down(replay: &Replay) -> u64 {
    let found = replay.quarantine.entries(&Wanted::default()).await.unwrap();
    let entries = replay.quarantine.with_data(&found).await.unwrap();
    let number = replay.quarantine.progress(&replay.mark()).await.unwrap() + 1;
    let rows = entries
        .iter()
        .map(|entry| row(entry, &entry.record().unwrap(), number));
    let mark = BTreeMap::from([(replay.mark(), number)]);
    let added = replay.quarantine.add(rows.collect(), &mark).await;
    added.unwrap();
    number
}

#[tokio::test]
async fn what_was_written_down_before_a_crash_is_stored_by_the_next_process_once() {
    let folder = tempfile::tempdir().unwrap();
    with_levels(&folder, 5).await;
    written_down(&process(&folder, 9).await).await;
    for _ in 0..2 {
        let next = process(&folder, 9).await;
        next.finish().await.unwrap();
        assert_eq!(next.dataset.info().rows, 5);
        assert_eq!(waiting(&next).await, 0);
    }
}

#[tokio::test]
async fn a_replay_begins_with_what_the_last_one_left() {
    let folder = tempfile::tempdir().unwrap();
    with_levels(&folder, 5).await;
    let replay = process(&folder, 9).await;
    assert_eq!(written_down(&replay).await, 1);
    let replayed = replay.run(&all()).await.unwrap();
    assert_eq!((replayed.number, replayed.outcomes.len()), (None, 0));
    assert_eq!(replay.dataset.info().rows, 5);
}

#[tokio::test]
async fn what_the_contract_refuses_since_it_was_written_down_waits_again() {
    let folder = tempfile::tempdir().unwrap();
    with_levels(&folder, 5).await;
    written_down(&process(&folder, 9).await).await;
    let stricter = process(&folder, 3).await;
    stricter.finish().await.unwrap();
    assert_eq!(stricter.dataset.info().rows, 3);
    assert_eq!(waiting(&stricter).await, 2);

    let lenient = process(&folder, 9).await;
    let replayed = lenient.run(&all()).await.unwrap();
    assert_eq!((replayed.number, replayed.outcomes.len()), (Some(2), 2));
    assert_eq!(lenient.dataset.info().rows, 5);
    assert_eq!(waiting(&lenient).await, 0);
}

#[tokio::test]
async fn two_processes_that_replay_the_same_store_it_once() {
    let folder = tempfile::tempdir().unwrap();
    with_levels(&folder, 20).await;
    let (one, two) = (process(&folder, 99).await, process(&folder, 99).await);
    let request = all();
    // One of them may be told that it was overtaken.
    let (_, _) = tokio::join!(one.run(&request), two.run(&request));
    let after = process(&folder, 99).await;
    after.run(&request).await.unwrap();
    assert_eq!(after.dataset.info().rows, 20);
    assert_eq!(waiting(&after).await, 0);
}

#[tokio::test]
async fn a_replay_takes_a_part_at_a_time_the_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    with_levels(&folder, 5).await;
    let replay = process(&folder, 9).await;
    let mut request = Request { limit: 2, ..all() };
    let mut numbers = Vec::new();
    loop {
        let replayed = replay.run(&request).await.unwrap();
        numbers.extend(replayed.number);
        let Some(last) = replayed.more_after else {
            break;
        };
        let last = EntryId::from_str(&last).unwrap();
        let last = replay.quarantine.entry(&last).await.unwrap().unwrap();
        assert_eq!(last.offset, 2 * numbers.len() as u64);
        request.after = Some(last.place());
    }
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(replay.dataset.info().rows, 5);
}
