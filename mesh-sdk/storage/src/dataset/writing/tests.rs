use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use mesh_contracts::{CheckedBatch, Contract, Gate, Side};
use serde_json::json;
use tempfile::{TempDir, tempdir};

use super::LONGEST;
use super::{WriteMode, Writing};
use crate::{Dataset, Policy, StorageError};

const CONTRACT: &str = "
apiVersion: v3.2.0
kind: DataContract
id: urn:test:beats
name: beats
version: 1.0.0
status: active
domain: test
schema:
  - name: beats
    logicalType: object
    properties:
      - {name: who, logicalType: string}
";

fn contract() -> Contract {
    Contract::parse("beats.odcs.yaml", CONTRACT).unwrap()
}

fn batch(who: &str) -> CheckedBatch {
    let row = json!({"who": who}).as_object().unwrap().clone();
    Gate::compile(&contract(), Side::Stored)
        .batch(vec![row])
        .accepted
}

async fn dataset() -> (Dataset, TempDir) {
    let folder = tempdir().unwrap();
    let dataset = Dataset::open(folder.path(), "beats", contract()).await;
    (dataset.unwrap(), folder)
}

/// Writes a file for every batch.
fn in_small_files(dataset: &Dataset) -> Writing<'_> {
    let mut writing = dataset.writing(WriteMode::Append);
    writing.file_size = 1;
    writing
}

fn files(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).unwrap().flatten();
    files
        .filter(|file| {
            file.path()
                .extension()
                .is_some_and(|kind| kind == "parquet")
        })
        .count()
}

fn read_up_to(next: u64) -> BTreeMap<String, u64> {
    BTreeMap::from([("source".to_owned(), next)])
}

#[tokio::test]
async fn rows_of_many_files_become_visible_together() {
    let (dataset, folder) = dataset().await;
    let mut writing = in_small_files(&dataset);
    for who in ["ana", "luis", "eva"] {
        writing.rows(&batch(who)).await.unwrap();
    }
    assert_eq!((files(folder.path()), dataset.info().rows), (3, 0));
    assert_eq!(writing.commit(&read_up_to(3)).await.unwrap(), 1);
    assert_eq!((files(folder.path()), dataset.info().rows), (3, 3));
}

#[tokio::test]
async fn what_is_not_committed_leaves_no_file() {
    let (dataset, folder) = dataset().await;
    let mut writing = in_small_files(&dataset);
    writing.rows(&batch("ana")).await.unwrap();
    writing.rows(&batch("luis")).await.unwrap();
    drop(writing);
    assert_eq!((files(folder.path()), dataset.info().version), (0, 0));
}

#[tokio::test]
async fn files_of_a_process_that_ended_before_the_commit_are_not_read() {
    let (dataset, folder) = dataset().await;
    let mut writing = in_small_files(&dataset);
    writing.rows(&batch("ana")).await.unwrap();
    std::mem::forget(writing);
    drop(dataset);
    assert_eq!(files(folder.path()), 1);

    let dataset = Dataset::open(folder.path(), "beats", contract()).await;
    let dataset = dataset.unwrap();
    assert_eq!((dataset.info().version, dataset.info().rows), (0, 0));
    assert_eq!(dataset.progress("source").await.unwrap(), 0);
}

#[tokio::test]
async fn rows_that_were_committed_meanwhile_leave_no_file() {
    let (dataset, folder) = dataset().await;
    let (mut one, mut other) = (in_small_files(&dataset), in_small_files(&dataset));
    one.rows(&batch("ana")).await.unwrap();
    other.rows(&batch("ana")).await.unwrap();
    assert_eq!(one.commit(&read_up_to(1)).await.unwrap(), 1);
    assert_eq!(other.commit(&read_up_to(1)).await.unwrap(), 1);
    assert_eq!((files(folder.path()), dataset.info().rows), (1, 1));
}

#[tokio::test]
async fn rows_that_did_not_get_to_disk_cannot_be_left_out() {
    let (dataset, folder) = dataset().await;
    let mut writing = in_small_files(&dataset);
    // No file can be below a file.
    std::fs::rename(
        folder.path().join("_delta_log"),
        folder.path().with_extension("log"),
    )
    .unwrap();
    std::fs::remove_dir(folder.path()).unwrap();
    std::fs::write(folder.path(), "").unwrap();
    writing.rows(&batch("ana")).await.unwrap_err();

    std::fs::remove_file(folder.path()).unwrap();
    std::fs::create_dir(folder.path()).unwrap();
    std::fs::rename(
        folder.path().with_extension("log"),
        folder.path().join("_delta_log"),
    )
    .unwrap();
    writing.rows(&batch("luis")).await.unwrap();
    let refused = writing.commit(&read_up_to(2)).await;
    assert!(
        matches!(refused, Err(StorageError::Incomplete { .. })),
        "{refused:?}"
    );
    assert_eq!(dataset.progress("source").await.unwrap(), 0);
}

/// Everything that nobody needs goes at once.
const AT_ONCE: Policy = Policy {
    files: 100,
    commits: 1,
    history: Duration::ZERO,
};

#[tokio::test]
async fn files_of_an_unfinished_writer_stay_for_it_to_commit() {
    let (dataset, folder) = dataset().await;
    let mut writing = in_small_files(&dataset);
    writing.rows(&batch("ana")).await.unwrap();
    let done = dataset.maintain(&AT_ONCE).await.unwrap();
    assert_eq!((done.files_removed, files(folder.path())), (0, 1));
    writing.commit(&read_up_to(1)).await.unwrap();
    assert_eq!(dataset.info().rows, 1);
}

#[tokio::test]
async fn files_that_can_be_committed_no_more_are_removed() {
    let (dataset, folder) = dataset().await;
    let mut writing = in_small_files(&dataset);
    writing.rows(&batch("ana")).await.unwrap();
    std::mem::forget(writing);
    for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
        if file.path().is_file() {
            let file = std::fs::File::options().write(true).open(file.path());
            let yesterday = SystemTime::now() - Duration::from_hours(25);
            file.unwrap().set_modified(yesterday).unwrap();
        }
    }
    let done = dataset.maintain(&AT_ONCE).await.unwrap();
    assert_eq!((done.files_removed, files(folder.path())), (1, 0));
}

#[tokio::test]
async fn a_writer_whose_files_may_have_been_removed_commits_no_more() {
    let (dataset, _folder) = dataset().await;
    let mut writing = in_small_files(&dataset);
    writing.rows(&batch("ana")).await.unwrap();
    writing.began.1 = SystemTime::now() - LONGEST - Duration::from_secs(1);
    let refused = writing.commit(&read_up_to(1)).await;
    assert!(
        matches!(refused, Err(StorageError::TookTooLong { .. })),
        "{refused:?}"
    );
    assert_eq!(dataset.progress("source").await.unwrap(), 0);
}
