use bytes::Bytes;
use chrono::{TimeZone, Utc};

use super::{decode, encode};
use crate::Event;

fn event() -> Event {
    Event {
        id: "0197".to_owned(),
        source: "/s".to_owned(),
        kind: "k".to_owned(),
        subject: Some("Zoë".to_owned()),
        time: Utc.timestamp_opt(-1, 5).unwrap(),
        schema: None,
        correlation: Some("q1".to_owned()),
        data: Bytes::from_static(b"{}"),
    }
}

/// A log written by today's version must stay readable: this is its format, byte for byte.
#[test]
fn version_2_is_fixed() {
    let bytes = b"\x02\x040197\x02/s\x01k\x01\x04Zo\xc3\xab\x00\x01\x05\x01\x02q1{}";
    assert_eq!(encode(&event()), bytes);
    assert_eq!(decode(bytes).unwrap(), event());
}

#[test]
fn version_1_is_still_read() {
    let bytes = b"\x01\x040197\x02/s\x01k\x01\x04Zo\xc3\xab\x00\x01\x05{}";
    let before = Event {
        correlation: None,
        ..event()
    };
    assert_eq!(decode(bytes).unwrap(), before);
}

#[test]
fn what_cannot_be_an_event_is_told_apart() {
    assert_eq!(decode(b"").unwrap_err(), "it is empty");
    assert_eq!(
        decode(b"\x03abc").unwrap_err(),
        "its format is version 3; up to 2 is known"
    );
    let whole = encode(&event());
    assert_eq!(
        decode(&whole[..8]).unwrap_err(),
        "its attributes are damaged"
    );
}
