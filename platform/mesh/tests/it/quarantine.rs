//! `mesh quarantine`, against a mesh that runs.

use std::time::Duration;

use mesh_events::{EmbeddedLog, Event, EventLog};
use serde_json::{Value, json};

use crate::process::{Ended, Mesh, mesh, text};

const PRODUCT: &str = "bracelet-cardiology";
const ID: &str = "0198c6f2-4b8e-7cc0-b7a5-000000000001";

/// A reading of somebody who is 300 years old.
fn broken() -> Event {
    let record = json!({
        "patient_id": "p-1", "age": 300, "sex": 1, "cp": 1, "event_id": ID, "received_at": "2026-05-03T10:00:00Z",
    });
    Event {
        id: ID.to_owned(),
        source: "urn:bracelet:7".to_owned(),
        kind: "reading".to_owned(),
        subject: Some("p-1".to_owned()),
        time: "2026-05-03T10:00:00Z".parse().unwrap(),
        schema: Some("urn:mesh:contract:cardiology:heart-readings:1.0.0".to_owned()),
        correlation: None,
        data: record.to_string().into(),
    }
}

fn quarantine(running: &Mesh, arguments: &[&str]) -> Ended {
    let folder = ["--data-dir", text(running.folder.path())];
    mesh(&[&["quarantine"], arguments, &folder].concat())
}

/// A mesh in which the broken reading waits.
async fn with_broken() -> Mesh {
    let mut running = Mesh::up().await;
    assert!(running.interrupt());
    let log = running.folder.path().join("events/log.redb");
    let log = EmbeddedLog::open(&log).unwrap();
    let topic = "cardiology.bracelet-cardiology.readings";
    log.append(topic, vec![broken()]).await.unwrap();
    drop(log);
    running.start_again().await;
    for _ in 0..400 {
        if !listed(&running)["entries"].as_array().unwrap().is_empty() {
            return running;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nothing gets to quarantine");
}

fn listed(running: &Mesh) -> Value {
    let json = quarantine(running, &["list", PRODUCT, "--json"]).well();
    serde_json::from_str(&json).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_its_contract_is_listed_shown_mended_and_put_in_again() {
    let running = with_broken().await;
    let id = listed(&running)["entries"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let list = quarantine(&running, &["list", PRODUCT]).well();
    for part in [
        &*id,
        "heart_readings",
        "age: maximum",
        "`mesh quarantine show",
    ] {
        assert!(list.contains(part), "no {part} in {list}");
    }
    let shown = quarantine(&running, &["show", PRODUCT, &id]).well();
    for part in [
        ID,
        "urn:bracelet:7",
        "p-1",
        "\"age\":300",
        "from 0 to 120",
        "`mesh quarantine replay",
    ] {
        assert!(shown.contains(part), "no {part} in {shown}");
    }
    let replay = ["replay", PRODUCT, "--dataset", "heart_readings"];
    quarantine(&running, &replay).told(&[&id, "age: maximum", "0 events stored", "1 still broken"]);

    let mended = tempfile::tempdir().unwrap();
    let file = mended.path().join("mended.json");
    std::fs::write(
        &file,
        r#"{ "patient_id": "p-1", "age": 30, "sex": 1, "cp": 1 }"#,
    )
    .unwrap();
    let record = format!("{id}={}", text(&file));
    let done = quarantine(&running, &[&replay[..], &["--record", &record]].concat()).well();
    assert!(
        done.contains("1 event stored, 0 there already, 0 still broken"),
        "{done}"
    );
    let list = quarantine(&running, &["list", PRODUCT]).well();
    assert!(list.contains("nothing waits"), "{list}");
    let sql = format!("SELECT age FROM heart_readings WHERE event_id = '{ID}'");
    let rows = running.query(&running.token(), PRODUCT, &sql).await;
    assert_eq!(rows, [json!({ "age": 30 })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_told_with_what_to_do() {
    let running = Mesh::up().await;
    quarantine(&running, &["list", "bracelet"]).told(&["is there a product bracelet?"]);
    let dataset = ["list", PRODUCT, "--dataset", "heart_reading"];
    quarantine(&running, &dataset).told(&["did you mean `heart_readings`?"]);
    let show = ["show", PRODUCT, "0-0-00000000"];
    quarantine(&running, &show)
        .told(&["0-0-00000000", "`mesh quarantine list bracelet-cardiology`"]);
    let made = ["replay", "epidemiology", "--dataset", "weekly_signals"];
    quarantine(&running, &made).told(&["not-replayable", "/errors/not-replayable"]);
    // A token for everything that a token is for by default does not open it.
    let url = format!("{}/quarantine", running.product(PRODUCT));
    let answer = running
        .client
        .get(url)
        .bearer_auth(running.token())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);

    let folder = running.folder.path().to_owned();
    let empty = tempfile::tempdir().unwrap();
    let list = ["quarantine", "list", PRODUCT, "--data-dir"];
    mesh(&[&list[..], &[text(empty.path())]].concat()).told(&["`mesh up`"]);
    let mut running = running;
    assert!(running.interrupt());
    mesh(&[&list[..], &[text(&folder)]].concat()).told(&["no mesh answers", "`mesh up`"]);
}
