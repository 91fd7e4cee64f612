//! Datasets on a store that errs: no row is lost or doubled, and what was in the way is over once the store is well.

mod model;
mod store;

use std::sync::Arc;
use std::time::Duration;

use mesh_storage::{Dataset, Location, Policy, StorageError};

use self::store::{Fault, FaultyStore};
use super::{all, batch, beat, contract, engine_over, read_up_to};

/// Everything is due at once, and what is over goes at once.
const AT_ONCE: Policy = Policy {
    files: 2,
    commits: 1,
    history: Duration::ZERO,
};

async fn open(location: &Location) -> Result<Dataset, StorageError> {
    Dataset::open(location.clone(), "beats", contract()).await
}

/// Commits the row that is before `next`.
async fn append(dataset: &Dataset, next: u64) -> Result<u64, StorageError> {
    let rows = batch(&[beat(&format!("row {next}"), 61.0)]);
    dataset.append(&rows, &read_up_to("topic/0", next)).await
}

async fn rows(dataset: &Arc<Dataset>) -> Vec<String> {
    all(&engine_over(dataset), "SELECT who FROM beats").await
}

async fn reopened(location: &Location) -> Arc<Dataset> {
    Arc::new(open(location).await.unwrap())
}

#[tokio::test]
async fn a_commit_that_is_tried_again_after_any_fault_is_made_once() {
    for fault in Fault::ALL {
        let (store, location) = FaultyStore::new();
        let dataset = open(&location).await.unwrap();
        append(&dataset, 1).await.unwrap();
        store.next(Some(fault));
        let failed = store.answered(append(&dataset, 2)).await;
        assert!(!matches!(failed, Some(Ok(_))), "{fault:?}");
        store.next(None);
        append(&dataset, 2).await.unwrap();
        append(&dataset, 3).await.unwrap();
        assert_eq!(dataset.progress("topic/0").await.unwrap(), 3);
        assert_eq!(dataset.info().rows, 3, "{fault:?}");
        let reopened = reopened(&location).await;
        assert_eq!(reopened.info(), dataset.info(), "{fault:?}");
        let expected = ["row 1", "row 2", "row 3"];
        assert_eq!(rows(&reopened).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn of_a_numbered_commit_whose_answer_was_lost_the_number_is_taken() {
    for fault in [Fault::AnswerLost, Fault::CommitTwice, Fault::AnswerHangs] {
        let (store, location) = FaultyStore::new();
        let dataset = Arc::new(open(&location).await.unwrap());
        let rows_of = |who: &str| batch(&[beat(who, 61.0)]);
        let number = read_up_to("changes", 1);
        store.next(Some(fault));
        let mine = rows_of("mine");
        let failed = store.answered(dataset.append_numbered(&mine, &number));
        assert!(!matches!(failed.await, Some(Ok(_))), "{fault:?}");
        store.next(None);
        let other = dataset.append_numbered(&rows_of("other"), &number).await;
        assert!(
            matches!(other, Err(StorageError::Overtaken { .. })),
            "{fault:?}: {other:?}"
        );
        assert_eq!(dataset.progress("changes").await.unwrap(), 1);
        assert_eq!(rows(&dataset).await, ["mine"], "{fault:?}");
    }
}

#[tokio::test]
async fn progress_after_any_fault_is_what_the_table_has() {
    for fault in Fault::ALL {
        let (store, location) = FaultyStore::new();
        let dataset = Arc::new(open(&location).await.unwrap());
        append(&dataset, 1).await.unwrap();
        store.next(Some(fault));
        let _failed = store.answered(append(&dataset, 2)).await;
        store.next(None);
        let reached = dataset.progress("topic/0").await.unwrap();
        assert_eq!(rows(&dataset).await.len() as u64, reached, "{fault:?}");
        // Whoever asks may put the rows of another commit behind.
        append(&dataset, reached + 1).await.unwrap();
        assert_eq!(rows(&dataset).await.len() as u64, reached + 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_store_that_errs_when_a_dataset_is_opened_leaves_it_to_be_opened() {
    for fault in [
        Fault::List,
        Fault::SecondList,
        Fault::Get,
        Fault::CommitLost,
        Fault::AnswerLost,
    ] {
        let (store, location) = FaultyStore::new();
        store.next(Some(fault));
        let _created = open(&location).await;
        store.next(None);
        append(&open(&location).await.unwrap(), 1).await.unwrap();
        store.next(Some(fault));
        let _opened = open(&location).await;
        store.next(None);
        assert_eq!(
            rows(&reopened(&location).await).await,
            ["row 1"],
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn maintenance_that_fails_changes_no_row_and_is_done_later() {
    for fault in Fault::ALL {
        let (store, location) = FaultyStore::new();
        let dataset = Arc::new(open(&location).await.unwrap());
        for next in 1..=4 {
            append(&dataset, next).await.unwrap();
        }
        store.next(Some(fault));
        let _failed = store.answered(dataset.maintain(&AT_ONCE)).await;
        store.next(None);
        append(&dataset, 5).await.unwrap();
        dataset.maintain(&AT_ONCE).await.unwrap();
        assert_eq!(
            dataset.maintain(&AT_ONCE).await.unwrap().files,
            1,
            "{fault:?}"
        );
        assert_eq!(dataset.progress("topic/0").await.unwrap(), 5, "{fault:?}");
        let reopened = reopened(&location).await;
        assert_eq!(reopened.info(), dataset.info(), "{fault:?}");
        let expected: Vec<_> = (1..=5).map(|row| format!("row {row}")).collect();
        assert_eq!(rows(&reopened).await, expected, "{fault:?}");
    }
}

#[tokio::test]
async fn a_query_fails_with_its_store_and_not_after_it() {
    let (store, location) = FaultyStore::new();
    let dataset = Arc::new(open(&location).await.unwrap());
    append(&dataset, 1).await.unwrap();
    let engine = engine_over(&dataset);
    store.next(Some(Fault::Get));
    let failed = match engine.query("SELECT who FROM beats").await {
        Ok(rows) => futures::TryStreamExt::try_collect::<Vec<_>>(rows.batches())
            .await
            .err(),
        Err(error) => Some(error),
    };
    assert!(failed.is_some());
    assert_eq!(rows(&dataset).await, ["row 1"]);
}
