use axum::http::{HeaderMap, HeaderName};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Named, event_uuid, in_json};

const ID: &str = "0198c6f2-4b8e-7cc0-b7a5-000000000007";

fn headers(attributes: &[(&'static str, &str)]) -> HeaderMap {
    let pairs = attributes.iter();
    pairs
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .collect()
}

fn complete() -> Vec<(&'static str, &'static str)> {
    vec![
        ("ce-specversion", "1.0"),
        ("ce-id", "17"),
        ("ce-source", "urn:bracelet:4711"),
        ("ce-type", "reading"),
    ]
}

#[test]
fn an_event_has_the_same_id_whenever_its_producer_names_it_so() {
    assert_eq!(event_uuid("urn:a", ID).to_string(), ID);
    assert_eq!(event_uuid("urn:a", &ID.to_uppercase()).to_string(), ID);
    assert_eq!(event_uuid("urn:a", "17"), event_uuid("urn:a", "17"));
    let others = [
        event_uuid("urn:a", "17"),
        event_uuid("urn:a", "18"),
        event_uuid("urn:b", "17"),
        event_uuid("urn:a1", "7"),
        event_uuid("urn:a", &Uuid::nil().to_string()),
        event_uuid("urn:b", &Uuid::nil().to_string()),
    ];
    let different: std::collections::BTreeSet<_> = others.iter().collect();
    assert_eq!(different.len(), others.len());
    assert!(!others.contains(&Uuid::nil()));
}

#[test]
fn the_name_of_a_record_stands_in_the_headers() {
    assert_eq!(Named::in_headers(&headers(&[])), Ok(None));
    let plain = [("content-type", "application/json")];
    assert_eq!(Named::in_headers(&headers(&plain)), Ok(None));
    let named = Named::in_headers(&headers(&complete())).unwrap().unwrap();
    assert_eq!(named, Named::new("urn:bracelet:4711", "17", None));
    let mut with_schema = complete();
    with_schema.push(("ce-dataschema", "urn:c:1.0.0"));
    let named = Named::in_headers(&headers(&with_schema)).unwrap().unwrap();
    assert_eq!(named.schema(), Some("urn:c:1.0.0"));
    let mut encoded = complete();
    encoded[1] = ("ce-id", "Euro%20%E2%82%AC");
    let named = Named::in_headers(&headers(&encoded)).unwrap().unwrap();
    assert_eq!(
        named,
        Named::new("urn:bracelet:4711", "Euro \u{20ac}", None)
    );
}

#[test]
fn half_a_name_is_refused() {
    for missing in 0..4 {
        let mut half = complete();
        let (name, _) = half.remove(missing);
        let told = Named::in_headers(&headers(&half)).unwrap_err();
        assert!(told.contains(&format!("{name} is missing")), "{told}");
    }
    for (place, wrong) in [(0, "0.3"), (1, ""), (2, ""), (1, "%ff")] {
        let mut attributes = complete();
        attributes[place].1 = wrong;
        assert!(Named::in_headers(&headers(&attributes)).is_err(), "{wrong}");
    }
    let mut twice = headers(&complete());
    twice.append("ce-id", "18".parse().unwrap());
    assert!(Named::in_headers(&twice).is_err());
}

fn event() -> Value {
    json!({
        "specversion": "1.0", "id": "17", "source": "urn:a", "type": "reading", "time": "2026-05-03T10:00:00Z",
        "data": { "num": 1 },
    })
}

#[test]
fn the_record_and_the_name_of_an_event_are_in_json() {
    let (named, record) = in_json(&event().to_string()).unwrap();
    assert_eq!(named, Named::new("urn:a", "17", None));
    assert_eq!(json!(record.unwrap()), json!({ "num": 1 }));
    let mut with_schema = event();
    with_schema["dataschema"] = json!("urn:c:1.0.0");
    with_schema["datacontenttype"] = json!("application/json; charset=utf-8");
    with_schema["comexampleextension"] = json!(5);
    let (named, _) = in_json(&with_schema.to_string()).unwrap();
    assert_eq!(named.schema(), Some("urn:c:1.0.0"));
}

#[test]
fn a_record_that_is_none_spoils_the_record_and_not_the_name() {
    for data in [json!([1]), json!("text"), json!(7), Value::Null] {
        let mut event = event();
        event["data"] = data;
        let (named, record) = in_json(&event.to_string()).unwrap();
        assert_eq!(named, Named::new("urn:a", "17", None));
        assert!(record.is_err());
    }
}

#[test]
fn what_is_no_event_is_refused_without_its_values() {
    let wrong = |edit: fn(&mut Value)| {
        let mut event = event();
        edit(&mut event);
        in_json(&event.to_string()).unwrap_err().to_string()
    };
    for edit in [
        (|event| drop(event.as_object_mut().unwrap().remove("id"))) as fn(&mut Value),
        |event| event["time"] = json!("4711"),
        |event| event["id"] = json!(4711),
        |event| event["id"] = json!(""),
        |event| event["source"] = json!(""),
        |event| drop(event.as_object_mut().unwrap().remove("type")),
        |event| event["specversion"] = json!("0.3"),
        |event| event["datacontenttype"] = json!("text/4711"),
        |event| drop(event.as_object_mut().unwrap().remove("data")),
    ] {
        let told = wrong(edit);
        assert!(told.contains("expected a CloudEvent"), "{told}");
        assert!(!told.contains("4711"), "{told}");
    }
    let twice = r#"{"specversion":"1.0","id":"1","id":"2","source":"s","type":"t","data":{}}"#;
    assert!(in_json(twice).is_err());
    assert!(in_json("[]").is_err());
}
