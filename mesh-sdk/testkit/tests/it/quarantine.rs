//! What broke its contract: looked at, mended and put in again.

use mesh_events::{EmbeddedLog, Event, EventLog};
use mesh_platform::identity::Scope;
use mesh_testkit::{Answer, TestMesh};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fixture::Wards;

const JSON: &str = "application/json";
const STARTING: u64 = 3;

fn id(number: u32) -> String {
    format!("0198c6f2-4b8e-7cc0-b7a5-{number:012}")
}

fn event(number: u32, beds: u64) -> Event {
    let record = json!({
        "ward": "north", "beds": beds, "event_id": id(number), "received_at": "2026-05-03T10:00:00Z",
    });
    Event {
        id: id(number),
        source: "urn:device".to_owned(),
        kind: "count".to_owned(),
        subject: Some("north".to_owned()),
        time: "2026-05-03T10:00:00Z".parse().unwrap(),
        schema: Some("urn:mesh:contract:testing:beds:1.0.0".to_owned()),
        correlation: None,
        data: record.to_string().into(),
    }
}

/// Writes to the topic past the port, as a device might that writes to Kafka, while the mesh is down.
async fn written(mesh: TestMesh, events: Vec<Event>) -> TempDir {
    let folder = mesh.stop().await;
    let log = EmbeddedLog::open(&folder.path().join("events/log.redb")).unwrap();
    log.append("testing.wards.beds", events).await.unwrap();
    folder
}

async fn replay(mesh: &TestMesh, wish: Value) -> Answer {
    mesh.post("quarantine/replay", JSON, wish.to_string()).await
}

async fn waiting(mesh: &TestMesh) -> Vec<Value> {
    let answer = mesh.get("quarantine").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["entries"].as_array().unwrap().clone()
}

/// A mesh in whose quarantine so many events wait, with more beds than the contract allows.
async fn with_broken(wards: &Wards, numbers: std::ops::Range<u32>) -> TestMesh {
    let mesh = TestMesh::start(wards.product()).await;
    let broken = numbers.clone().map(|number| event(number, 500));
    let folder = written(mesh, broken.collect()).await;
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    for _ in 0..400 {
        if waiting(&mesh).await.len() == numbers.len() {
            return mesh;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nothing gets to quarantine");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_listed_and_shown_as_it_came() {
    let wards = Wards::remembering();
    let mesh = with_broken(&wards, 1..6).await;
    let listed = waiting(&mesh).await;
    let entry = &listed[0];
    assert_eq!(entry["dataset"], "beds");
    assert_eq!(entry["reasons"][0]["field"], "beds");
    assert_eq!(entry["reasons"][0]["rule"], "maximum");
    assert!(entry.get("data").is_none(), "a list shows no data");
    let name = entry["id"].as_str().unwrap();
    let shown = mesh.get(&format!("quarantine/{name}")).await.json();
    let data: Value = serde_json::from_str(shown["data"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&data["beds"], &data["event_id"]),
        (&json!(500), &entry["event_id"])
    );
    assert_eq!(
        (&shown["source"], &shown["subject"]),
        (&json!("urn:device"), &json!("north"))
    );

    let page = mesh.get("quarantine?limit=2").await.json();
    let next = page["next"].as_str().unwrap();
    let rest = mesh
        .get(&format!(
            "quarantine?after={next}&dataset=beds&reason=maximum"
        ))
        .await
        .json();
    let seen = [
        page["entries"].as_array().unwrap().as_slice(),
        rest["entries"].as_array().unwrap(),
    ]
    .concat();
    assert_eq!(seen, listed);
    assert!(rest["next"].is_null());
    let other = mesh.get("quarantine?reason=minimum").await.json();
    assert_eq!(other["entries"], json!([]));
    for (query, code) in [
        ("?dataset=bed", "not-found"),
        ("?limit=0", "bad-request"),
        ("?limit=x", "bad-request"),
        ("?after=0-1-2", "not-found"),
        ("?colour=red", "bad-request"),
        ("/nonsense", "not-found"),
    ] {
        let answer = mesh.get(&format!("quarantine{query}")).await;
        assert_eq!(answer.problem(), code, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_contract_is_mended_what_waits_is_stored_once() {
    let wards = Wards::remembering();
    let mesh = with_broken(&wards, 1..6).await;
    let all = json!({ "dataset": "beds" });
    let still = replay(&mesh, all.clone()).await.json();
    assert_eq!(still["refused"].as_array().unwrap().len(), 5);
    assert_eq!(
        (&still["replay"], &still["stored"]),
        (&Value::Null, &json!([]))
    );

    let folder = mesh.stop().await;
    wards.edit("contracts/beds.odcs.yaml", "maximum: 100", "maximum: 1000");
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    let listed = waiting(&mesh).await;
    let one = json!({ "dataset": "beds", "ids": [listed[0]["id"]] });
    let first = replay(&mesh, one.clone()).await.json();
    assert_eq!(
        (&first["replay"], &first["stored"]),
        (&json!(1), &json!([listed[0]["id"]]))
    );
    mesh.until_rows("beds", STARTING + 1).await;
    assert_eq!(replay(&mesh, one).await.problem(), "not-found");

    let rest = replay(&mesh, all.clone()).await.json();
    assert_eq!(rest["stored"].as_array().unwrap().len(), 4);
    mesh.until_rows("beds", STARTING + 5).await;
    assert_eq!(waiting(&mesh).await, [] as [Value; 0]);
    let nothing = replay(&mesh, all).await.json();
    assert_eq!(
        (&nothing["replay"], &nothing["stored"]),
        (&Value::Null, &json!([]))
    );
    // Who looks for one finds what became of it.
    let shown = mesh
        .get(&format!("quarantine/{}", listed[0]["id"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(shown["replay"], 1);
    assert_eq!(mesh.count("beds").await, STARTING + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mended_record_is_stored_under_the_id_of_its_event() {
    let wards = Wards::remembering();
    let mesh = with_broken(&wards, 1..3).await;
    let listed = waiting(&mesh).await;
    let name = listed[0]["id"].as_str().unwrap();
    let with = |record: Value| json!({ "dataset": "beds", "records": { name: record } });
    let worse = replay(&mesh, with(json!({ "ward": "north", "beds": -1 })))
        .await
        .json();
    assert_eq!(worse["refused"][0]["errors"][0]["rule"], "minimum");
    let mended = replay(&mesh, with(json!({ "ward": "north", "beds": 50 })))
        .await
        .json();
    assert_eq!(mended["stored"], json!([name]));
    let rows = mesh
        .query("SELECT beds, event_id, received_at FROM beds WHERE beds = 50")
        .await;
    assert_eq!(rows[0]["event_id"], listed[0]["event_id"]);
    assert_eq!(rows[0]["received_at"], "2026-05-03T10:00:00Z");
    assert_eq!(waiting(&mesh).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_its_producer_sent_again_meanwhile_is_not_stored_again() {
    let wards = Wards::remembering();
    let mesh = with_broken(&wards, 1..3).await;
    let again = json!({
        "specversion": "1.0", "id": id(1), "source": "urn:device", "type": "count", "data": { "ward": "north", "beds": 40 },
    });
    let answer = mesh
        .post(
            "ports/beds",
            "application/cloudevents+json",
            again.to_string(),
        )
        .await;
    assert_eq!(answer.json()["event_ids"], json!([id(1)]));
    mesh.until_rows("beds", STARTING + 1).await;
    let folder = mesh.stop().await;
    wards.edit("contracts/beds.odcs.yaml", "maximum: 100", "maximum: 1000");
    let mesh = TestMesh::start_in(wards.product(), folder).await;
    let answer = replay(&mesh, json!({ "dataset": "beds" })).await.json();
    assert_eq!(answer["stored"].as_array().unwrap().len(), 1);
    assert_eq!(answer["there"].as_array().unwrap().len(), 1);
    assert_eq!(waiting(&mesh).await, [] as [Value; 0]);
    mesh.until_rows("beds", STARTING + 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_file_come_back_with_the_file() {
    let wards = Wards::new();
    wards.write("data/wards.csv", "ward,opened,floor\nsky,2001-01-01,77\n");
    let mesh = TestMesh::start(wards.product()).await;
    let listed = waiting(&mesh).await;
    assert_eq!(
        (&listed[0]["dataset"], &listed[0]["topic"]),
        (&json!("wards"), &json!("data/wards.csv"))
    );
    let answer = replay(&mesh, json!({ "dataset": "wards" })).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (409, "not-replayable")
    );
    assert!(
        answer.text().contains("data/wards.csv"),
        "{}",
        answer.text()
    );
    for (wish, code) in [
        (json!({ "dataset": "ward" }), "not-found"),
        (json!({}), "bad-request"),
        (json!({ "dataset": "beds", "colour": "red" }), "bad-request"),
        (
            json!({ "dataset": "beds", "ids": ["nonsense"] }),
            "not-found",
        ),
        (
            json!({ "dataset": "beds", "ids": ["0-0-00000000"] }),
            "not-found",
        ),
        (json!({ "dataset": "beds", "limit": 0 }), "bad-request"),
    ] {
        assert_eq!(replay(&mesh, wish.clone()).await.problem(), code, "{wish}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_quarantine_without_its_scope() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let others: Vec<Scope> = Scope::ALL
        .into_iter()
        .filter(|scope| *scope != Scope::Quarantine)
        .collect();
    for path in ["quarantine", "quarantine/0-0-00000000"] {
        let answer = mesh.get_as(&mesh.token(&others), path).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (403, "forbidden"),
            "{path}"
        );
    }
}
