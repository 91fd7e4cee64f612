mod bench;
mod chaos;

use mesh_events::Event;

use super::*;
use bench::{Bench, TOPIC, event, good, numbers};

#[tokio::test]
async fn rows_that_break_their_contract_go_to_quarantine_and_the_others_on() {
    let bench = Bench::new().await;
    bench.append((1..4).map(good)).await;
    bench.append((4..6).map(|id| broken(id, "{}"))).await;
    bench.append([broken(6, "not json")]).await;
    bench.append((7..9).map(good)).await;
    bench.catch_up().await;
    assert_eq!(bench.stored().await, numbers(&[1, 2, 3, 7, 8]));
    assert_eq!(bench.quarantined().await, numbers(&[4, 5, 6]));

    bench.catch_up().await;
    assert_eq!(bench.stored().await.len(), 5);
    assert_eq!(bench.quarantined().await.len(), 3);
}

/// The process ended after the commit to quarantine and before the one to the dataset; the next run takes the same
/// events in smaller batches, ends in between again, and the last takes them all.
#[tokio::test]
async fn an_end_between_the_two_commits_repeats_nothing() {
    let bench = Bench::new().await;
    let is_broken = |id: &u32| [3, 7, 9].contains(&(id % 10));
    bench
        .append((1..20).map(|id| match is_broken(&id) {
            true => broken(id, "{}"),
            false => good(id),
        }))
        .await;
    for events in [19, 5, 11] {
        let sink = bench.sink().await;
        let mut ledger = Ledger::default();
        sink.look(&mut ledger, &[0, 1]).await.unwrap();
        let from: Vec<u64> = (0..2).map(|it| ledger.next(it).unwrap()).collect();
        let mut reader = bench.log.reader(TOPIC, &from).await.unwrap();
        let batch = reader.next(events, Duration::ZERO).await.unwrap();
        let due = batch.iter().filter(|event| ledger.is_due(event.position));
        let sorted = Sorted::sort(due.collect(), &sink.admitted, &sink.gate, None);
        let sorted = sorted.await.unwrap();
        let next = ledger.after(batch.iter().map(|event| event.position));
        if !sorted.broken.is_empty() {
            let kept = sink.quarantine(&mut ledger, &sorted, &next).await;
            kept.unwrap();
        }
    }
    bench.catch_up().await;
    let (bad, well): (Vec<u32>, Vec<u32>) = (1..20).partition(is_broken);
    assert_eq!(bench.stored().await, numbers(&well));
    assert_eq!(bench.quarantined().await, numbers(&bad));
}

#[tokio::test]
async fn an_event_that_is_sent_again_is_stored_once() {
    let bench = Bench::new().await;
    bench.append([good(1), good(2), good(1)]).await;
    bench.catch_up().await;
    // By another process, which knows of the first only from the table.
    bench.append([good(2), good(3), good(3)]).await;
    bench.catch_up().await;
    assert_eq!(bench.stored().await, numbers(&[1, 2, 3]));
    assert_eq!(bench.quarantined().await, numbers(&[]));
}

#[tokio::test]
async fn an_event_that_was_broken_is_stored_when_it_comes_again_mended() {
    let bench = Bench::new().await;
    bench
        .append([broken(1, "{}"), good(1), broken(1, "{}"), good(1)])
        .await;
    bench.catch_up().await;
    assert_eq!(bench.stored().await, numbers(&[1]));
    assert_eq!(bench.quarantined().await, numbers(&[1]));
}

#[tokio::test]
async fn what_comes_again_after_the_window_is_stored_again() {
    let bench = Bench::new().await;
    let at = |time: &str| {
        let record = String::from_utf8(good(1).data.to_vec()).unwrap();
        event(1, record.replace("2026-05-03T10:00:00Z", time))
    };
    for time in [
        "2026-05-03T10:00:00Z",
        "2026-05-03T10:59:59Z",
        "2026-05-03T11:00:01Z",
    ] {
        bench.append([at(time)]).await;
        bench.catch_up().await;
    }
    assert_eq!(bench.stored().await, numbers(&[1, 1]));
}

#[tokio::test]
async fn events_of_a_contract_that_is_not_known_are_never_guessed() {
    let bench = Bench::new().await;
    let schema = |id, schema: Option<&str>| Event {
        schema: schema.map(str::to_owned),
        ..good(id)
    };
    let own = bench::contract();
    bench
        .append([
            schema(1, None),
            schema(2, Some("urn:mesh:contract:cardiology:heart-readings:1.0.0")),
            schema(3, Some(&format!("{}:1.9.0", own.id()))),
            schema(4, Some(&format!("{}:{}", own.id(), own.version()))),
        ])
        .await;
    bench.catch_up().await;
    assert_eq!(bench.stored().await, numbers(&[4]));
    assert_eq!(bench.quarantined().await, numbers(&[1, 2, 3]));
    let reasons = bench.reasons().await;
    for rule in ["schema-absent", "schema-other", "schema-unknown"] {
        assert!(reasons.contains(rule), "{reasons}");
    }
}

#[tokio::test]
async fn two_sinks_of_one_group_share_the_work_and_store_everything_once() {
    let bench = Bench::new().await;
    let stop = CancellationToken::new();
    let running: Vec<_> = [bench.sink().await, bench.sink().await]
        .into_iter()
        .map(|sink| tokio::spawn(sink.run(stop.clone())))
        .collect();
    for first in (0..60).step_by(20) {
        bench.append((first..first + 20).map(good)).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.cancel();
    for sink in running {
        sink.await.unwrap();
    }
    bench.catch_up().await;
    let all: Vec<u32> = (0..60).collect();
    assert_eq!(bench.stored().await, numbers(&all));
}

#[tokio::test]
async fn the_group_is_told_how_far_the_table_has_come() {
    let bench = Bench::new().await;
    bench.append((0..10).map(good)).await;
    bench.catch_up().await;
    let ends = bench.log.ends(TOPIC).await.unwrap();
    let mut watcher = bench.log.consumer("test.diagnoses", TOPIC).await.unwrap();
    let committed = watcher.committed(&[0, 1]).await.unwrap();
    assert_eq!(committed.into_values().collect::<Vec<_>>(), ends);
}

fn broken(id: u32, data: &str) -> Event {
    let data = match data {
        "{}" => String::from_utf8(good(id).data.to_vec())
            .unwrap()
            .replace("\"num\":1", "\"num\":9"),
        other => other.to_owned(),
    };
    event(id, data)
}
