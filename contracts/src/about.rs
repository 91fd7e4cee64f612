//! What a contract says beside what its records hold: who, where, for how much, and what else.

mod access;
mod people;

use serde_json::Value;

pub use access::{Price, Server, SupportChannel};
pub use people::{Member, Role, Team};

use crate::document::{Cursor, DocumentError, Fields};

/// Something that the standard has no field for.
#[derive(Clone, Debug)]
pub struct CustomProperty {
    property: String,
    value: Value,
    description: String,
}

impl CustomProperty {
    pub fn property(&self) -> &str {
        &self.property
    }

    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Empty where the document says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub(crate) fn read(item: Cursor<'_>) -> Result<CustomProperty, DocumentError> {
        let fields = item.mapping()?;
        Ok(CustomProperty {
            property: fields.require("property")?.text()?.to_owned(),
            value: fields
                .get("value")
                .map_or(Value::Null, |value| value.json()),
            description: fields.text("description")?.unwrap_or_default(),
        })
    }
}

/// Where more, or the binding word, is said.
#[derive(Clone, Debug)]
pub struct AuthoritativeDefinition {
    kind: String,
    url: String,
    description: String,
}

impl AuthoritativeDefinition {
    /// `businessDefinition`, `tutorial` ...
    pub fn kind(&self) -> &str {
        &self.kind
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Empty where the document says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub(crate) fn read(item: Cursor<'_>) -> Result<AuthoritativeDefinition, DocumentError> {
        let fields = item.mapping()?;
        Ok(AuthoritativeDefinition {
            kind: fields.require("type")?.text()?.to_owned(),
            url: fields.require("url")?.text()?.to_owned(),
            description: fields.text("description")?.unwrap_or_default(),
        })
    }
}

/// What `read` makes of each item of an optional list.
pub(crate) fn each<T>(
    fields: &Fields<'_>,
    list: &str,
    read: impl Fn(Cursor<'_>) -> Result<T, DocumentError>,
) -> Result<Vec<T>, DocumentError> {
    fields.items(list)?.into_iter().map(read).collect()
}
