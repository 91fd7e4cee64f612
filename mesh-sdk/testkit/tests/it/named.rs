//! Events that their producers have named, and the keys of events.

use std::collections::BTreeMap;
use std::time::Duration;

use mesh_events::{EmbeddedLog, EventLog};
use mesh_testkit::TestMesh;
use serde_json::{Value, json};

use crate::fixture::Wards;

const EVENT: &str = "application/cloudevents+json";
const EVENTS: &str = "application/cloudevents-batch+json";
const JSON: &str = "application/json";
const PORT: &str = "ports/beds";
const STARTING: u64 = 3;

fn named(id: &str, data: &Value) -> Value {
    json!({ "specversion": "1.0", "id": id, "source": "urn:ward-clerk", "type": "count", "data": data })
}

fn beds(ward: &str, beds: u64) -> Value {
    json!({ "ward": ward, "beds": beds })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_sent_again_is_acknowledged_with_the_same_id_and_stored_once() {
    let mesh = TestMesh::start(Wards::remembering().product()).await;
    let event = named("17", &beds("north", 5));
    let first = mesh.post(PORT, EVENT, event.to_string()).await;
    assert_eq!(first.status, 202, "{}", first.text());
    mesh.until_rows("beds", STARTING + 1).await;

    let again = mesh.post(PORT, EVENT, event.to_string()).await;
    assert_eq!((again.status, again.json()), (202, first.json()));
    let batch = json!([
        named("17", &beds("north", 5)),
        named("18", &beds("east", 7)),
        named("18", &beds("east", 7))
    ]);
    let batch = mesh.post(PORT, EVENTS, batch.to_string()).await;
    assert_eq!(batch.status, 202, "{}", batch.text());
    let ids = batch.json()["event_ids"].clone();
    assert_eq!(ids[0], first.json()["event_ids"][0]);
    assert_eq!(ids[1], ids[2]);
    let attributes = [
        ("content-type", JSON),
        ("ce-specversion", "1.0"),
        ("ce-id", "18"),
        ("ce-source", "urn:ward-clerk"),
        ("ce-type", "count"),
    ];
    let in_headers = mesh
        .post_with(PORT, &attributes, beds("east", 7).to_string())
        .await;
    assert_eq!(in_headers.json()["event_ids"][0], ids[1]);
    // Behind all of them in its partition, as ward east keeps its order.
    mesh.post(PORT, JSON, beds("east", 9).to_string()).await;
    mesh.until_rows("beds", STARTING + 3).await;

    let folder = mesh.stop().await;
    let mesh = TestMesh::start_in(Wards::remembering().product(), folder).await;
    mesh.post(PORT, EVENT, event.to_string()).await;
    mesh.post(PORT, JSON, beds("north", 9).to_string()).await;
    mesh.until_rows("beds", STARTING + 4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_half_a_name_or_of_an_unknown_contract_is_refused() {
    let mesh = TestMesh::start(Wards::remembering().product()).await;
    let half = [("content-type", JSON), ("ce-id", "18")];
    let answer = mesh
        .post_with(PORT, &half, beds("east", 7).to_string())
        .await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (400, "bad-request")
    );
    let name = [
        ("content-type", "application/x-ndjson"),
        ("ce-specversion", "1.0"),
        ("ce-id", "18"),
        ("ce-source", "urn:a"),
        ("ce-type", "count"),
    ];
    let answer = mesh
        .post_with(PORT, &name, beds("east", 7).to_string())
        .await;
    assert_eq!(answer.problem(), "bad-request");
    let list = json!([named("1", &beds("east", 7))]).to_string();
    assert_eq!(mesh.post(PORT, EVENT, list).await.problem(), "bad-request");
    let one = named("1", &beds("east", 7)).to_string();
    assert_eq!(mesh.post(PORT, EVENTS, one).await.problem(), "bad-request");

    let mut newer = named("1", &beds("east", 7));
    newer["dataschema"] = json!("urn:mesh:contract:testing:beds:1.1.0");
    let mut own = named("2", &beds("east", 7));
    own["dataschema"] = json!("urn:mesh:contract:testing:beds:1.0.0");
    let nameless =
        json!({ "specversion": "1.0", "source": "a", "type": "b", "data": beds("east", 7) });
    let answer = mesh
        .post(PORT, EVENTS, json!([newer, own, nameless]).to_string())
        .await;
    assert_eq!(answer.problem(), "partly-accepted");
    let answer = answer.json();
    let rules: Vec<&Value> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["rule"])
        .collect();
    assert_eq!(rules, ["schema-unknown", "cloudevent"]);
    assert!(answer["event_ids"][0].is_null() && answer["event_ids"][1].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_one_key_stay_in_one_partition_in_their_order() {
    let mesh = TestMesh::start(Wards::remembering().product()).await;
    for number in 0..30 {
        let ward = ["north", "south", "east", "west", "sky"][number % 5];
        let record = beds(ward, number as u64).to_string();
        assert_eq!(mesh.post(PORT, JSON, record).await.status, 202);
    }
    let folder = mesh.stop().await;
    let log = EmbeddedLog::open(&folder.path().join("events/log.redb")).unwrap();
    let mut reader = log.reader("testing.wards.beds", &[]).await.unwrap();
    let mut of_wards: BTreeMap<String, Vec<(u32, u64)>> = BTreeMap::new();
    let mut read = 0;
    while read < 30 {
        for received in reader.next(100, Duration::from_secs(10)).await.unwrap() {
            read += 1;
            let event = received.event.unwrap();
            let record: Value = serde_json::from_slice(&event.data).unwrap();
            assert_eq!(event.subject.as_deref(), record["ward"].as_str());
            let beds = record["beds"].as_u64().unwrap();
            let of_ward = of_wards.entry(event.subject.unwrap()).or_default();
            of_ward.push((received.position.partition, beds));
        }
    }
    assert_eq!(of_wards.len(), 5);
    for events in of_wards.values() {
        assert!(events.is_sorted(), "{events:?}");
        assert!(
            events
                .iter()
                .all(|(partition, _)| *partition == events[0].0)
        );
    }
}
