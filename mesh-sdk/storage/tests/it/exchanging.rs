use std::sync::Arc;

use mesh_contracts::{Contract, Gate, Side};
use mesh_storage::{Dataset, Policy, Spans, WriteMode};
use serde_json::{Value, json};
use tempfile::tempdir;

use super::{all, batch, contract, engine_over, open, read_up_to};

const BEATS: &str = "SELECT who, rate FROM beats";
const MINUTE: i64 = 60_000_000;

/// In the minute `minute` of the epoch.
fn beat(who: &str, minute: u32, rate: u32) -> Value {
    json!({"who": who, "rate": rate, "at": format!("1970-01-01T00:{minute:02}:00Z")})
}

fn minutes(minutes: std::ops::Range<i64>) -> Spans {
    let minutes = minutes.start * MINUTE..minutes.end * MINUTE;
    Spans::new("at", Vec::from([minutes]))
}

async fn exchange(dataset: &Dataset, gone: &Spans, rows: &[Value], next: u64) -> u64 {
    let mut writing = dataset.writing(WriteMode::Append);
    writing.rows(&batch(rows)).await.unwrap();
    writing
        .exchange(gone, &read_up_to("refresh", next))
        .await
        .unwrap()
}

#[tokio::test]
async fn rows_of_a_span_are_exchanged_and_no_others() {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    let engine = engine_over(&dataset);
    for (next, rows) in [
        (
            1,
            vec![beat("ana", 1, 61), beat("ana", 2, 62), beat("luis", 2, 72)],
        ),
        (2, vec![beat("ana", 3, 63), beat("luis", 3, 73)]),
        (3, vec![json!({"who": "eva", "rate": 80})]),
    ] {
        dataset
            .append(&batch(&rows), &read_up_to("topic/0", next))
            .await
            .unwrap();
    }
    let new = [beat("luis", 2, 99), beat("max", 2, 50)];
    assert_eq!(exchange(&dataset, &minutes(2..3), &new, 1).await, 4);
    let expected = [
        "ana,61.0",
        "ana,63.0",
        "eva,80.0",
        "luis,73.0",
        "luis,99.0",
        "max,50.0",
    ];
    assert_eq!(all(&engine, BEATS).await, expected);
    assert_eq!(dataset.info().rows, 6);

    let reopened = open(folder.path()).await.unwrap();
    assert_eq!(reopened.info(), dataset.info());
    assert_eq!(reopened.progress("refresh").await.unwrap(), 1);
    assert_eq!(reopened.progress("topic/0").await.unwrap(), 3);

    // What is there already is not done again.
    assert_eq!(exchange(&dataset, &minutes(0..9), &[], 1).await, 4);
    assert_eq!(all(&engine, BEATS).await, expected);
    assert_eq!(exchange(&dataset, &minutes(0..9), &[], 2).await, 5);
    assert_eq!(all(&engine, BEATS).await, ["eva,80.0"]);
}

#[tokio::test]
async fn files_without_such_rows_are_not_touched() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    for minute in 1..=3 {
        let rows = batch(&[beat("ana", minute, 60)]);
        dataset
            .append(&rows, &read_up_to("topic/0", minute.into()))
            .await
            .unwrap();
    }
    exchange(&dataset, &minutes(2..3), &[], 1).await;
    let log = folder
        .path()
        .join("beats/_delta_log/00000000000000000004.json");
    let log = std::fs::read_to_string(log).unwrap();
    let count = |action: &str| log.lines().filter(|line| line.starts_with(action)).count();
    assert_eq!((count("{\"remove\""), count("{\"add\"")), (1, 0));
}

#[tokio::test]
async fn what_another_process_adds_meanwhile_stays() {
    let folder = tempdir().unwrap();
    let ours = Arc::new(open(folder.path()).await.unwrap());
    let theirs = open(folder.path()).await.unwrap();
    let first = batch(&[beat("ana", 1, 61), beat("ana", 2, 62)]);
    ours.append(&first, &read_up_to("topic/0", 1))
        .await
        .unwrap();
    let mut writing = ours.writing(WriteMode::Append);
    writing.rows(&batch(&[beat("ana", 2, 99)])).await.unwrap();
    let added = batch(&[beat("luis", 3, 73), beat("luis", 2, 72)]);
    theirs
        .append(&added, &read_up_to("topic/1", 1))
        .await
        .unwrap();
    writing
        .exchange(&minutes(2..3), &read_up_to("refresh", 1))
        .await
        .unwrap();
    assert_eq!(
        all(&engine_over(&ours), BEATS).await,
        ["ana,61.0", "ana,99.0", "luis,73.0"]
    );
    assert_eq!(ours.info().rows, 3);
}

#[tokio::test]
async fn two_processes_that_exchange_at_once_leave_each_row_once() {
    let folder = tempdir().unwrap();
    let datasets = [
        open(folder.path()).await.unwrap(),
        open(folder.path()).await.unwrap(),
    ];
    let minutes_of = [1, 2];
    let rows = batch(&minutes_of.map(|minute| beat("ana", minute, 60)));
    datasets[0]
        .append(&rows, &read_up_to("topic/0", 1))
        .await
        .unwrap();
    for round in 0..10_u32 {
        let work = datasets
            .iter()
            .zip(minutes_of)
            .map(|(dataset, minute)| async move {
                let mut writing = dataset.writing(WriteMode::Append);
                writing
                    .rows(&batch(&[beat("ana", minute, 100 + round)]))
                    .await
                    .unwrap();
                let gone = minutes(minute.into()..i64::from(minute) + 1);
                let source = format!("refresh/{minute}");
                writing
                    .exchange(&gone, &read_up_to(&source, u64::from(round) + 1))
                    .await
                    .unwrap();
            });
        futures::future::join_all(work).await;
        let now = Arc::new(open(folder.path()).await.unwrap());
        let rate = format!("ana,{}.0", 100 + round);
        assert_eq!(all(&engine_over(&now), BEATS).await, [rate.clone(), rate]);
    }
}

#[tokio::test]
async fn files_that_are_put_together_meanwhile_neither_lose_nor_double_a_row() {
    let folder = tempdir().unwrap();
    let ours = Arc::new(open(folder.path()).await.unwrap());
    let theirs = open(folder.path()).await.unwrap();
    let policy = Policy {
        files: 2,
        ..Policy::default()
    };
    for round in 0..8_u32 {
        let next = u64::from(round) + 1;
        let rows = batch(&[beat("ana", round, 60), beat("luis", 30, 70 + round)]);
        ours.append(&rows, &read_up_to("topic/0", next))
            .await
            .unwrap();
        let gone = minutes(30..31);
        let rows = [beat("luis", 30, 100 + round)];
        let exchanged = exchange(&ours, &gone, &rows, next);
        let (_, here, there) =
            tokio::join!(exchanged, ours.maintain(&policy), theirs.maintain(&policy));
        here.unwrap();
        there.unwrap();
        let mut expected: Vec<String> = (0..=round).map(|_| "ana,60.0".to_owned()).collect();
        expected.push(format!("luis,{}.0", 100 + round));
        assert_eq!(all(&engine_over(&ours), BEATS).await, expected);
    }
}

#[tokio::test]
async fn columns_that_the_contract_has_no_more_keep_their_values() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    let rows = batch(&[beat("ana", 1, 61), beat("luis", 2, 72)]);
    dataset
        .append(&rows, &read_up_to("topic/0", 1))
        .await
        .unwrap();
    let without = super::CONTRACT.replace(
        "      - {name: rate, logicalType: number, logicalTypeOptions: {minimum: 30, maximum: 250}}\n",
        "",
    );
    let without = Contract::parse("beats.odcs.yaml", &without).unwrap();
    let narrow = Dataset::open(&folder.path().join("beats"), "beats", without.clone())
        .await
        .unwrap();
    let row = json!({"who": "luis", "at": "1970-01-01T00:02:30Z"});
    let rows = Gate::compile(&without, Side::Stored).batch(vec![row.as_object().unwrap().clone()]);
    let mut writing = narrow.writing(WriteMode::Append);
    writing.rows(&rows.accepted).await.unwrap();
    writing
        .exchange(&minutes(2..3), &read_up_to("refresh", 1))
        .await
        .unwrap();

    let whole = Arc::new(
        Dataset::open(&folder.path().join("beats"), "beats", contract())
            .await
            .unwrap(),
    );
    assert_eq!(
        all(&engine_over(&whole), BEATS).await,
        ["ana,61.0", "luis,"]
    );
}
