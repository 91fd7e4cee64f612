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
    let content_type = header(message, CONTENT_TYPE)?;
    match content_type.as_deref().map(essence).as_deref() {
        Some(CLOUDEVENTS_JSON) => {
            let json = message.payload().unwrap_or_default();
            Event::from_cloudevents_json(json, came)
        }
        Some(other) if other.starts_with("application/cloudevents") => {
            Err(format!("of the formats of CloudEvents, {CLOUDEVENTS_JSON} alone is read").into())
        }
        _ => binary(message, content_type, came),
    }
}

fn binary(
    message: &impl Message,
    content_type: Option<String>,
    came: DateTime<Utc>,
) -> Result<Event, NotAnEvent> {
    let attribute = |name: &str| header(message, &format!("ce_{name}"));
    let attributes = Attributes {
        specversion: attribute("specversion")?,
        id: attribute("id")?,
        source: attribute("source")?,
        kind: attribute("type")?,
        subject: attribute("subject")?,
        time: attribute("time")?,
        dataschema: attribute("dataschema")?,
        datacontenttype: content_type,
        correlationid: attribute("correlationid")?,
    };
    if attributes.specversion.is_none() {
        return Err(format!(
            "it has neither a header ce_specversion nor the content type {CLOUDEVENTS_JSON}"
        )
        .into());
    }
    let data = message.payload().ok_or("it has no data")?;
    attributes.event(Bytes::copy_from_slice(data), came)
}

/// The first header of this name, which others may write in capitals.
fn header(message: &impl Message, name: &str) -> Result<Option<String>, NotAnEvent> {
    let mut headers = message.headers().into_iter().flat_map(Headers::iter);
    let found = headers.find(|header| header.key.eq_ignore_ascii_case(name));
    let Some(value) = found.and_then(|header| header.value) else {
        return Ok(None);
    };
    match std::str::from_utf8(value) {
        Ok(text) => Ok(Some(text.to_owned())),
        Err(_) => Err(format!("its header {name} is not UTF-8").into()),
    }
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
