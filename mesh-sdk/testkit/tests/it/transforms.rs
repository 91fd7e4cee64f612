use std::time::Duration;

use mesh_testkit::TestMesh;
use serde_json::{Value, json};

use crate::fixture::Wards;

async fn send(mesh: &TestMesh, rows: &Value) {
    let answer = mesh
        .post("ports/beds", "application/json", rows.to_string())
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text());
}

async fn until(mesh: &TestMesh, sql: &str, expected: &Value) {
    for attempt in 0.. {
        let rows = Value::from(mesh.query(sql).await);
        if rows == *expected {
            return;
        }
        assert!(attempt < 200, "{sql}: {rows} and not {expected}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn datasets_are_made_of_files_and_of_others_before_anything_is_served() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    assert_eq!(mesh.count("wards").await, 2);
    let full = mesh
        .query("SELECT ward FROM full_wards ORDER BY ward")
        .await;
    assert_eq!(
        Value::from(full),
        json!([{ "ward": "north" }, { "ward": "south" }])
    );
    let totals = mesh.query("SELECT * FROM ward_totals ORDER BY ward").await;
    assert_eq!(
        Value::from(totals),
        json!([
            { "ward": "north", "counts": 2, "most": 10 },
            { "ward": "south", "counts": 1, "most": 12 },
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_in_reaches_the_datasets_made_of_it() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    send(&mesh, &json!({ "ward": "west", "beds": 8, "taken": 8 })).await;
    let sql = "SELECT counts FROM ward_totals WHERE ward = 'west'";
    until(&mesh, sql, &json!([{ "counts": 1 }])).await;
    let sql = "SELECT beds FROM full_wards WHERE ward = 'west'";
    until(&mesh, sql, &json!([{ "beds": 8 }])).await;
    let states = mesh.datasets();
    let how = |name: &str| {
        let state = states.iter().find(|state| state.name == name).unwrap();
        state.refresh.clone().unwrap().how.unwrap()
    };
    assert_eq!(
        how("full_wards"),
        "incrementally",
        "each row counts by itself"
    );
    assert_eq!(how("ward_totals"), "in full", "it aggregates");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_made_twice_or_forgotten_over_a_restart() {
    let wards = Wards::new();
    let mesh = TestMesh::start(wards.product()).await;
    send(&mesh, &json!({ "ward": "west", "beds": 8, "taken": 8 })).await;
    mesh.until_rows("full_wards", 3).await;
    mesh.until_rows("ward_totals", 3).await;
    let versions = |mesh: &TestMesh| -> Vec<u64> {
        let states = mesh.datasets();
        states.iter().map(|state| state.version).collect()
    };
    let before = versions(&mesh);
    let folder = mesh.stop().await;
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    assert_eq!(
        versions(&mesh),
        before,
        "nothing has changed, so nothing is made"
    );
    assert_eq!(mesh.count("full_wards").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_statement_or_file_makes_its_dataset_anew() {
    let wards = Wards::new();
    let folder = TestMesh::start(wards.product()).await.stop().await;
    wards.edit("transforms/full_wards.sql", "taken >= beds", "taken > 5");
    wards.write("data/wards.csv", "ward,opened,floor\nnorth,1999-04-01,1\n");
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    assert_eq!(mesh.count("full_wards").await, 3);
    assert_eq!(mesh.count("wards").await, 1);
    let folder = mesh.stop().await;
    // And back again: what was there before is not taken for done.
    wards.edit("transforms/full_wards.sql", "taken > 5", "taken >= beds");
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    assert_eq!(mesh.count("full_wards").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transform_that_breaks_the_contract_keeps_the_last_good_version_and_says_why() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    // A good row of beds, but the contract of full_wards ends at 90.
    send(&mesh, &json!({ "ward": "vast", "beds": 95, "taken": 95 })).await;
    mesh.until_rows("beds", 4).await;
    let mut failure = None;
    for _ in 0..200 {
        let states = mesh.datasets();
        let full = states.iter().find(|state| state.name == "full_wards");
        failure = full.and_then(|state| state.refresh.clone()?.failure);
        if failure.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let reason = failure.expect("the failure is told").reason;
    assert!(
        reason.contains("1 of 1 rows break contract full-wards, the first: beds:"),
        "{reason}"
    );
    assert_eq!(mesh.count("full_wards").await, 2);
    // The other datasets go on.
    mesh.until_rows("ward_totals", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_file_that_break_the_contract_go_to_quarantine_once() {
    let wards = Wards::new();
    wards.write(
        "data/wards.csv",
        "ward,opened,floor\nnorth,1999-04-01,1\nsky,2001-01-01,77\neast,yesterday,2\n",
    );
    let mesh = TestMesh::start(wards.product()).await;
    assert_eq!(mesh.count("wards").await, 1);
    let states = mesh.datasets();
    let state = states.iter().find(|state| state.name == "wards").unwrap();
    assert_eq!(state.refresh.clone().unwrap().quarantined, 2);
    assert_eq!(mesh.quarantined().await, 2);
    let folder = mesh.stop().await;
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    assert_eq!(mesh.quarantined().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_makes_a_dataset_anew_at_its_times_and_not_on_commit() {
    let wards = Wards::new();
    wards.edit(
        "mesh.yaml",
        "refresh: on-commit",
        "refresh: { schedule: \"0 0 1 1 *\" }",
    );
    let mesh = TestMesh::start(wards.product()).await;
    assert_eq!(
        mesh.count("ward_totals").await,
        2,
        "made once, to begin with"
    );
    send(&mesh, &json!({ "ward": "west", "beds": 8, "taken": 8 })).await;
    // Made on commit of the same row, so the other has had its chance.
    mesh.until_rows("full_wards", 3).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(mesh.count("ward_totals").await, 2, "it is not yet new year");
    let folder = mesh.stop().await;

    wards.edit("mesh.yaml", "0 0 1 1 *", "* * * * * *");
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    mesh.until_rows("ward_totals", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_begins_anew_is_read_anew() {
    let wards = Wards::new();
    let mesh = TestMesh::start(wards.product()).await;
    for _ in 0..3 {
        let before = mesh.count("beds").await;
        send(&mesh, &json!({ "ward": "west", "beds": 8, "taken": 8 })).await;
        mesh.until_rows("beds", before + 1).await;
    }
    mesh.until_rows("full_wards", 5).await;
    let folder = mesh.stop().await;
    // As after a table was restored from a copy: its versions count from the beginning again.
    std::fs::remove_dir_all(folder.path().join("products/wards/datasets/beds")).unwrap();
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    // The event log has what was sent.
    mesh.until_rows("beds", 6).await;
    for rows in 7..=11 {
        send(&mesh, &json!({ "ward": "east", "beds": 9, "taken": 9 })).await;
        mesh.until_rows("beds", rows).await;
    }
    // Two of the rows it starts with, and the eight.
    mesh.until_rows("full_wards", 10).await;
}
