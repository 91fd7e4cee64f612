use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mesh_storage::{Changes, Dataset, Policy};
use tempfile::{TempDir, tempdir};

use super::{all, batch, beat, engine_over, lines, open, read_up_to};

const ALL: &str = "SELECT * FROM beats";
/// Everything is due at once, and what is over goes at once.
const AT_ONCE: Policy = Policy {
    files: 2,
    commits: 1,
    history: Duration::ZERO,
};

async fn beats() -> (Arc<Dataset>, TempDir) {
    let folder = tempdir().unwrap();
    let dataset = Arc::new(open(folder.path()).await.unwrap());
    (dataset, folder)
}

/// Commits a row in a file of its own, as what comes next of `source`.
async fn append(dataset: &Dataset, source: &str, next: u64) {
    let rows = batch(&[beat(&format!("{source}/{next}"), 61.0)]);
    let progress = read_up_to(source, next);
    dataset.append(&rows, &progress).await.unwrap();
}

fn files(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).unwrap().flatten();
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains('.')).collect()
}

#[tokio::test]
async fn small_files_become_one_and_their_rows_stay_as_they_are() {
    let (dataset, folder) = beats().await;
    let engine = engine_over(&dataset);
    for next in 1..=40 {
        append(&dataset, "topic/0", next).await;
    }
    let (rows, before) = (all(&engine, ALL).await, dataset.info());
    let done = dataset.maintain(&Policy::default()).await.unwrap();
    assert_eq!((done.files, done.compactions, done.compacted), (1, 1, 40));
    assert_eq!(all(&engine, ALL).await, rows);
    let after = dataset.info();
    assert_eq!((after.version, after.rows), (41, 40));
    assert_eq!(after.updated_at, before.updated_at, "no row has changed");
    assert_eq!(open(folder.path()).await.unwrap().info(), after);
    let done = dataset.maintain(&Policy::default()).await.unwrap();
    assert_eq!((done.files, done.compactions), (1, 0), "nothing is due");
}

#[tokio::test]
async fn files_are_put_together_with_their_like() {
    let (dataset, _folder) = beats().await;
    let many: Vec<_> = (0..20_000).map(|n| beat(&format!("p{n}"), 61.0)).collect();
    let progress = read_up_to("topic/1", 1);
    dataset.append(&batch(&many), &progress).await.unwrap();
    for next in 1..=3 {
        append(&dataset, "topic/0", next).await;
    }
    let done = dataset.maintain(&AT_ONCE).await.unwrap();
    assert_eq!((done.files, done.compacted), (2, 3));
}

#[tokio::test]
async fn marks_outlive_the_log_that_made_them() {
    let (dataset, folder) = beats().await;
    let sources = 0..30;
    for source in sources.clone() {
        append(&dataset, &format!("topic/{source}"), source + 7).await;
    }
    for next in 1..=3 {
        let done = dataset.maintain(&AT_ONCE).await.unwrap();
        assert!(done.checkpoint);
        append(&dataset, "last", next).await;
    }
    let log = files(&folder.path().join("beats/_delta_log"));
    let commits = log.iter().filter(|name| name.ends_with(".json")).count();
    assert!(commits <= 2, "{log:?}");
    for reopened in [&dataset, &open(folder.path()).await.map(Arc::new).unwrap()] {
        for source in sources.clone() {
            let reached = reopened.progress(&format!("topic/{source}")).await;
            assert_eq!(reached.unwrap(), source + 7);
        }
        assert_eq!(reopened.progress("last").await.unwrap(), 3);
        assert_eq!(reopened.info().rows, 33);
    }
}

#[tokio::test]
async fn a_query_keeps_its_files_while_the_dataset_is_put_in_order() {
    let (dataset, folder) = beats().await;
    let engine = engine_over(&dataset);
    // More rows than a query has ready before it is read.
    let many: Vec<_> = (0..100_000).map(|n| beat(&format!("p{n}"), 61.0)).collect();
    let progress = read_up_to("topic/1", 1);
    dataset.append(&batch(&many), &progress).await.unwrap();
    append(&dataset, "topic/0", 1).await;
    let running = engine.query("SELECT who FROM beats").await.unwrap();
    let rows = [batch(&[beat("eva", 70.0)])];
    dataset
        .replace(&rows, &read_up_to("refresh", 1))
        .await
        .unwrap();
    let done = dataset.maintain(&Policy::default()).await.unwrap();
    assert_eq!(done.files_removed, 0);
    assert_eq!(lines(running).await.len(), many.len() + 1);
    // Once nobody may be reading them any more, they go.
    let reopened = open(folder.path()).await.unwrap();
    let done = reopened.maintain(&AT_ONCE).await.unwrap();
    assert_eq!((done.files, done.files_removed), (1, 2));
    assert_eq!(all(&engine, "SELECT who FROM beats").await, ["eva"]);
}

#[tokio::test]
async fn two_processes_that_put_the_same_files_together_double_no_row() {
    let (one, folder) = beats().await;
    let other = Arc::new(open(folder.path()).await.unwrap());
    let policy = Policy {
        files: 2,
        ..Policy::default()
    };
    for round in 0..5 {
        for next in 1..=6 {
            append(&one, "topic/0", round * 6 + next).await;
        }
        let (ours, theirs) = tokio::join!(one.maintain(&policy), other.maintain(&policy));
        let files = ours.unwrap().compacted + theirs.unwrap().compacted;
        assert!(files >= 6, "somebody did it");
        let rows = all(&engine_over(&other), "SELECT who FROM beats").await;
        let distinct: BTreeSet<_> = rows.iter().collect();
        assert_eq!(rows.len() as u64, (round + 1) * 6);
        assert_eq!(distinct.len(), rows.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_commit_fails_while_two_processes_put_the_dataset_in_order() {
    let (dataset, folder) = beats().await;
    let other = Arc::new(open(folder.path()).await.unwrap());
    let policy = Policy {
        history: Duration::from_hours(2),
        ..AT_ONCE
    };
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let tasks = [dataset.clone(), other].map(|dataset| {
        let stop = stop.clone();
        tokio::spawn(async move {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                // The other one may be faster.
                let _done = dataset.maintain(&policy).await;
                tokio::task::yield_now().await;
            }
        })
    });
    for next in 1..=40 {
        append(&dataset, "topic/0", next).await;
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    let reopened = open(folder.path()).await.unwrap();
    assert_eq!(reopened.info().rows, 40);
    assert_eq!(reopened.progress("topic/0").await.unwrap(), 40);
}

#[tokio::test]
async fn a_process_goes_on_behind_a_log_that_another_has_cleaned_up() {
    let (dataset, folder) = beats().await;
    let idle = open(folder.path()).await.unwrap();
    for next in 1..=5 {
        append(&dataset, "topic/0", next).await;
    }
    dataset.maintain(&AT_ONCE).await.unwrap();
    append(&dataset, "topic/0", 6).await;
    dataset.maintain(&AT_ONCE).await.unwrap();
    assert_eq!(idle.progress("topic/0").await.unwrap(), 6);
    append(&idle, "topic/0", 7).await;
    assert_eq!(idle.info().rows, 7);
}

async fn since(dataset: &Arc<Dataset>, version: u64) -> Result<Vec<String>, String> {
    let since = BTreeMap::from([("beats".to_owned(), version)]);
    let sql = "SELECT who FROM beats";
    match engine_over(dataset).changes(sql, &since).await.unwrap() {
        Changes::Rows(rows) => Ok(lines(rows).await),
        Changes::Whole { reason } => Err(reason),
    }
}

#[tokio::test]
async fn new_rows_stay_new_when_they_are_put_together_with_old_ones() {
    let (dataset, folder) = beats().await;
    let policy = Policy {
        files: 2,
        ..Policy::default()
    };
    for next in 1..=4 {
        append(&dataset, "t", next).await;
    }
    let done = dataset.maintain(&policy).await.unwrap();
    assert_eq!((done.version, done.files), (5, 1));
    let names = |rows: std::ops::RangeInclusive<u64>| -> Vec<_> {
        rows.map(|row| format!("t/{row}")).collect()
    };
    for read in 0..=4 {
        assert_eq!(since(&dataset, read).await.unwrap(), names(read + 1..=4));
    }
    assert_eq!(since(&dataset, 5).await.unwrap(), Vec::<String>::new());
    append(&dataset, "t", 5).await;
    dataset.maintain(&policy).await.unwrap();
    assert_eq!(since(&dataset, 2).await.unwrap(), names(3..=5));
    assert_eq!(since(&dataset, 5).await.unwrap(), names(5..=5));

    // Without its files, what is new is not known any more.
    let reopened = Arc::new(open(folder.path()).await.unwrap());
    let cleaning = Policy {
        commits: 1_000,
        history: Duration::ZERO,
        ..policy
    };
    assert!(reopened.maintain(&cleaning).await.unwrap().files_removed > 0);
    assert_eq!(
        since(&dataset, 2).await.unwrap_err(),
        "beats no longer has the files that came since it was read"
    );
    assert_eq!(since(&dataset, 0).await.unwrap(), names(1..=5));
}
