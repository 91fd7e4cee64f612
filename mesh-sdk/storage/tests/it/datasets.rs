use mesh_contracts::{Contract, Gate, Side};
use mesh_storage::{Dataset, StorageError};
use tempfile::tempdir;

use super::{CONTRACT, batch, beat, open, read_up_to};

#[tokio::test]
async fn rows_and_progress_are_found_again() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    assert_eq!((dataset.info().version, dataset.info().rows), (0, 0));
    assert_eq!(dataset.progress("topic/0").await.unwrap(), 0);

    let rows = batch(&[beat("ana", 61.0), beat("luis", 72.5)]);
    assert_eq!(
        dataset
            .append(&rows, &read_up_to("topic/0", 2))
            .await
            .unwrap(),
        1
    );
    drop(dataset);

    let dataset = open(folder.path()).await.unwrap();
    assert_eq!((dataset.info().version, dataset.info().rows), (1, 2));
    assert_eq!(dataset.progress("topic/0").await.unwrap(), 2);
    assert_eq!(dataset.progress("topic/1").await.unwrap(), 0);
}

#[tokio::test]
async fn what_is_committed_is_not_committed_again() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    let rows = batch(&[beat("ana", 61.0)]);
    for _ in 0..3 {
        dataset
            .append(&rows, &read_up_to("topic/0", 1))
            .await
            .unwrap();
    }
    assert_eq!((dataset.info().version, dataset.info().rows), (1, 1));
}

#[tokio::test]
async fn progress_is_kept_where_no_row_was_good() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    dataset
        .append(&batch(&[]), &read_up_to("topic/0", 5))
        .await
        .unwrap();
    drop(dataset);
    let dataset = open(folder.path()).await.unwrap();
    assert_eq!(dataset.progress("topic/0").await.unwrap(), 5);
    assert_eq!(dataset.info().rows, 0);
}

#[tokio::test]
async fn progress_never_goes_back() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    dataset
        .append(&batch(&[beat("ana", 61.0)]), &read_up_to("topic/0", 10))
        .await
        .unwrap();
    let mut both = read_up_to("topic/0", 5);
    both.insert("topic/1".to_owned(), 3);
    dataset
        .append(&batch(&[beat("luis", 72.5)]), &both)
        .await
        .unwrap();
    drop(dataset);
    let dataset = open(folder.path()).await.unwrap();
    assert_eq!(dataset.progress("topic/0").await.unwrap(), 10);
    assert_eq!(dataset.progress("topic/1").await.unwrap(), 3);
}

#[tokio::test]
async fn another_writer_of_the_same_source_does_not_double_its_rows() {
    let folder = tempdir().unwrap();
    let (one, other) = (
        open(folder.path()).await.unwrap(),
        open(folder.path()).await.unwrap(),
    );
    assert_eq!(other.progress("topic/0").await.unwrap(), 0);
    let rows = batch(&[beat("ana", 61.0)]);
    one.append(&rows, &read_up_to("topic/0", 1)).await.unwrap();

    let refused = other.append(&rows, &read_up_to("topic/0", 1)).await;
    assert!(
        matches!(refused, Err(StorageError::Overtaken { .. })),
        "{refused:?}"
    );
    other
        .append(&rows, &read_up_to("topic/0", 1))
        .await
        .unwrap();

    let dataset = open(folder.path()).await.unwrap();
    assert_eq!(dataset.info().rows, 1);
}

#[tokio::test]
async fn rows_of_another_contract_are_refused() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    let other = CONTRACT.replace("version: 1.0.0", "version: 1.1.0");
    let other = Contract::parse("beats.odcs.yaml", &other).unwrap();
    let row = beat("ana", 61.0).as_object().unwrap().clone();
    let rows = Gate::compile(&other, Side::Stored)
        .batch(vec![row])
        .accepted;
    let refused = dataset.append(&rows, &read_up_to("topic/0", 1)).await;
    assert!(
        matches!(refused, Err(StorageError::OtherContract { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_table_with_other_columns_is_refused() {
    let folder = tempdir().unwrap();
    open(folder.path()).await.unwrap();
    let changed = CONTRACT.replace(
        "name: rate, logicalType: number, logicalTypeOptions: {minimum: 30, maximum: 250}",
        "name: rate, logicalType: string",
    );
    let changed = Contract::parse("beats.odcs.yaml", &changed).unwrap();
    let error = Dataset::open(&folder.path().join("beats"), "beats", changed)
        .await
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "dataset beats: the table at hand has other columns than contract beats 1.0.0: \
         column rate: the table has Float64 that may be null, the contract Utf8 that may be null. \
         A breaking change needs a new major version of the contract and a dataset of its own name"
    );
}
