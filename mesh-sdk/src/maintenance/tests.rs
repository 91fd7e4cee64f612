use mesh_contracts::{Gate, Side, published};
use serde_json::json;

use super::*;

async fn quarantine(folder: &std::path::Path) -> Arc<Dataset> {
    let contract = published::find("quarantine", None).unwrap();
    Arc::new(Dataset::open(folder, "quarantine", contract).await.unwrap())
}

async fn append(dataset: &Dataset, offset: u64) {
    let row = json!({
        "event_id": "1", "received_at": "2026-05-03T10:00:00Z", "topic": "t", "partition": 0, "offset": offset,
        "dataset": "d", "reasons": "[]", "data": "{}",
    });
    let row = row.as_object().unwrap().clone();
    let rows = Gate::compile(dataset.contract(), Side::Stored).batch(vec![row]);
    let progress = BTreeMap::from([("t/0".to_owned(), offset + 1)]);
    dataset.append(&rows.accepted, &progress).await.unwrap();
}

#[tokio::test]
async fn datasets_are_put_in_order_while_they_are_written_to_and_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = quarantine(folder.path()).await;
    let stop = CancellationToken::new();
    let maintenance = Maintenance {
        product: "test".to_owned(),
        datasets: vec![dataset.clone()],
        policy: Policy {
            files: 2,
            ..Policy::default()
        },
    };
    let task = tokio::spawn(maintenance.run(stop.clone()));
    let mut commits = 0;
    // Until somebody else than this writer has committed.
    while dataset.info().version == commits {
        append(&dataset, commits).await;
        commits += 1;
    }
    append(&dataset, commits).await;
    assert_eq!(dataset.info().rows, commits + 1);
    stop.cancel();
    task.await.unwrap();
}

#[tokio::test]
async fn a_dataset_that_cannot_be_put_in_order_keeps_no_other_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let broken = quarantine(&folder.path().join("broken")).await;
    let whole = quarantine(&folder.path().join("whole")).await;
    for dataset in [&broken, &whole] {
        append(dataset, 0).await;
        append(dataset, 1).await;
    }
    std::fs::remove_dir_all(folder.path().join("broken")).unwrap();
    let maintenance = Maintenance {
        product: "test".to_owned(),
        datasets: vec![broken, whole.clone()],
        policy: Policy {
            files: 2,
            ..Policy::default()
        },
    };
    let mut failing = BTreeMap::new();
    maintenance
        .maintain(&maintenance.datasets[0], &mut failing)
        .await;
    assert_eq!(failing.len(), 1);
    maintenance
        .maintain(&maintenance.datasets[1], &mut failing)
        .await;
    assert_eq!((whole.info().version, whole.info().rows), (3, 2));
}
