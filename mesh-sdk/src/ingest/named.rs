//! Events that their producers have named: CloudEvents by HTTP.

use axum::http::HeaderMap;
use chrono::Utc;
use mesh_contracts::{Record, Violation, json};
use mesh_events::Event;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

/// What its producer calls an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    id: Uuid,
    schema: Option<String>,
}

impl Named {
    pub(crate) fn new(source: &str, id: &str, schema: Option<String>) -> Named {
        Named {
            id: event_uuid(source, id),
            schema,
        }
    }

    /// The id of the event that is stored.
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// The contract and version that the producer says its record keeps.
    pub(crate) fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The name in the headers of a request, as the binary mode of CloudEvents has it; nothing if there is none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn in_headers(headers: &HeaderMap) -> Result<Option<Named>, String> {
        let is_attribute = |name: &str| name.starts_with("ce-");
        if !headers.keys().any(|name| is_attribute(name.as_str())) {
            return Ok(None);
        }
        let attribute = |name: &str| -> Result<Option<String>, String> {
            let name = format!("ce-{name}");
            let mut values = headers.get_all(&name).iter();
            let Some(value) = values.next() else {
                return Ok(None);
            };
            let text = value.to_str().ok().filter(|_| values.next().is_none());
            let text = text.and_then(|text| percent_decode_str(text).decode_utf8().ok());
            text.map(|text| Some(text.into_owned())).ok_or_else(|| {
                format!("the header {name} is not one text in UTF-8, percent-encoded")
            })
        };
        let required = |name: &str| {
            let value = attribute(name)?.filter(|value| !value.is_empty());
            value.ok_or_else(|| {
                format!("an event that is named has the headers ce-specversion, ce-id, ce-source and ce-type: ce-{name} is missing")
            })
        };
        if required("specversion")? != "1.0" {
            return Err("ce-specversion is not 1.0".to_owned());
        }
        required("type")?;
        let (source, id) = (required("source")?, required("id")?);
        Ok(Some(Named::new(&source, &id, attribute("dataschema")?)))
    }
}

/// The name of an event in JSON (CloudEvents, structured), and its record. All else that it says of itself is the port's to
/// say.
///
/// # Errors
/// Why it is no event that can be told from others.
pub(super) fn in_json(text: &str) -> Result<(Named, Result<Record, Violation>), Violation> {
    let event = Event::from_cloudevents_json(text.as_bytes(), Utc::now());
    let event = event
        .map_err(|reason| Violation::record("cloudevent", format!("a CloudEvent, but {reason}")))?;
    let record = json::parse_record(&event.data).map_err(Violation::from);
    Ok((Named::new(&event.source, &event.id, event.schema), record))
}

/// The id of an event that `source` calls `id`: the same whenever it is sent, and no other event's. What is a UUID stays what
/// it is.
pub(crate) fn event_uuid(source: &str, id: &str) -> Uuid {
    let own = Uuid::try_parse(id).ok();
    // Every careless producer has these.
    let own = own.filter(|id| !id.is_nil() && !id.is_max());
    own.unwrap_or_else(|| {
        let source = Uuid::new_v5(&Uuid::NAMESPACE_URL, source.as_bytes());
        Uuid::new_v5(&source, id.as_bytes())
    })
}

#[cfg(test)]
mod tests;
