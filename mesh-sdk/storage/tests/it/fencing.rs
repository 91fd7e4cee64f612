use std::collections::BTreeMap;
use std::sync::Arc;

use mesh_storage::{Dataset, Policy, StorageError};
use tempfile::{TempDir, tempdir};

use super::{all, batch, beat, engine_over, open, read_up_to};

/// Two processes that each believe the source is theirs, both knowing of its first row.
async fn two() -> (Dataset, Dataset, TempDir) {
    let folder = tempdir().unwrap();
    let one = open(folder.path()).await.unwrap();
    append(&one, 1).await.unwrap();
    let other = open(folder.path()).await.unwrap();
    assert_eq!(other.progress("topic/0").await.unwrap(), 1);
    (one, other, folder)
}

/// Commits the rows of `topic/0` up to `next` that follow the first one.
async fn append(dataset: &Dataset, next: u64) -> Result<u64, StorageError> {
    let rows = batch(&[beat(&format!("row {next}"), 61.0)]);
    dataset.append(&rows, &read_up_to("topic/0", next)).await
}

/// Commits a row that is number `number` of `topic/0`.
async fn append_numbered(dataset: &Dataset, number: u64, who: &str) -> Result<u64, StorageError> {
    let rows = batch(&[beat(who, 61.0)]);
    let numbers = read_up_to("topic/0", number);
    dataset.append_numbered(&rows, &numbers).await
}

#[track_caller]
fn overtaken<T: std::fmt::Debug>(result: Result<T, StorageError>) {
    let error = result.unwrap_err();
    assert!(matches!(error, StorageError::Overtaken { .. }), "{error:?}");
    assert_eq!(error.code(), "overtaken");
    assert_eq!(
        error.to_string(),
        "dataset beats: another writer has committed of topic/0 meanwhile, so that these rows may be there already: \
         ask how far it has come, and go on from there"
    );
}

async fn rows(folder: &TempDir) -> Vec<String> {
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    all(&engine_over(&dataset), "SELECT who FROM beats").await
}

#[tokio::test]
async fn a_writer_that_was_overtaken_commits_nothing_more_until_it_has_asked() {
    let (one, other, folder) = two().await;
    append(&one, 2).await.unwrap();
    // Its state is of before: the log tells of the conflict.
    overtaken(append(&other, 3).await);
    // Now it knows of the row, and so do its rows of what may be the same.
    overtaken(append(&other, 3).await);
    assert_eq!(rows(&folder).await, ["row 1", "row 2"]);
    assert_eq!(other.progress("topic/0").await.unwrap(), 2);
    append(&other, 3).await.unwrap();
    overtaken(append(&one, 4).await);
    assert_eq!(rows(&folder).await, ["row 1", "row 2", "row 3"]);
}

#[tokio::test]
async fn a_writer_whose_state_was_brought_up_to_date_is_refused_as_well() {
    let (one, other, folder) = two().await;
    append(&one, 2).await.unwrap();
    other.maintain(&Policy::default()).await.unwrap();
    assert_eq!(other.info().rows, 2);
    overtaken(append(&other, 3).await);
    assert_eq!(other.progress("topic/0").await.unwrap(), 2);
    append(&other, 3).await.unwrap();
    assert_eq!(rows(&folder).await.len(), 3);
}

#[tokio::test]
async fn what_the_other_has_committed_is_not_committed_again_and_what_follows_is_refused() {
    let (one, other, folder) = two().await;
    append(&one, 5).await.unwrap();
    overtaken(append(&other, 3).await);
    append(&other, 3).await.unwrap();
    // Its rows would be those from 3 on.
    overtaken(append(&other, 6).await);
    assert_eq!(rows(&folder).await, ["row 1", "row 5"]);
    assert_eq!(other.progress("topic/0").await.unwrap(), 5);
}

#[tokio::test]
async fn a_number_that_is_taken_is_refused_whoever_took_it_and_whatever_is_known_of_it() {
    let (one, other, folder) = two().await;
    append_numbered(&one, 2, "one 2").await.unwrap();
    append_numbered(&one, 3, "one 3").await.unwrap();
    // Its state is of before.
    overtaken(append_numbered(&other, 2, "other 2").await);
    // It was brought up to date meanwhile.
    other.maintain(&Policy::default()).await.unwrap();
    for number in [2, 3] {
        overtaken(append_numbered(&other, number, "other").await);
    }
    // It has asked, and did not listen.
    assert_eq!(other.progress("topic/0").await.unwrap(), 3);
    for number in [2, 3] {
        overtaken(append_numbered(&other, number, "other").await);
    }
    // It took the number itself.
    overtaken(append_numbered(&one, 3, "one 3 again").await);
    append_numbered(&other, 4, "other 4").await.unwrap();
    let expected = ["one 2", "one 3", "other 4", "row 1"];
    assert_eq!(rows(&folder).await, expected);
}

#[tokio::test]
async fn a_number_is_taken_once_behind_a_replacement_that_its_writer_has_not_seen() {
    let (one, other, folder) = two().await;
    let new = [batch(&[beat("new", 61.0)])];
    one.replace(&new, &read_up_to("refresh", 1)).await.unwrap();
    append_numbered(&other, 2, "row 2").await.unwrap();
    assert_eq!(rows(&folder).await, ["new", "row 2"]);
}

#[tokio::test]
async fn writers_of_different_sources_do_not_meet() {
    let (one, other, folder) = two().await;
    for next in 2..=4 {
        append(&one, next).await.unwrap();
        let rows = batch(&[beat(&format!("other {next}"), 61.0)]);
        let progress = read_up_to("topic/1", next);
        other.append(&rows, &progress).await.unwrap();
    }
    assert_eq!(rows(&folder).await.len(), 7);
    for dataset in [&one, &other] {
        assert_eq!(dataset.progress("topic/0").await.unwrap(), 4);
        assert_eq!(dataset.progress("topic/1").await.unwrap(), 4);
    }
}

#[tokio::test]
async fn a_commit_of_several_sources_is_refused_for_one() {
    let (one, other, folder) = two().await;
    append(&one, 2).await.unwrap();
    let both = BTreeMap::from([("topic/0".to_owned(), 3), ("topic/1".to_owned(), 1)]);
    let row = batch(&[beat("both", 61.0)]);
    for _ in 0..2 {
        overtaken(other.append(&row, &both).await);
    }
    assert_eq!(other.progress("topic/1").await.unwrap(), 0);
    assert_eq!(rows(&folder).await, ["row 1", "row 2"]);
}

#[tokio::test]
async fn a_replacement_by_an_overtaken_writer_is_refused() {
    let (one, other, folder) = two().await;
    append(&one, 2).await.unwrap();
    let rows_of_old = [batch(&[beat("old", 61.0)])];
    overtaken(other.replace(&rows_of_old, &read_up_to("topic/0", 3)).await);
    assert_eq!(rows(&folder).await, ["row 1", "row 2"]);
}

#[tokio::test]
async fn rows_are_added_behind_a_replacement_that_their_writer_has_not_seen() {
    let (one, other, folder) = two().await;
    let new = [batch(&[beat("new", 61.0)])];
    one.replace(&new, &read_up_to("refresh", 1)).await.unwrap();
    append(&other, 2).await.unwrap();
    assert_eq!(rows(&folder).await, ["new", "row 2"]);
    assert_eq!(other.info().rows, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_writers_at_the_same_time_each_number_has_one() {
    let (one, other, folder) = two().await;
    // The fence of a writer that asks before every commit holds nothing back.
    let run = async |dataset: Dataset, who: &str| {
        let (mut number, mut added) = (2, Vec::new());
        while number <= 12 {
            let row = format!("{who} {number:02}");
            dataset.progress("topic/0").await.unwrap();
            match append_numbered(&dataset, number, &row).await {
                Ok(_) => added.push(row),
                Err(StorageError::Overtaken { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            number = dataset.progress("topic/0").await.unwrap() + 1;
        }
        added
    };
    let (ours, theirs) = tokio::join!(run(one, "one"), run(other, "other"));
    let mut expected = [ours, theirs, vec!["row 1".to_owned()]].concat();
    assert_eq!(expected.len(), 12);
    expected.sort();
    assert_eq!(rows(&folder).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_writers_at_the_same_time_one_commits_each_row() {
    let (one, other, folder) = two().await;
    let run = async |dataset: Dataset| {
        let mut next = dataset.progress("topic/0").await.unwrap() + 1;
        while next <= 12 {
            match append(&dataset, next).await {
                Ok(_) => next += 1,
                Err(StorageError::Overtaken { .. }) => {
                    next = dataset.progress("topic/0").await.unwrap() + 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::join!(run(one), run(other));
    let mut expected: Vec<_> = (1..=12).map(|next| format!("row {next}")).collect();
    expected.sort();
    assert_eq!(rows(&folder).await, expected);
}
