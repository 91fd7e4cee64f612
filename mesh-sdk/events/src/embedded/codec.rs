//! How one event is stored: a version byte, its CloudEvents attributes as postcard, then the data as it came. Version 1
//! had no correlation.
//!
//! postcard, because its wire format is specified and stable, and texts cost one byte beyond their length. The data
//! stays outside so that it is copied once and compared byte for byte.

use bytes::Bytes;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::Event;

const WITHOUT_CORRELATION: u8 = 1;
const VERSION: u8 = 2;

/// Field order is the format: a change needs a new version byte.
#[derive(Serialize, Deserialize)]
struct Attributes<'a> {
    id: &'a str,
    source: &'a str,
    kind: &'a str,
    subject: Option<&'a str>,
    schema: Option<&'a str>,
    /// Of the time, since the Unix epoch.
    seconds: i64,
    nanoseconds: u32,
}

pub(super) fn encode(event: &Event) -> Vec<u8> {
    let attributes = Attributes {
        id: &event.id,
        source: &event.source,
        kind: &event.kind,
        subject: event.subject.as_deref(),
        schema: event.schema.as_deref(),
        seconds: event.time.timestamp(),
        nanoseconds: event.time.timestamp_subsec_nanos(),
    };
    let mut bytes = Vec::with_capacity(event.size() + 32);
    bytes.push(VERSION);
    let attributes = (attributes, event.correlation.as_deref());
    let mut bytes = postcard::to_extend(&attributes, bytes)
        .expect("texts and integers always encode into memory");
    bytes.extend_from_slice(&event.data);
    bytes
}

/// The event in `bytes`, or why it is none.
pub(super) fn decode(bytes: &[u8]) -> Result<Event, String> {
    let (version, rest) = bytes.split_first().ok_or("it is empty")?;
    if !matches!(*version, WITHOUT_CORRELATION | VERSION) {
        return Err(format!(
            "its format is version {version}; up to {VERSION} is known"
        ));
    }
    let damaged = |_| "its attributes are damaged";
    let (attributes, rest) = postcard::take_from_bytes::<Attributes<'_>>(rest).map_err(damaged)?;
    let (correlation, data) = match *version {
        WITHOUT_CORRELATION => (None, rest),
        _ => postcard::take_from_bytes::<Option<&str>>(rest).map_err(damaged)?,
    };
    let time = DateTime::from_timestamp(attributes.seconds, attributes.nanoseconds)
        .ok_or("its time is damaged")?;
    Ok(Event {
        id: attributes.id.to_owned(),
        source: attributes.source.to_owned(),
        kind: attributes.kind.to_owned(),
        subject: attributes.subject.map(str::to_owned),
        time,
        schema: attributes.schema.map(str::to_owned),
        correlation: correlation.map(str::to_owned),
        data: Bytes::copy_from_slice(data),
    })
}

#[cfg(test)]
mod tests;
