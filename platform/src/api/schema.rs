//! The schema of a body or a parameter.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// A JSON Schema (2020-12) for a document, given in one of several ways.
#[derive(Debug, Clone)]
pub struct Schema(Source);

#[derive(Debug, Clone)]
enum Source {
    Type(fn(&mut SchemaGenerator) -> schemars::Schema),
    Component(String, Value),
    Inline(Value),
    ArrayOf(Box<Schema>),
    OneOf(Vec<Schema>),
}

impl Schema {
    /// The schema of a Rust type, kept once among the document's components.
    pub fn of<T: JsonSchema>() -> Self {
        Self(Source::Type(SchemaGenerator::subschema_for::<T>))
    }

    /// A schema kept among the document's components under `name`, such as one derived from a contract. `name`
    /// consists of letters, digits, `.`, `-` and `_`. Two of one name must be equal.
    pub fn component(name: impl Into<String>, schema: Value) -> Self {
        Self(Source::Component(name.into(), schema))
    }

    /// A schema written where it is used.
    pub fn inline(schema: Value) -> Self {
        Self(Source::Inline(schema))
    }

    /// A list of at least one such thing.
    pub fn array_of(items: Self) -> Self {
        Self(Source::ArrayOf(Box::new(items)))
    }

    /// One of these, and not two at once.
    pub fn one_of(alternatives: impl Into<Vec<Self>>) -> Self {
        Self(Source::OneOf(alternatives.into()))
    }

    /// Any text.
    pub fn text() -> Self {
        Self::inline(json!({ "type": "string" }))
    }

    /// Any bytes.
    pub fn binary() -> Self {
        Self::inline(json!({}))
    }
}

/// The components of a document while it is being written.
pub(super) struct Components {
    generator: SchemaGenerator,
    named: Map<String, Value>,
}

impl Components {
    pub(super) fn new() -> Self {
        let settings = schemars::generate::SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        });
        Self {
            generator: settings.into_generator(),
            named: Map::new(),
        }
    }

    /// The schema as it is written at its place: components become references.
    ///
    /// # Panics
    /// If two different schemas have one name.
    pub(super) fn place(&mut self, schema: &Schema) -> Value {
        match &schema.0 {
            Source::Type(subschema) => subschema(&mut self.generator).to_value(),
            Source::Inline(schema) => schema.clone(),
            Source::ArrayOf(items) => {
                json!({ "type": "array", "minItems": 1, "items": self.place(items) })
            }
            Source::OneOf(alternatives) => {
                let alternatives = alternatives.iter().map(|schema| self.place(schema));
                json!({ "oneOf": alternatives.collect::<Vec<_>>() })
            }
            Source::Component(name, schema) => {
                let known = self
                    .named
                    .entry(name.clone())
                    .or_insert_with(|| schema.clone());
                assert!(known == schema, "two schemas are named {name}");
                json!({ "$ref": format!("#/components/schemas/{name}") })
            }
        }
    }

    /// All components, sorted by name.
    pub(super) fn finish(mut self) -> Value {
        let mut all = self.named;
        for (name, schema) in self.generator.take_definitions(true) {
            assert!(!all.contains_key(&name), "two schemas are named {name}");
            all.insert(name, schema);
        }
        all.sort_keys();
        Value::Object(all)
    }
}
