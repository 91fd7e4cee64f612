//! Whether a Rust type that crosses a port says the same as the port's contract.
//!
//! What is compared is the type's JSON Schema (schemars): which fields there are, of which kind, and which may be absent.
//! Ranges and patterns are the contract's alone; its gate holds every record to them.

use schemars::JsonSchema;
use serde_json::Value;

use crate::contract::{Contract, Side};
use crate::property::{LogicalType, Property};

impl Contract {
    /// Where records of `T` would not keep this contract, in words; nothing if they would.
    pub fn differs_from<T: JsonSchema>(&self, side: Side) -> Vec<String> {
        let taken = |property: &&Property| side == Side::Stored || property.assigned().is_none();
        let properties = self.schema().properties().iter().filter(taken);
        let schema = schemars::schema_for!(T).to_value();
        let mut differences = Differences::new(&schema);
        differences.object(&schema, &properties.collect::<Vec<_>>(), "");
        differences.found
    }
}

impl Property {
    /// Where values of `T` would not keep this property's type, in words; nothing if they would.
    pub fn differs_from<T: JsonSchema>(&self) -> Vec<String> {
        let schema = schemars::schema_for!(T).to_value();
        let mut differences = Differences::new(&schema);
        differences.value(&schema, self, self.name());
        differences.found
    }
}

struct Differences<'a> {
    /// Holds the parts that others refer to.
    root: &'a Value,
    found: Vec<String>,
}

impl<'a> Differences<'a> {
    fn new(root: &'a Value) -> Differences<'a> {
        let found = Vec::new();
        Differences { root, found }
    }

    fn object(&mut self, schema: &'a Value, properties: &[&Property], path: &str) {
        let at = |name: &str| match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        let fields = schema["properties"].as_object();
        for property in properties {
            let path = at(property.name());
            let Some(field) = fields.and_then(|fields| fields.get(property.name())) else {
                if property.required() {
                    self.found.push(format!(
                        "{path} is required by the contract; the type has none"
                    ));
                }
                continue;
            };
            let always = schema["required"].as_array();
            let always = always.is_some_and(|names| names.iter().any(|n| n == property.name()));
            if property.required() && !always {
                self.found.push(format!(
                    "{path} is required by the contract; the type may leave it out"
                ));
            }
            self.value(field, property, &path);
        }
        let known = |name: &str| properties.iter().any(|property| property.name() == name);
        let unknown = fields.into_iter().flat_map(|fields| fields.keys());
        for name in unknown.filter(|name| !known(name)) {
            self.found.push(format!(
                "{} is in the type; the contract has none",
                at(name)
            ));
        }
    }

    fn value(&mut self, schema: &'a Value, property: &Property, path: &str) {
        let alternatives = self.alternatives(schema);
        let (null, others): (Vec<_>, Vec<_>) = alternatives
            .into_iter()
            .partition(|(kind, _)| *kind == "null");
        if property.required() && !null.is_empty() {
            self.found.push(format!(
                "{path} is required by the contract; the type may be null"
            ));
        }
        for (kind, schema) in others {
            match (property.logical_type(), kind) {
                (LogicalType::Object(properties), "object") => {
                    self.object(schema, &properties.iter().collect::<Vec<_>>(), path);
                }
                (LogicalType::Array(item), "array") => {
                    self.value(&schema["items"], item, &format!("{path}[]"));
                }
                (LogicalType::Integer | LogicalType::Number, "integer")
                | (LogicalType::Number, "number")
                | (LogicalType::Boolean, "boolean")
                | (
                    LogicalType::String
                    | LogicalType::Date
                    | LogicalType::Timestamp
                    | LogicalType::Time,
                    "string",
                ) => {}
                (wanted, kind) => self.found.push(format!(
                    "{path} is of type {} in the contract; the type has {kind}",
                    wanted.name()
                )),
            }
        }
    }

    /// The JSON types that a schema allows, each with the schema that says more of it.
    fn alternatives(&self, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
        if let Some(name) = schema["$ref"].as_str() {
            let part = self.root.pointer(name.trim_start_matches('#'));
            return part.map_or_else(Vec::new, |part| self.alternatives(part));
        }
        let any = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
        if let Some(any) = any {
            return any.iter().flat_map(|one| self.alternatives(one)).collect();
        }
        match &schema["type"] {
            Value::String(kind) => vec![(kind, schema)],
            Value::Array(kinds) => {
                let kinds = kinds.iter().filter_map(Value::as_str);
                kinds.map(|kind| (kind, schema)).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
