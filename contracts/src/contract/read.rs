//! The ODCS document -> [`Contract`](super::Contract).

use super::{Inner, Schema, Version};
use crate::arrow;
use crate::document::{Cursor, DocumentError};
use crate::property;

/// Version 2 describes datasets in another way.
const STANDARDS: &[&str] = &["v3.2.0", "v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0"];
pub(crate) const STATUSES: &[&str] = &["proposed", "draft", "active", "deprecated", "retired"];

pub(super) fn contract(root: Cursor<'_>, source: &str) -> Result<Inner, DocumentError> {
    let fields = root.mapping()?;
    fields.require("apiVersion")?.one_of(STANDARDS)?;
    fields.require("kind")?.one_of(&["DataContract"])?;
    let description = match fields.get("description") {
        Some(description) => description.mapping()?.text("purpose")?,
        None => None,
    };
    let schema = schema(&fields.require("schema")?)?;
    Ok(Inner {
        id: identifier(&fields.require("id")?)?,
        name: address_part(&fields.require("name")?)?,
        version: version(&fields.require("version")?)?,
        domain: address_part(&fields.require("domain")?)?,
        status: fields.require("status")?.one_of(STATUSES)?.to_owned(),
        description: description.unwrap_or_default(),
        tags: fields.texts("tags")?,
        arrow_schema: arrow::schema(schema.properties()),
        schema,
        source: source.to_owned(),
    })
}

fn schema(cursor: &Cursor<'_>) -> Result<Schema, DocumentError> {
    let mut objects = cursor.items()?.into_iter();
    let (Some(object), None) = (objects.next(), objects.next()) else {
        return Err(cursor.error(
            "a contract here has exactly one schema",
            "describe one kind of record, and write another contract for each further one",
        ));
    };
    let fields = object.mapping()?;
    if let Some(logical_type) = fields.get("logicalType") {
        logical_type.one_of(&["object"])?;
    }
    Ok(Schema {
        name: fields.require("name")?.text()?.to_owned(),
        description: fields.text("description")?.unwrap_or_default(),
        properties: property::properties(&fields)?,
    })
}

pub(crate) fn identifier(cursor: &Cursor<'_>) -> Result<String, DocumentError> {
    let id = cursor.text()?;
    let good = (1..=200).contains(&id.len())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ":-._~".contains(c));
    match good {
        true => Ok(id.to_owned()),
        false => Err(cursor.error(
            "not an identifier",
            "write a URN such as urn:mesh:contract:cardiology:heart-readings, or a UUID",
        )),
    }
}

/// A name that stands in addresses: small letters, digits and hyphens, starting with a letter.
pub(crate) fn address_part(cursor: &Cursor<'_>) -> Result<String, DocumentError> {
    let name = cursor.text()?;
    let good = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    match good {
        true => Ok(name.to_owned()),
        false => Err(cursor.error(
            format!("`{name}` cannot stand in an address"),
            "write small letters, digits and hyphens, starting with a letter, at most 64",
        )),
    }
}

pub(crate) fn version(cursor: &Cursor<'_>) -> Result<Version, DocumentError> {
    let text = cursor.text()?;
    let wrong = || {
        cursor.error(
            format!("`{text}` is no version"),
            "write major.minor.patch, such as 1.0.0",
        )
    };
    let number = |part: &str| {
        let plain = part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'));
        plain.then(|| part.parse().ok()).flatten()
    };
    let numbers: Option<Vec<u64>> = text.split('.').map(number).collect();
    let numbers = numbers
        .and_then(|numbers| numbers.try_into().ok())
        .ok_or_else(wrong)?;
    Ok(Version {
        numbers,
        text: text.to_owned(),
    })
}
