use bytes::Bytes;
use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::*;

use crate::Event;

fn event() -> Event {
    Event {
        id: "0197".to_owned(),
        source: "/products/bracelet-cardiology".to_owned(),
        kind: "mesh.ingest".to_owned(),
        subject: Some("Zoë".to_owned()),
        time: Utc.timestamp_opt(1_700_000_000, 123_456_789).unwrap(),
        schema: Some("urn:mesh:heart-readings:1".to_owned()),
        correlation: Some("0042".to_owned()),
        data: Bytes::from_static(br#"{"age": 63.0}"#),
    }
}

fn came() -> DateTime<Utc> {
    Utc.timestamp_opt(1_800_000_000, 0).unwrap()
}

fn read(json: &str) -> Result<Event, String> {
    Event::from_cloudevents_json(json.as_bytes(), came()).map_err(|error| error.to_string())
}

#[test]
fn the_json_format_holds_the_data_as_it_is() {
    assert_eq!(
        event().to_cloudevents_json(),
        concat!(
            r#"{"specversion":"1.0","id":"0197","source":"/products/bracelet-cardiology","type":"mesh.ingest","#,
            r#""subject":"Zoë","time":"2023-11-14T22:13:20.123456789Z","dataschema":"urn:mesh:heart-readings:1","#,
            r#""correlationid":"0042","datacontenttype":"application/json","data":{"age": 63.0}}"#
        )
    );
}

#[test]
fn the_least_that_is_an_event() {
    let json = r#"{"specversion":"1.0","id":"1","source":"/s","type":"t","time":null,"other":[1],"data":null}"#;
    let least = Event {
        id: "1".to_owned(),
        source: "/s".to_owned(),
        kind: "t".to_owned(),
        subject: None,
        time: came(),
        schema: None,
        correlation: None,
        data: Bytes::from_static(b"null"),
    };
    assert_eq!(read(json), Ok(least));
}

#[test]
fn what_is_wrong_is_told_without_what_is_there() {
    let with = |more: &str| {
        let json = format!(r#"{{"specversion":"1.0","id":"1","source":"/s",{more}}}"#);
        read(&json).unwrap_err()
    };
    for (more, reason) in [
        (r#""data":1"#, "it has no type"),
        (r#""type":"","data":1"#, "type must not be empty"),
        (r#""type":"t""#, "it has no data"),
        (
            r#""type":"t","data":1,"data_base64":"MQ==""#,
            "it has both data and data_base64",
        ),
        (
            r#""type":"t","data_base64":"secret!""#,
            "its data_base64 is no base64",
        ),
        (
            r#""type":"t","time":"secret","data":1"#,
            "its time is not a time of RFC 3339",
        ),
        (
            r#""type":"t","datacontenttype":"text/secret","data":"x""#,
            "its data is not JSON, says its datacontenttype",
        ),
        (
            r#""type":{"secret":1},"data":1"#,
            "its JSON: an attribute is not a text at line 1 column 63",
        ),
        (
            r#""type":"t","id":"secret""#,
            "its JSON: duplicate field `id` at line 1 column 59",
        ),
        (
            "secret",
            "its JSON: key must be a string at line 1 column 45",
        ),
    ] {
        assert_eq!(with(more), reason, "{more}");
    }
    assert_eq!(read(r#""secret""#), Err("it is no JSON object".to_owned()));
    assert_eq!(
        read(r#"{"specversion":"secret","data":1}"#),
        Err("its specversion is not 1.0".to_owned())
    );
    assert_eq!(read("{}"), Err("it has no data".to_owned()));
}

#[test]
fn a_list_is_read_event_by_event() {
    let json = Event::to_cloudevents_batch(&[event(), event()]);
    let json = json.replacen("mesh.ingest", "", 1);
    let read = Event::from_cloudevents_batch(json.as_bytes(), came()).unwrap();
    assert_eq!(read.len(), 2);
    assert_eq!(
        read[0].as_ref().unwrap_err().to_string(),
        "type must not be empty"
    );
    assert_eq!(read[1], Ok(event()));
    assert_eq!(Event::from_cloudevents_batch(b"[]", came()), Ok(Vec::new()));
    for (wrong, reason) in [("{}", "it is no JSON list"), ("[{]", "its JSON: ")] {
        let error = Event::from_cloudevents_batch(wrong.as_bytes(), came()).unwrap_err();
        assert!(error.to_string().starts_with(reason), "{error}");
    }
}

proptest! {
    #[test]
    fn every_event_comes_back_as_it_went(
        id in "[^\u{0}]+", source in ".+", kind in ".+",
        subject in proptest::option::of(".+"),
        correlation in proptest::option::of(".+"),
        seconds in 0_i64..4_000_000_000, nanoseconds in 0_u32..1_000_000_000,
        data in prop_oneof![
            Just(Bytes::from_static(b"null")),
            ".*".prop_map(|text| serde_json::to_vec(&text).unwrap().into()),
            proptest::collection::vec(any::<u8>(), 1..50).prop_map(Bytes::from),
        ],
    ) {
        let time = Utc.timestamp_opt(seconds, nanoseconds).unwrap();
        let trimmed = Bytes::copy_from_slice(data.trim_ascii());
        prop_assume!(!trimmed.is_empty());
        let data = trimmed;
        let sent = Event { id, source, kind, subject, correlation, time, data, ..event() };
        prop_assert_eq!(read(&sent.to_cloudevents_json()), Ok(sent));
    }
}
