//! How an event travels in Kafka: CloudEvents by their Kafka protocol binding 1.0.
//!
//! It is written in binary content mode: attributes are headers, the message's value is the data, its key is
//! [`Event::key`]. What others write is read in structured content mode too, where the value is the whole event in JSON.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};

use crate::cloudevents::{
    Attributes, CLOUDEVENTS_JSON, DATA_TYPE, NotAnEvent, SPECIFICATION, essence, written_time,
};
use crate::{Event, Unreadable};

const CONTENT_TYPE: &str = "content-type";

pub(super) fn headers(event: &Event) -> OwnedHeaders {
    let time = written_time(event);
    let attributes = [
        (CONTENT_TYPE, Some(DATA_TYPE)),
        ("ce_specversion", Some(SPECIFICATION)),
        ("ce_id", Some(&*event.id)),
        ("ce_source", Some(&*event.source)),
        ("ce_type", Some(&*event.kind)),
        ("ce_subject", event.subject.as_deref()),
        ("ce_time", Some(&*time)),
        ("ce_dataschema", event.schema.as_deref()),
        ("ce_correlationid", event.correlation.as_deref()),
    ];
    let headers = OwnedHeaders::new_with_capacity(attributes.len());
    let present = attributes.into_iter().filter(|(_, value)| value.is_some());
    present.fold(headers, |headers, (key, value)| {
        headers.insert(Header { key, value })
    })
}

/// The event in `message`, or all that is there and why it is none.
pub(super) fn event(message: &impl Message) -> Result<Event, Unreadable> {
    let came = message.timestamp().to_millis();
    let time = came.and_then(DateTime::from_timestamp_millis);
    let time = time.unwrap_or_else(Utc::now);
    read(message, time).map_err(|reason| Unreadable {
        reason: reason.to_string(),
        key: message.key().map(Bytes::copy_from_slice),
        headers: all_headers(message),
        data: Bytes::copy_from_slice(message.payload().unwrap_or_default()),
        time,
    })
}

fn read(message: &impl Message, came: DateTime<Utc>) -> Result<Event, NotAnEvent> {
    let content_type = content_type(message)?.map(essence);
    match content_type.as_deref() {
        Some(CLOUDEVENTS_JSON) => {
            let json = message.payload().unwrap_or_default();
            Event::from_cloudevents_json(json, came)
        }
        Some(other) if other.starts_with("application/cloudevents") => {
            Err(format!("of the formats of CloudEvents, {CLOUDEVENTS_JSON} alone is read").into())
        }
        _ => binary(message, came),
    }
}

fn binary(message: &impl Message, came: DateTime<Utc>) -> Result<Event, NotAnEvent> {
    let attributes = attributes(message)?;
    if attributes.specversion.is_none() {
        return Err(format!(
            "it has neither a header ce_specversion nor the content type {CLOUDEVENTS_JSON}"
        )
        .into());
    }
    let data = message.payload().ok_or("it has no data")?;
    attributes.event(Bytes::copy_from_slice(data), came)
}

fn content_type(message: &impl Message) -> Result<Option<&str>, NotAnEvent> {
    let mut headers = message.headers().into_iter().flat_map(Headers::iter);
    let found = headers.find(|header| header.key.eq_ignore_ascii_case(CONTENT_TYPE));
    let value = found.and_then(|header| header.value);
    value.map(|value| text(CONTENT_TYPE, value)).transpose()
}

/// What the headers say of an event in binary mode, all of them in one pass. Of several with one name the first that has a
/// value counts; others may write names in capitals.
fn attributes(message: &impl Message) -> Result<Attributes, NotAnEvent> {
    let mut attributes = Attributes::default();
    for header in message.headers().into_iter().flat_map(Headers::iter) {
        if let Some((name, place @ None)) = place(&mut attributes, header.key)
            && let Some(value) = header.value
        {
            *place = Some(text(name, value)?.to_owned());
        }
    }
    Ok(attributes)
}

fn text<'a>(header: &str, value: &'a [u8]) -> Result<&'a str, NotAnEvent> {
    std::str::from_utf8(value).map_err(|_| format!("its header {header} is not UTF-8").into())
}

/// Where the value of a header belongs, if it is one of an event.
fn place<'a>(
    attributes: &'a mut Attributes,
    header: &str,
) -> Option<(&'static str, &'a mut Option<String>)> {
    let places = [
        (CONTENT_TYPE, &mut attributes.datacontenttype),
        ("ce_specversion", &mut attributes.specversion),
        ("ce_id", &mut attributes.id),
        ("ce_source", &mut attributes.source),
        ("ce_type", &mut attributes.kind),
        ("ce_subject", &mut attributes.subject),
        ("ce_time", &mut attributes.time),
        ("ce_dataschema", &mut attributes.dataschema),
        ("ce_correlationid", &mut attributes.correlationid),
    ];
    let mut places = places.into_iter();
    places.find(|(name, _)| header.eq_ignore_ascii_case(name))
}

fn all_headers(message: &impl Message) -> Vec<(String, Bytes)> {
    let headers = message.headers().into_iter().flat_map(Headers::iter);
    let whole = headers.map(|header| {
        let value = header.value.unwrap_or_default();
        (header.key.to_owned(), Bytes::copy_from_slice(value))
    });
    whole.collect()
}

#[cfg(test)]
mod tests;
