use std::ops::Range;
use std::sync::Arc;

use mesh_storage::{Dataset, Engine, Limits, NewRows, TableSource, WindowedRows};
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use super::{batch, lines, open, read_up_to};

const SECOND: i64 = 1_000_000;
const STARTS: &str =
    "SELECT who, to_unixtime(window_start) AS s, to_unixtime(window_end) AS e FROM beats";

fn at(who: &str, time: &str) -> Value {
    json!({"who": who, "rate": 61.0, "at": time, "device": null})
}

async fn dataset(rows: &[Value]) -> (Arc<Dataset>, TempDir) {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    dataset
        .append(&batch(rows), &read_up_to("topic/0", 1))
        .await
        .unwrap();
    (dataset, folder)
}

async fn over(sql: &str, table: TableSource) -> Vec<String> {
    let engine = Engine::new(Limits::default()).unwrap();
    let rows = engine.query_over(sql, [("beats".to_owned(), table)]).await;
    lines(rows.unwrap()).await
}

async fn in_windows(dataset: &Dataset, size: i64, every: i64, starts: Range<i64>) -> Vec<String> {
    let lengths = (size * SECOND, every * SECOND);
    let starts = starts.start * SECOND..starts.end * SECOND;
    let rows = WindowedRows::new(&dataset.newest(), "at", lengths, starts);
    over(STARTS, TableSource::Windows(rows)).await
}

#[tokio::test]
async fn a_row_falls_in_the_window_that_begins_at_its_time_and_not_in_the_one_that_ends_then() {
    let (dataset, _folder) = dataset(&[
        at("first", "1970-01-01T00:01:00Z"),
        at("last", "1970-01-01T00:01:59.999999Z"),
        at("next", "1970-01-01T00:02:00Z"),
        at("before", "1969-12-31T23:59:59.999999Z"),
        at("epoch", "1970-01-01T00:00:00Z"),
    ])
    .await;
    assert_eq!(
        in_windows(&dataset, 60, 60, -600..600).await,
        [
            "before,-60,0",
            "epoch,0,60",
            "first,60,120",
            "last,60,120",
            "next,120,180"
        ]
    );
    assert_eq!(
        in_windows(&dataset, 60, 60, 60..120).await,
        ["first,60,120", "last,60,120"]
    );
}

#[tokio::test]
async fn windows_that_slide_have_a_row_as_often_as_they_overlap() {
    let (dataset, _folder) = dataset(&[
        at("a", "1970-01-01T00:00:00Z"),
        at("b", "1970-01-01T00:00:19.999Z"),
    ])
    .await;
    assert_eq!(
        in_windows(&dataset, 30, 10, -600..600).await,
        [
            "a,-10,20", "a,-20,10", "a,0,30", "b,-10,20", "b,0,30", "b,10,40"
        ]
    );
    assert_eq!(
        in_windows(&dataset, 30, 10, 0..10).await,
        ["a,0,30", "b,0,30"]
    );
}

#[tokio::test]
async fn a_version_has_its_rows_whatever_is_committed_meanwhile() {
    let (dataset, _folder) = dataset(&[at("ana", "2026-01-01T00:00:00Z")]).await;
    let before = dataset.newest();
    let later = batch(&[at("luis", "2026-01-01T00:00:05.000001Z")]);
    dataset
        .append(&later, &read_up_to("topic/0", 2))
        .await
        .unwrap();
    let who = |version| over("SELECT who FROM beats", TableSource::Version(version));
    assert_eq!(who(before.clone()).await, ["ana"]);
    let now = dataset.newest();
    assert_eq!(who(now.clone()).await, ["ana", "luis"]);
    assert_eq!(
        (before.version(), before.rows(), now.version(), now.rows()),
        (1, 1, 2, 2)
    );

    let NewRows::These(new) = now.since(before.version()).await.unwrap() else {
        panic!("rows were added, and nothing else");
    };
    assert_eq!(who(new.clone()).await, ["luis"]);
    let second = 1_767_225_605 * SECOND;
    assert_eq!(
        who(now.between("at", second - SECOND..second + 1)).await,
        [""; 0]
    );
    assert_eq!(who(now.between("at", second..second + 2)).await, ["luis"]);
    assert_eq!(who(new.between("at", 0..second)).await, [""; 0]);

    dataset
        .replace(&[batch(&[])], &read_up_to("topic/0", 3))
        .await
        .unwrap();
    let after = dataset.newest().since(now.version()).await.unwrap();
    assert!(matches!(after, NewRows::Unknown { .. }));
}
