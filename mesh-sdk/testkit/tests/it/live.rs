//! Streams of what happens in a product.

use std::time::Duration;

use mesh_platform::identity::Scope;
use mesh_testkit::{Frame, TestMesh};
use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::Wards;

const BEDS: &str = "ports/beds/events";
const FULL: &str = "ports/full_wards/events";
const TOTALS: &str = "ports/ward_totals/events";

async fn count(mesh: &TestMesh, ward: &str, beds: u64, taken: u64) {
    let count = json!({ "ward": ward, "beds": beds, "taken": taken }).to_string();
    let answer = mesh.post("ports/beds", "application/json", count).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
}

fn ward(frame: &Frame) -> String {
    let ward = &frame.json()["data"]["ward"];
    ward.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_an_input_port_come_as_they_happen() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    count(&mesh, "before", 10, 1).await;
    let mut watching = mesh.watch(BEDS, None).await;
    let first = watching.next().await.unwrap();
    assert!(first.data.is_empty() && !first.id.is_empty(), "{first:?}");
    count(&mesh, "north", 10, 1).await;
    let event = watching.event().await;
    assert_eq!(event.event, "mesh.ingest");
    let said = event.json();
    assert_eq!(said["specversion"], "1.0");
    assert_eq!(said["type"], "mesh.ingest");
    assert_eq!(said["source"], "urn:mesh:testing:wards:beds:1");
    assert_eq!(said["dataschema"], "urn:mesh:contract:testing:beds:1.0.0");
    assert_eq!(said["data"]["ward"], "north");
    assert_eq!(said["data"]["event_id"], said["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_where_it_was_cut_off_or_begins_with_the_oldest() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let wards = ["a", "b", "c", "d", "e"];
    for ward in wards {
        count(&mesh, ward, 10, 10).await;
    }
    for (path, ids) in [(BEDS, "0:"), (FULL, "1-")] {
        mesh.until_rows("full_wards", 7).await;
        let mut oldest = mesh.watch(&format!("{path}?from=beginning"), None).await;
        let mut seen = Vec::new();
        while seen.len() < wards.len() {
            let event = oldest.event().await;
            // What the product began with was no event.
            if wards.contains(&ward(&event).as_str()) {
                seen.push((event.id.clone(), ward(&event)));
            }
        }
        let mut all: Vec<_> = seen.iter().map(|(_, ward)| ward.as_str()).collect();
        all.sort_unstable();
        assert_eq!(all, wards, "{path}");
        assert!(oldest_id(&mesh, path).await.starts_with(ids), "{path}");
        let (cut_off, _) = &seen[2];
        let mut watching = mesh.watch(path, Some(cut_off)).await;
        for (id, expected) in &seen[3..] {
            let event = watching.event().await;
            assert_eq!((&event.id, &ward(&event)), (id, expected), "{path}");
        }
        let in_address = format!("{path}?last_event_id={cut_off}");
        let event = mesh.watch(&in_address, None).await.event().await;
        assert_eq!(event.id, seen[3].0, "{path}");
    }
}

async fn oldest_id(mesh: &TestMesh, path: &str) -> String {
    let mut watching = mesh.watch(&format!("{path}?from=beginning"), None).await;
    watching.next().await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rows_of_an_output_port_come_one_by_one() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let mut watching = mesh.watch(FULL, None).await;
    watching.next().await.unwrap();
    count(&mesh, "east", 12, 3).await;
    count(&mesh, "west", 8, 8).await;
    let row = watching.event().await;
    assert_eq!(row.event, "mesh.row");
    let said = row.json();
    assert_eq!(said["id"], row.id);
    assert_eq!(said["source"], "urn:mesh:testing:wards:full_wards:1");
    let schema = "urn:mesh:contract:testing:full-wards:1.0.0";
    assert_eq!(said["dataschema"], schema);
    assert_eq!(said["data"], json!({ "ward": "west", "beds": 8 }));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_replaced_are_to_be_read_anew() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let mut watching = mesh.watch(TOTALS, None).await;
    watching.next().await.unwrap();
    count(&mesh, "east", 12, 3).await;
    let frame = watching.event().await;
    assert_eq!(frame.event, "replaced");
    let version = frame.json()["version"].as_u64().unwrap();
    assert_eq!(frame.id, format!("{}-0", version + 1));
    mesh.until_rows("ward_totals", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_a_stream_does_not_have_is_refused() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    for (path, id) in [
        (BEDS, "7-1"),
        (BEDS, "0:99"),
        (BEDS, "0:0,1:0,2:0,3:0,4:0"),
        (FULL, "0:1"),
        (FULL, "99-1"),
    ] {
        let answer = mesh.get(&format!("{path}?last_event_id={id}")).await;
        assert_eq!(answer.problem(), "unknown-position", "{path} {id}");
        assert_eq!(answer.status, 400);
    }
    for query in ["from=end", "since=1", "from=beginning&from=beginning"] {
        let answer = mesh.get(&format!("{BEDS}?{query}")).await;
        assert_eq!(answer.problem(), "bad-request", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_asks_for_the_right_to_read() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let path = format!("/products/wards/{BEDS}");
    let answer = mesh.anonymous(Method::GET, &path).await;
    assert_eq!(answer.problem(), "unauthenticated");
    let token = mesh.token(&[Scope::Ingest, Scope::Score]);
    let answer = mesh.get_as(&token, BEDS).await;
    assert_eq!(answer.problem(), "forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_token() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let token = mesh.token_for(&[Scope::Query], Duration::ZERO);
    let watching = mesh.try_watch(&token, BEDS, None).await.ok().unwrap();
    assert_eq!(watching.rest().await, vec![]);
    assert_eq!(mesh.get_as(&token, BEDS).await.problem(), "token-expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_streams_are_open_as_may_be_and_one_that_ends_makes_room() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(mesh.watch(BEDS, None).await);
    }
    let full = mesh.get(FULL).await;
    assert_eq!(full.problem(), "too-many-requests");
    assert_eq!(full.header("retry-after"), "10");
    open.pop();
    let room = async {
        let token = mesh.token(&[Scope::Query]);
        while mesh.try_watch(&token, FULL, None).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let room = tokio::time::timeout(Duration::from_secs(20), room).await;
    room.expect("there is room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_mesh_stops_and_go_on_without_a_gap() {
    let wards = Wards::new();
    let mesh = TestMesh::start(wards.product()).await;
    let mut watching = mesh.watch(FULL, None).await;
    count(&mesh, "south", 12, 12).await;
    let last = watching.event().await;
    assert_eq!(ward(&last), "south");
    let (folder, rest) = tokio::join!(mesh.stop(), watching.rest());
    assert_eq!(rest, vec![]);

    let mesh = TestMesh::start_in(wards.product(), folder).await;
    count(&mesh, "west", 8, 8).await;
    mesh.until_rows("full_wards", 4).await;
    let mut watching = mesh.watch(FULL, Some(&last.id)).await;
    assert_eq!(ward(&watching.event().await), "west");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_topics_are_described() {
    let mesh = TestMesh::start(Wards::new().product()).await;
    let path = "/products/wards/asyncapi.json";
    let document = mesh.anonymous(Method::GET, path).await.json();
    assert_eq!(document["asyncapi"], "3.0.0");
    let channel = &document["channels"]["beds"];
    assert_eq!(channel["address"], "testing.wards.beds");
    assert_eq!(channel["bindings"]["kafka"]["partitions"], 4);
    let operation = &document["operations"]["receive-beds"];
    assert_eq!(operation["action"], "receive");
    assert_eq!(operation["channel"]["$ref"], "#/channels/beds");
    let messages = &document["components"]["messages"];
    let headers = &messages["beds"]["headers"]["properties"];
    let schema = "urn:mesh:contract:testing:beds:1.0.0";
    assert_eq!(headers["ce_dataschema"]["const"], schema);
    let event = &messages["beds-structured"];
    assert_eq!(event["contentType"], "application/cloudevents+json");
    let data = event["payload"]["properties"]["data"]["$ref"].as_str();
    let data = document.pointer(data.unwrap().strip_prefix('#').unwrap());
    assert_eq!(data.unwrap()["properties"]["beds"]["maximum"], 100);
    every_reference_leads_somewhere(&document, &document);
}

fn every_reference_leads_somewhere(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference}");
            }
            let each = |part| every_reference_leads_somewhere(document, part);
            members.values().for_each(each);
        }
        Value::Array(items) => {
            let each = |part| every_reference_leads_somewhere(document, part);
            items.iter().for_each(each);
        }
        _ => {}
    }
}
