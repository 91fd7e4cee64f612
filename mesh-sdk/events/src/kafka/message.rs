//! How an event travels in Kafka: the binary content mode of the CloudEvents Kafka protocol binding 1.0. Attributes are
//! headers, the message's value is the data, its key is [`Event::key`].

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};

use crate::Event;

const CONTENT_TYPE: &str = "application/json";

pub(super) fn headers(event: &Event) -> OwnedHeaders {
    let time = event.time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let attributes = [
        ("content-type", Some(CONTENT_TYPE)),
        ("ce_specversion", Some("1.0")),
        ("ce_id", Some(&*event.id)),
        ("ce_source", Some(&*event.source)),
        ("ce_type", Some(&*event.kind)),
        ("ce_subject", event.subject.as_deref()),
        ("ce_time", Some(&*time)),
        ("ce_dataschema", event.schema.as_deref()),
    ];
    let headers = OwnedHeaders::new_with_capacity(attributes.len());
    let present = attributes.into_iter().filter(|(_, value)| value.is_some());
    present.fold(headers, |headers, (key, value)| {
        headers.insert(Header { key, value })
    })
}

/// The event in `message`, or why it is none.
pub(super) fn event(message: &impl Message) -> Result<Event, String> {
    let headers = message.headers().ok_or("it has no headers")?;
    let text = |name: &str| -> Result<Option<&str>, String> {
        let value = headers.iter().find(|header| header.key == name);
        value
            .and_then(|header| header.value)
            .map(|bytes| {
                std::str::from_utf8(bytes).map_err(|_| format!("header {name} is not UTF-8"))
            })
            .transpose()
    };
    let required = |name: &str| text(name)?.ok_or_else(|| format!("it has no header {name}"));
    if required("ce_specversion")? != "1.0" {
        return Err("its ce_specversion is not 1.0".to_owned());
    }
    let time: DateTime<Utc> = required("ce_time")?
        .parse()
        .map_err(|_| "its ce_time is not a time of RFC 3339")?;
    let data = message.payload().ok_or("it has no data")?;
    Ok(Event {
        id: required("ce_id")?.to_owned(),
        source: required("ce_source")?.to_owned(),
        kind: required("ce_type")?.to_owned(),
        subject: text("ce_subject")?.map(str::to_owned),
        time,
        schema: text("ce_dataschema")?.map(str::to_owned),
        data: Bytes::copy_from_slice(data),
    })
}

#[cfg(test)]
mod tests;
