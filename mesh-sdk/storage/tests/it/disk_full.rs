use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mesh_storage::{Dataset, Policy};

use super::{all, batch, beat, engine_over, open, read_up_to};

/// Least bytes that a file takes.
const PAGE: u64 = 4096;

/// Takes all room on the disk of `folder` but for some pages.
fn fill(folder: &Path, left: u64) -> PathBuf {
    let path = folder.join("filler");
    let mut file = File::create(&path).unwrap();
    let page = [7; PAGE as usize];
    let mut written = 0;
    let full = loop {
        match file.write_all(&page) {
            Ok(()) => written += PAGE,
            Err(error) => break error,
        }
    };
    assert_eq!(full.kind(), ErrorKind::StorageFull);
    file.set_len(written.saturating_sub(left * PAGE)).unwrap();
    path
}

async fn append(dataset: &Dataset, next: u64) -> bool {
    let rows = batch(&[beat(&format!("row {next:02}"), 61.0)]);
    let progress = read_up_to("topic/0", next);
    dataset.append(&rows, &progress).await.is_ok()
}

async fn rows(dataset: &Arc<Dataset>) -> Vec<String> {
    all(&engine_over(dataset), "SELECT who FROM beats").await
}

#[tokio::test]
#[ignore = "meets a full disk: deploy/integration/run disk-full"]
async fn a_full_disk_loses_and_doubles_no_row_and_is_over_once_there_is_room() {
    let folder = PathBuf::from(std::env::var_os("MESH_SMALL_DISK").unwrap());
    let dataset = Arc::new(open(&folder).await.unwrap());
    let policy = Policy {
        files: 2,
        commits: 1,
        history: Duration::ZERO,
    };
    let (mut next, mut failed) = (0, 0);
    // With more and more room, the end of it comes later and later within a commit, or within a maintenance.
    for left in 0..12 {
        let filler = fill(&folder, left);
        failed += usize::from(!append(&dataset, next + 1).await);
        let expected = dataset.progress("topic/0").await.unwrap();
        assert_eq!(
            rows(&dataset).await.len() as u64,
            expected,
            "{left} pages left"
        );
        std::fs::remove_file(filler).unwrap();
        next += 1;
        assert!(append(&dataset, next).await, "{left} pages left");

        let filler = fill(&folder, left);
        let _done = dataset.maintain(&policy).await;
        std::fs::remove_file(filler).unwrap();
        next += 1;
        assert!(append(&dataset, next).await, "{left} pages left");
        dataset.maintain(&policy).await.unwrap();
    }
    assert!(failed > 0, "the disk was never full");
    let expected: Vec<_> = (1..=next).map(|row| format!("row {row:02}")).collect();
    assert_eq!(rows(&dataset).await, expected);
    let reopened = Arc::new(open(&folder).await.unwrap());
    assert_eq!(reopened.info(), dataset.info());
    assert_eq!(reopened.progress("topic/0").await.unwrap(), next);
    assert_eq!(rows(&reopened).await, expected);
}
