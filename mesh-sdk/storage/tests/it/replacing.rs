use std::sync::Arc;

use futures::TryStreamExt;
use mesh_storage::{StorageError, WriteMode};
use tempfile::tempdir;

use super::{all, batch, beat, engine_over, lines, open, read_up_to};

const WHO: &str = "SELECT who FROM beats";

#[tokio::test]
async fn new_rows_take_the_place_of_all_that_are_there() {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    let engine = engine_over(&dataset);
    for (next, who) in [(1, "ana"), (2, "luis")] {
        let rows = batch(&[beat(who, 61.0)]);
        dataset
            .append(&rows, &read_up_to("topic/0", next))
            .await
            .unwrap();
    }
    let batches = [
        batch(&[beat("eva", 70.0)]),
        batch(&[beat("max", 71.0), beat("ida", 72.0)]),
    ];
    let version = dataset
        .replace(&batches, &read_up_to("refresh", 1))
        .await
        .unwrap();
    assert_eq!(
        (version, dataset.info().version, dataset.info().rows),
        (3, 3, 3)
    );
    assert_eq!(all(&engine, WHO).await, ["eva", "ida", "max"]);

    let reopened = open(folder.path()).await.unwrap();
    assert_eq!(reopened.info(), dataset.info());
    assert_eq!(reopened.progress("topic/0").await.unwrap(), 2);
    assert_eq!(reopened.progress("refresh").await.unwrap(), 1);
}

#[tokio::test]
async fn a_refresh_that_is_there_is_not_made_again() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    let rows = [batch(&[beat("ana", 61.0)])];
    let progress = read_up_to("refresh", 7);
    assert_eq!(dataset.replace(&rows, &progress).await.unwrap(), 1);
    assert_eq!(dataset.replace(&rows, &progress).await.unwrap(), 1);
    assert_eq!(dataset.info().rows, 1);
    let further = read_up_to("refresh", 8);
    assert_eq!(dataset.replace(&rows, &further).await.unwrap(), 2);
    assert_eq!(dataset.info().rows, 1);
}

#[tokio::test]
async fn a_refresh_without_rows_leaves_none() {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    let rows = batch(&[beat("ana", 61.0)]);
    dataset
        .append(&rows, &read_up_to("topic/0", 1))
        .await
        .unwrap();
    dataset
        .replace(&[], &read_up_to("refresh", 1))
        .await
        .unwrap();
    assert_eq!(dataset.info().rows, 0);
    assert!(all(&engine_over(&dataset), WHO).await.is_empty());
}

#[tokio::test]
async fn a_query_keeps_the_version_it_began_with() {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    let engine = engine_over(&dataset);
    // More rows than a query has ready before it is read.
    let many: Vec<_> = (0..100_000).map(|n| beat(&format!("p{n}"), 61.0)).collect();
    dataset
        .append(&batch(&many), &read_up_to("topic/0", 1))
        .await
        .unwrap();
    let running = engine.query(WHO).await.unwrap();
    dataset
        .replace(&[batch(&[beat("eva", 70.0)])], &read_up_to("refresh", 1))
        .await
        .unwrap();
    assert_eq!(running.sources()["beats"], 1);
    assert_eq!(lines(running).await.len(), many.len());
    assert_eq!(all(&engine, WHO).await, ["eva"]);
}

#[tokio::test]
async fn rows_that_another_process_added_are_replaced_too() {
    let folder = tempdir().unwrap();
    let ours = Arc::new(open(folder.path()).await.unwrap());
    let theirs = open(folder.path()).await.unwrap();
    let mut writing = ours.writing(WriteMode::Replace);
    writing.rows(&batch(&[beat("eva", 70.0)])).await.unwrap();
    theirs
        .append(&batch(&[beat("ana", 61.0)]), &read_up_to("topic/0", 1))
        .await
        .unwrap();
    writing.commit(&read_up_to("refresh", 1)).await.unwrap();
    assert_eq!(all(&engine_over(&ours), WHO).await, ["eva"]);
    assert_eq!(ours.info().rows, 1);
}

#[tokio::test]
async fn rows_of_two_processes_are_counted_by_both() {
    let folder = tempdir().unwrap();
    let (ours, theirs) = (
        open(folder.path()).await.unwrap(),
        open(folder.path()).await.unwrap(),
    );
    let row = batch(&[beat("ana", 61.0)]);
    ours.append(&row, &read_up_to("topic/0", 1)).await.unwrap();
    theirs
        .append(&row, &read_up_to("topic/1", 1))
        .await
        .unwrap();
    assert_eq!((theirs.info().version, theirs.info().rows), (2, 2));
}

#[tokio::test]
async fn a_snapshot_is_one_file_of_all_rows() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    for (next, who) in [(1, "ana"), (2, "luis")] {
        let rows = batch(&[beat(who, 61.0)]);
        dataset
            .append(&rows, &read_up_to("topic/0", next))
            .await
            .unwrap();
    }
    let path = folder.path().join("beats.parquet");
    assert_eq!(dataset.snapshot_to(&path).await.unwrap(), dataset.info());
    let rows = mesh_storage::read_parquet(&path).await.unwrap();
    let names: Vec<_> = rows
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    assert_eq!(names, ["who", "rate", "at", "device"]);
    let batches: Vec<_> = rows.batches().try_collect().await.unwrap();
    assert_eq!(
        batches.iter().map(|batch| batch.num_rows()).sum::<usize>(),
        2
    );
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "the table's folder and the file");

    let nowhere = folder.path().join("no/such/folder.parquet");
    let refused = dataset.snapshot_to(&nowhere).await;
    assert!(
        matches!(refused, Err(StorageError::File { .. })),
        "{refused:?}"
    );
}
