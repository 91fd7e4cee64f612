//! What is on a topic, in both content modes of CloudEvents.

use mesh_contracts::{Contract, Side};
use serde_json::{Map, Value, json};

use super::schema_name;
use crate::ingest::schema_of;

/// Version of the Kafka bindings.
pub(super) const BINDING: &str = "0.5.0";
/// Before the name of an attribute that is a header of a Kafka message.
const HEADER: &str = "ce_";
const STRUCTURED: &str = "application/cloudevents+json";

/// Events of one contract version.
pub(super) struct Message<'a> {
    pub(super) name: String,
    /// CloudEvents `type`.
    pub(super) kind: &'static str,
    pub(super) contract: &'a Contract,
    pub(super) side: Side,
    /// Whether they answer other events.
    pub(super) answers: bool,
}

/// What of the document's components is about a message.
pub(super) struct Components {
    pub(super) messages: [(String, Value); 2],
    pub(super) schemas: [(String, Value); 1],
}

impl Message<'_> {
    /// The message in the binary mode, and in the structured one.
    pub(super) fn names(&self) -> [String; 2] {
        [self.name.clone(), format!("{}-structured", self.name)]
    }

    pub(super) fn components(&self) -> Components {
        let [binary, structured] = self.names();
        let schema = schema_name(self.contract, self.side);
        Components {
            messages: [
                (binary, self.binary(&schema)),
                (structured, self.structured(&schema)),
            ],
            schemas: [(schema, self.payload())],
        }
    }

    /// Attributes are headers, the value is the record.
    fn binary(&self, schema: &str) -> Value {
        let mut headers = self.attributes(HEADER);
        headers["properties"]["content-type"] = json!({ "const": "application/json" });
        let location = format!("$message.header#/{HEADER}{}", self.correlated_by());
        self.message("application/json", &location, &headers, &record(schema))
    }

    /// The value is the whole event.
    fn structured(&self, schema: &str) -> Value {
        let headers = json!({
            "type": "object",
            "required": ["content-type"],
            "properties": { "content-type": { "const": STRUCTURED } },
        });
        let mut event = self.attributes("");
        event["properties"]["datacontenttype"] = json!({ "const": "application/json" });
        event["properties"]["data"] = record(schema);
        if let Some(required) = event["required"].as_array_mut() {
            required.push(json!("data"));
        }
        let location = format!("$message.payload#/{}", self.correlated_by());
        self.message(STRUCTURED, &location, &headers, &event)
    }

    fn message(
        &self,
        content_type: &str,
        correlated: &str,
        headers: &Value,
        payload: &Value,
    ) -> Value {
        json!({
            "name": self.kind,
            "title": format!("{} {}", self.contract.name(), self.contract.version()),
            "contentType": content_type,
            "correlationId": { "location": correlated },
            "headers": headers,
            "payload": payload,
            "bindings": { "kafka": {
                "key": {
                    "type": "string",
                    "description": "The subject of the event; its id where it has none. Events of one key keep their order.",
                },
                "bindingVersion": BINDING,
            } },
        })
    }

    /// By which attribute a request and its answer find each other.
    fn correlated_by(&self) -> &'static str {
        match self.answers {
            true => "correlationid",
            false => "id",
        }
    }

    /// The attributes of CloudEvents, each with `prefix` before its name.
    fn attributes(&self, prefix: &str) -> Value {
        let text = json!({ "type": "string", "minLength": 1 });
        let mut attributes = vec![
            ("specversion", json!({ "const": "1.0" })),
            ("id", text.clone()),
            (
                "source",
                json!({ "type": "string", "format": "uri-reference", "minLength": 1 }),
            ),
            ("type", json!({ "type": "string", "examples": [self.kind] })),
            ("subject", text.clone()),
            ("time", json!({ "type": "string", "format": "date-time" })),
            ("dataschema", json!({ "const": schema_of(self.contract) })),
        ];
        if self.answers {
            attributes.push(("correlationid", text));
        }
        let required = ["specversion", "id", "source", "type", "dataschema"];
        let named = |name: &str| format!("{prefix}{name}");
        let properties = attributes
            .into_iter()
            .map(|(name, schema)| (named(name), schema));
        json!({
            "type": "object",
            "required": required.map(named),
            "properties": properties.collect::<Map<_, _>>(),
        })
    }

    /// The contract's JSON Schema, as a part of this document and not a document of its own.
    fn payload(&self) -> Value {
        let mut schema = self.contract.json_schema(self.side);
        if let Some(members) = schema.as_object_mut() {
            members.retain(|member, _| !matches!(member.as_str(), "$schema" | "$id"));
        }
        schema
    }
}

fn record(schema: &str) -> Value {
    reference(&format!("components/schemas/{schema}"))
}

pub(super) fn reference(place: &str) -> Value {
    json!({ "$ref": format!("#/{place}") })
}
