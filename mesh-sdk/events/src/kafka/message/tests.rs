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

fn text_headers(headers: &[(&str, &str)]) -> OwnedHeaders {
    headers
        .iter()
        .fold(OwnedHeaders::new(), |all, &(key, value)| {
            let value = Some(value);
            all.insert(Header { key, value })
        })
}

fn reading() -> Event {
    Event {
        id: "0197".to_owned(),
        source: "/products/bracelet-cardiology".to_owned(),
        kind: "mesh.ingest".to_owned(),
        subject: Some("Zoë".to_owned()),
        time: Utc.timestamp_opt(1_700_000_000, 123_456_789).unwrap(),
        schema: Some("urn:mesh:heart-readings:1".to_owned()),
        correlation: Some("0042".to_owned()),
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
            ("ce_correlationid", "0042"),
        ]
    );
}

#[test]
fn an_event_comes_back_as_it_went() {
    let bare = Event {
        subject: None,
        schema: None,
        correlation: None,
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
fn a_time_that_is_not_said_is_when_the_message_came() {
    let timeless = text_headers(&[
        ("ce_specversion", "1.0"),
        ("ce_id", "1"),
        ("ce_source", "/s"),
        ("ce_type", "t"),
    ]);
    let came = Timestamp::CreateTime(1_700_000_000_123);
    let message = OwnedMessage::new(
        Some(b"{}".to_vec()),
        None,
        "t".to_owned(),
        came,
        0,
        0,
        Some(timeless),
    );
    let read = event(&message).unwrap();
    assert_eq!(read.time.timestamp_millis(), 1_700_000_000_123);
}

#[test]
fn structured_mode_is_read_too() {
    let content_type = "Application/CloudEvents+JSON; charset=utf-8";
    let headers = || text_headers(&[("Content-Type", content_type)]);
    let json = reading().to_cloudevents_json();
    assert_eq!(
        event(&message(Some(headers()), Some(&json))).unwrap(),
        reading()
    );
    let cut = event(&message(Some(headers()), Some(&json[..json.len() - 1]))).unwrap_err();
    assert!(cut.reason.starts_with("its JSON: EOF"), "{}", cut.reason);
    let nothing = event(&message(Some(headers()), None)).unwrap_err();
    assert_eq!(nothing.reason, "it is no JSON object");
}

#[test]
fn what_headers_say_beside_an_event_in_structured_mode_does_not_count() {
    let headers = text_headers(&[("content-type", "application/cloudevents+json")]);
    let headers = headers.insert(Header {
        key: "ce_id",
        value: Some(&[0xff][..]),
    });
    let json = reading().to_cloudevents_json();
    assert_eq!(
        event(&message(Some(headers), Some(&json))).unwrap(),
        reading()
    );
}

#[test]
fn of_two_headers_with_one_name_the_first_counts() {
    let mut twice = headers(&reading());
    for value in [&b"other"[..], &[0xff]] {
        twice = twice.insert(Header {
            key: "CE_Subject",
            value: Some(value),
        });
    }
    let data = std::str::from_utf8(&reading().data).unwrap().to_owned();
    assert_eq!(
        event(&message(Some(twice), Some(&data))).unwrap(),
        reading()
    );
}

#[test]
fn a_message_that_is_no_event_says_what_it_lacks() {
    let reason = |headers, data| event(&message(headers, data)).unwrap_err().reason;
    let no_event =
        "it has neither a header ce_specversion nor the content type application/cloudevents+json";
    assert_eq!(reason(None, Some("{}")), no_event);
    let foreign = text_headers(&[("trace", "1")]);
    assert_eq!(reason(Some(foreign), Some("{}")), no_event);
    assert_eq!(reason(Some(headers(&reading())), None), "it has no data");
    for batch in [
        "application/cloudevents-batch+json",
        "application/cloudevents+avro",
    ] {
        let headers = text_headers(&[("content-type", batch)]);
        assert_eq!(
            reason(Some(headers), Some("[]")),
            "of the formats of CloudEvents, application/cloudevents+json alone is read"
        );
    }
    let broken = OwnedHeaders::new().insert(Header {
        key: "ce_specversion",
        value: Some(&[0xff][..]),
    });
    assert_eq!(
        reason(Some(broken), Some("{}")),
        "its header ce_specversion is not UTF-8"
    );
}

#[test]
fn what_cannot_be_read_is_kept_whole() {
    let headers = text_headers(&[("trace", "1"), ("trace", "2")]);
    let message = OwnedMessage::new(
        Some(b"data".to_vec()),
        Some(b"key".to_vec()),
        "t".to_owned(),
        Timestamp::NotAvailable,
        0,
        0,
        Some(headers),
    );
    let unreadable = event(&message).unwrap_err();
    assert_eq!(unreadable.key.as_deref(), Some(&b"key"[..]));
    assert_eq!(&unreadable.data[..], b"data");
    let trace = |value: &'static str| ("trace".to_owned(), Bytes::from(value));
    assert_eq!(unreadable.headers, [trace("1"), trace("2")]);
}
