use std::path::Path;
use std::sync::Arc;

use mesh_contracts::Contract;
use mesh_storage::{Changes, Dataset, StorageError};
use serde_json::{Value, json};
use tempfile::tempdir;

use super::{CONTRACT, all, batch, batch_of, beat, engine_over, open, read_up_to};

/// A further column in the middle, a further field of an object, and one that need not be there any more.
fn grown() -> Contract {
    let grown = CONTRACT
        .replace("version: 1.0.0", "version: 1.1.0")
        .replace(
            "{name: who, logicalType: string, required: true}",
            "{name: who, logicalType: string}",
        )
        .replace(
            "      - {name: at,",
            "      - {name: mood, logicalType: string}\n      - {name: at,",
        )
        .replace(
            "          - {name: version,",
            "          - {name: maker, logicalType: string}\n          - {name: version,",
        );
    Contract::parse("beats.odcs.yaml", &grown).unwrap()
}

async fn open_grown(folder: &Path) -> Arc<Dataset> {
    let dataset = Dataset::open(&folder.join("beats"), "beats", grown()).await;
    Arc::new(dataset.unwrap())
}

fn grown_row() -> Value {
    json!({"rate": 72.5, "mood": "calm", "device": {"model": "B2", "maker": "Acme", "version": 8}})
}

#[tokio::test]
async fn old_rows_have_nulls_in_new_columns() {
    let folder = tempdir().unwrap();
    let dataset = open(folder.path()).await.unwrap();
    let row = batch(&[beat("ana", 61.0)]);
    dataset
        .append(&row, &read_up_to("topic/0", 1))
        .await
        .unwrap();
    drop(dataset);

    let sql = "SELECT who, mood, device['model'], device['maker'], device['version'] FROM beats";
    let dataset = open_grown(folder.path()).await;
    assert_eq!((dataset.info().version, dataset.info().rows), (2, 1));
    assert_eq!(all(&engine_over(&dataset), sql).await, ["ana,,B1,,7"]);

    let rows = batch_of(&grown(), &[grown_row()]);
    dataset
        .append(&rows, &read_up_to("topic/0", 2))
        .await
        .unwrap();
    let both = [",calm,B2,Acme,8", "ana,,B1,,7"];
    assert_eq!(all(&engine_over(&dataset), sql).await, both);
    drop(dataset);

    let dataset = open_grown(folder.path()).await;
    assert_eq!((dataset.info().version, dataset.info().rows), (3, 2));
    assert_eq!(dataset.progress("topic/0").await.unwrap(), 2);
    let engine = engine_over(&dataset);
    assert_eq!(all(&engine, sql).await, both);
    assert_eq!(
        all(&engine, "SELECT * FROM beats WHERE mood IS NULL").await,
        [r#"ana,61.0,,2026-05-03T10:00:00.250Z,"{""model"":""B1"",""version"":7}""#]
    );
}

#[tokio::test]
async fn what_was_derived_from_the_columns_before_is_derived_anew() {
    let folder = tempdir().unwrap();
    open(folder.path()).await.unwrap();
    let engine = engine_over(&open_grown(folder.path()).await);
    let since = read_up_to("beats", 0);
    let changes = engine.changes("SELECT * FROM beats", &since).await;
    let Ok(Changes::Whole { reason }) = changes else {
        panic!("read as if nothing had changed");
    };
    assert_eq!(reason, "beats has other columns now");
}

#[tokio::test]
async fn columns_that_a_contract_no_longer_has_are_refused() {
    let folder = tempdir().unwrap();
    open_grown(folder.path()).await;
    let refused = open(folder.path()).await.err().unwrap();
    assert!(
        matches!(refused, StorageError::SchemaDiffers { .. }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_column_that_a_contract_no_longer_has_is_kept_and_shown_to_nobody() {
    let wider = CONTRACT.replace(
        "      - {name: at,",
        "      - {name: mood, logicalType: string}\n      - {name: at,",
    );
    let wider = Contract::parse("beats.odcs.yaml", &wider).unwrap();
    let folder = tempdir().unwrap();
    let location = folder.path().join("beats");
    let dataset = Dataset::open(&location, "beats", wider.clone())
        .await
        .unwrap();
    let row = json!({"who": "ana", "rate": 61.0, "mood": "calm"});
    let rows = batch_of(&wider, &[row]);
    dataset
        .append(&rows, &read_up_to("topic/0", 1))
        .await
        .unwrap();
    drop(dataset);

    let dataset = Arc::new(open(folder.path()).await.unwrap());
    assert_eq!(dataset.info().rows, 1);
    let rows = batch(&[beat("bob", 62.0)]);
    dataset
        .append(&rows, &read_up_to("topic/0", 2))
        .await
        .unwrap();
    let engine = engine_over(&dataset);
    let count = all(&engine, "SELECT count(*) FROM beats").await;
    assert_eq!(count, ["2"]);
    let hidden = engine.query("SELECT mood FROM beats").await;
    assert!(matches!(hidden, Err(StorageError::InvalidQuery(_))));
    drop((engine, dataset));

    let dataset = Arc::new(Dataset::open(&location, "beats", wider).await.unwrap());
    let sql = "SELECT who, mood FROM beats";
    assert_eq!(all(&engine_over(&dataset), sql).await, ["ana,calm", "bob,"]);
}

#[tokio::test]
async fn a_writer_of_the_columns_before_cannot_commit_to_those_after() {
    let folder = tempdir().unwrap();
    let before = open(folder.path()).await.unwrap();
    open_grown(folder.path()).await;
    let rows = batch(&[beat("ana", 61.0)]);
    let refused = before.append(&rows, &read_up_to("topic/0", 1)).await;
    assert!(
        matches!(refused, Err(StorageError::Table { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn items_of_a_list_grow_too() {
    let folder = tempdir().unwrap();
    let with_items = |version: &str, items: &str| {
        let list = format!(
            "      - name: parts\n        logicalType: array\n        items:\n          logicalType: object\n          properties: [{items}]\n"
        );
        let yaml = CONTRACT.replace("version: 1.0.0", version) + &list;
        Contract::parse("beats.odcs.yaml", &yaml).unwrap()
    };
    let name = "{name: name, logicalType: string}";
    let before = with_items("version: 1.0.0", name);
    let after = with_items(
        "version: 1.1.0",
        &format!("{{name: weight, logicalType: number}}, {name}"),
    );
    let location = folder.path().join("beats");
    let dataset = Dataset::open(&location, "beats", before.clone())
        .await
        .unwrap();
    let row = json!({"who": "ana", "parts": [{"name": "strap"}]});
    dataset
        .append(&batch_of(&before, &[row]), &read_up_to("topic/0", 1))
        .await
        .unwrap();
    let dataset = Dataset::open(&location, "beats", after.clone())
        .await
        .unwrap();
    let row = json!({"who": "luis", "parts": [{"weight": 2.5, "name": "case"}]});
    dataset
        .append(&batch_of(&after, &[row]), &read_up_to("topic/0", 2))
        .await
        .unwrap();
    let engine = engine_over(&Arc::new(dataset));
    assert_eq!(
        all(
            &engine,
            "SELECT who, p['name'], p['weight'] FROM (SELECT who, unnest(parts) AS p FROM beats)"
        )
        .await,
        ["ana,strap,", "luis,case,2.5"]
    );
}
