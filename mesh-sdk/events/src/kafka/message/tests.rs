use bytes::Bytes;
use chrono::{TimeZone, Utc};
use rdkafka::Timestamp;
use rdkafka::message::{Header, Headers, OwnedHeaders, OwnedMessage};

use super::{event, headers};
use crate::Event;

fn message(headers: Option<OwnedHeaders>, data: Option<&str>) -> OwnedMessage {
    let data = data.map(|data| data.as_bytes().to_vec());
    OwnedMessage::new(
        data,
        None,
        "t".to_owned(),
        Timestamp::NotAvailable,
        0,
        0,
        headers,
    )
}

fn reading() -> Event {
    Event {
        id: "0197".to_owned(),
        source: "/products/bracelet-cardiology".to_owned(),
        kind: "mesh.ingest".to_owned(),
        subject: Some("Zoë".to_owned()),
        time: Utc.timestamp_opt(1_700_000_000, 123_456_789).unwrap(),
        schema: Some("urn:mesh:heart-readings:1".to_owned()),
        data: Bytes::from_static(br#"{"age":63}"#),
    }
}

#[test]
fn attributes_are_the_headers_of_binary_mode() {
    let headers = headers(&reading());
    let texts: Vec<_> = headers
        .iter()
        .map(|header| {
            (
                header.key,
                std::str::from_utf8(header.value.unwrap()).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        texts,
        [
            ("content-type", "application/json"),
            ("ce_specversion", "1.0"),
            ("ce_id", "0197"),
            ("ce_source", "/products/bracelet-cardiology"),
            ("ce_type", "mesh.ingest"),
            ("ce_subject", "Zoë"),
            ("ce_time", "2023-11-14T22:13:20.123456789Z"),
            ("ce_dataschema", "urn:mesh:heart-readings:1"),
        ]
    );
}

#[test]
fn an_event_comes_back_as_it_went() {
    let bare = Event {
        subject: None,
        schema: None,
        ..reading()
    };
    for sent in [reading(), bare] {
        let data = std::str::from_utf8(&sent.data).unwrap();
        assert_eq!(
            event(&message(Some(headers(&sent)), Some(data))).unwrap(),
            sent
        );
    }
}

#[test]
fn a_message_that_is_no_event_says_what_it_lacks() {
    let reason = |headers, data| event(&message(headers, data)).unwrap_err();
    assert_eq!(reason(None, Some("{}")), "it has no headers");
    let foreign = OwnedHeaders::new().insert(Header {
        key: "trace",
        value: Some("1"),
    });
    assert_eq!(
        reason(Some(foreign), Some("{}")),
        "it has no header ce_specversion"
    );
    assert_eq!(reason(Some(headers(&reading())), None), "it has no data");
}
