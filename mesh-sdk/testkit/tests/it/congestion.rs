//! A dataset that cannot store: ports refuse before too much waits, and what they took is stored once it can.

use std::fs;

use mesh_testkit::TestMesh;
use serde_json::json;

use crate::fixture::Wards;

const STARTING: u64 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_before_a_port_refuses_is_stored_once_the_dataset_is_mended() {
    let wards = Wards::new();
    wards.edit(
        "mesh.yaml",
        "from: { port: beds }",
        "from: { port: beds }\n    sink: { max_delay: 20ms, max_backlog: 40 }",
    );
    let mesh = TestMesh::start(wards.product()).await;
    let log = mesh
        .folder()
        .join("products/wards/datasets/beds/_delta_log");
    let aside = log.with_file_name("aside");
    fs::rename(&log, &aside).unwrap();
    // Where commits were written there is a file.
    fs::write(&log, "").unwrap();

    let batch = json!([{ "ward": "north", "beds": 1 }, { "ward": "south", "beds": 2 }]).to_string();
    let mut accepted = 0;
    let refused = loop {
        let answer = mesh
            .post("ports/beds", "application/json", batch.clone())
            .await;
        match answer.status {
            202 => accepted += 2,
            _ => break answer,
        }
        assert!(accepted <= 40, "it is never refused");
    };
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "too-many-requests")
    );
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert_eq!(accepted, 40);

    fs::remove_file(&log).unwrap();
    fs::rename(&aside, &log).unwrap();
    mesh.until_rows("beds", STARTING + accepted).await;
    let answer = mesh.post("ports/beds", "application/json", batch).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    mesh.until_rows("beds", STARTING + accepted + 2).await;
}
