//! Events as CloudEvents 1.0: which attributes make one, and its JSON format, for people, HTTP and other programs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;

use crate::Event;
use crate::rules::check_event;

/// Media type of an event in the JSON format.
pub const CLOUDEVENTS_JSON: &str = "application/cloudevents+json";

/// Media type of a list of events in the JSON format.
pub const CLOUDEVENTS_BATCH_JSON: &str = "application/cloudevents-batch+json";

/// What the data of every event is.
pub(crate) const DATA_TYPE: &str = "application/json";

/// The version of CloudEvents.
pub(crate) const SPECIFICATION: &str = "1.0";

/// Why something is no event; without any of its content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAnEvent(String);

impl<T: Into<String>> From<T> for NotAnEvent {
    fn from(reason: T) -> Self {
        Self(reason.into())
    }
}

impl Event {
    /// The event in the JSON format. The data is there as it is; data that is no JSON, as base64.
    pub fn to_cloudevents_json(&self) -> String {
        serde_json::to_string(&Written::from(self)).expect("texts and JSON can be written")
    }

    /// The event in `json`; one that does not say when it happened, happened when it `came`.
    ///
    /// Attributes that an [`Event`] has no place for are left out.
    pub fn from_cloudevents_json(json: &[u8], came: DateTime<Utc>) -> Result<Self, NotAnEvent> {
        if json.trim_ascii_start().first() != Some(&b'{') {
            return Err("it is no JSON object".into());
        }
        // A position and a word about syntax or an attribute's name: never a value.
        let unreadable = |error: serde_json::Error| NotAnEvent(format!("its JSON: {error}"));
        let attributes: Attributes = serde_json::from_slice(json).map_err(unreadable)?;
        let content: Content<'_> = serde_json::from_slice(json).map_err(unreadable)?;
        attributes.event(content.bytes()?, came)
    }

    /// A list of events in the JSON format.
    pub fn to_cloudevents_batch(events: &[Self]) -> String {
        let written: Vec<_> = events.iter().map(Written::from).collect();
        serde_json::to_string(&written).expect("texts and JSON can be written")
    }

    /// The events of a list in `json`, each on its own as [`Event::from_cloudevents_json`] reads it.
    pub fn from_cloudevents_batch(
        json: &[u8],
        came: DateTime<Utc>,
    ) -> Result<Vec<Result<Self, NotAnEvent>>, NotAnEvent> {
        if json.trim_ascii_start().first() != Some(&b'[') {
            return Err("it is no JSON list".into());
        }
        let events: Vec<&RawValue> =
            serde_json::from_slice(json).map_err(|error| format!("its JSON: {error}"))?;
        let events = events.into_iter();
        Ok(events
            .map(|event| Self::from_cloudevents_json(event.get().as_bytes(), came))
            .collect())
    }
}

/// The attributes that an event is made of.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Attributes {
    #[serde(deserialize_with = "text")]
    pub(crate) specversion: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) id: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) source: Option<String>,
    #[serde(deserialize_with = "text", rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) subject: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) time: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) dataschema: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) datacontenttype: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) correlationid: Option<String>,
}

impl Attributes {
    /// The event with these attributes and `data`; its time is when it `came` where none is given.
    pub(crate) fn event(self, data: Bytes, came: DateTime<Utc>) -> Result<Event, NotAnEvent> {
        match self.specversion.as_deref() {
            None => return Err("it has no specversion".into()),
            Some(SPECIFICATION) => {}
            Some(_) => return Err(format!("its specversion is not {SPECIFICATION}").into()),
        }
        if !self.datacontenttype.as_deref().is_none_or(is_json) {
            return Err("its data is not JSON, says its datacontenttype".into());
        }
        let time = match self.time.as_deref().map(DateTime::parse_from_rfc3339) {
            None => came,
            Some(Ok(time)) => time.to_utc(),
            Some(Err(_)) => return Err("its time is not a time of RFC 3339".into()),
        };
        let event = Event {
            id: self.id.ok_or("it has no id")?,
            source: self.source.ok_or("it has no source")?,
            kind: self.kind.ok_or("it has no type")?,
            subject: self.subject,
            time,
            schema: self.dataschema,
            correlation: self.correlationid,
            data,
        };
        check_event(&event)?;
        Ok(event)
    }
}

/// Whether a media type is one of JSON.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == DATA_TYPE || essence.ends_with("+json")
}

/// A media type without its parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    let (essence, _) = media_type.split_once(';').unwrap_or((media_type, ""));
    essence.trim().to_ascii_lowercase()
}

/// An attribute; null is the same as none.
fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    let value = <&RawValue>::deserialize(value)?;
    // The error of a String would quote what is there instead.
    serde_json::from_str(value.get()).map_err(|_| D::Error::custom("an attribute is not a text"))
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow, default, deserialize_with = "raw")]
    data: Option<&'a RawValue>,
    #[serde(deserialize_with = "text", default)]
    data_base64: Option<String>,
}

/// Null too is data.
fn raw<'de, D: Deserializer<'de>>(value: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(value).map(Some)
}

impl Content<'_> {
    fn bytes(self) -> Result<Bytes, NotAnEvent> {
        match (self.data, self.data_base64) {
            (Some(data), None) => Ok(Bytes::copy_from_slice(data.get().as_bytes())),
            (None, Some(data)) => match BASE64.decode(data) {
                Ok(data) => Ok(data.into()),
                Err(_) => Err("its data_base64 is no base64".into()),
            },
            (None, None) => Err("it has no data".into()),
            (Some(_), Some(_)) => Err("it has both data and data_base64".into()),
        }
    }
}

#[derive(Serialize)]
struct Written<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataschema: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlationid: Option<&'a str>,
    datacontenttype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_base64: Option<String>,
}

impl<'a> From<&'a Event> for Written<'a> {
    fn from(event: &'a Event) -> Self {
        let data: Option<&RawValue> = serde_json::from_slice(&event.data).ok();
        Self {
            specversion: SPECIFICATION,
            id: &event.id,
            source: &event.source,
            kind: &event.kind,
            subject: event.subject.as_deref(),
            time: written_time(event),
            dataschema: event.schema.as_deref(),
            correlationid: event.correlation.as_deref(),
            datacontenttype: DATA_TYPE,
            data_base64: data.is_none().then(|| BASE64.encode(&event.data)),
            data,
        }
    }
}

/// The time of an event as RFC 3339 has it.
pub(crate) fn written_time(event: &Event) -> String {
    event.time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests;
