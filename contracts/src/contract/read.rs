//! The ODCS document -> [`Contract`](super::Contract).

use super::{Inner, Schema, Version, window};
use crate::about::{
    AuthoritativeDefinition, CustomProperty, Price, Role, Server, SupportChannel, Team, each,
};
use crate::document::{Cursor, DocumentError, Fields};
use crate::property::{self, Property};
use crate::suggest::closest;
use crate::{arrow, quality, service_level};

/// Version 2 describes datasets in another way.
const STANDARDS: &[&str] = &["v3.2.0", "v3.1.0", "v3.0.2", "v3.0.1", "v3.0.0"];
const DESCRIPTION: &[&str] = &[
    "purpose",
    "limitations",
    "usage",
    "authoritativeDefinitions",
    "customProperties",
];
pub(crate) const STATUSES: &[&str] = &["proposed", "draft", "active", "deprecated", "retired"];

pub(super) fn contract(root: Cursor<'_>, source: &str) -> Result<Inner, DocumentError> {
    let fields = root.mapping()?;
    fields.require("apiVersion")?.one_of(STANDARDS)?;
    let object = object(&fields.require("schema")?)?;
    let schema = schema(&object)?;
    let description = fields.get("description").map(description).transpose()?;
    let described = |name: &str| {
        let text = description
            .as_ref()
            .map(|fields| fields.text(name))
            .transpose()?;
        Ok(text.flatten().unwrap_or_default())
    };
    let parts: Vec<&Fields<'_>> = [Some(&fields), description.as_ref(), Some(&object)]
        .into_iter()
        .flatten()
        .collect();
    let text = |name: &str| Ok(fields.text(name)?.unwrap_or_default());
    Ok(Inner {
        id: identifier(&fields.require("id")?)?,
        name: address_part(&fields.require("name")?)?,
        version: version(&fields.require("version")?)?,
        domain: address_part(&fields.require("domain")?)?,
        status: fields.require("status")?.one_of(STATUSES)?.to_owned(),
        tenant: text("tenant")?,
        data_product: text("dataProduct")?,
        description: described("purpose")?,
        limitations: described("limitations")?,
        usage: described("usage")?,
        tags: fields.texts("tags")?,
        arrow_schema: arrow::schema(schema.properties()),
        quality: quality::rules(&object, &schema)?,
        service_levels: service_level::service_levels(&fields, &schema)?,
        team: fields.get("team").map(Team::read).transpose()?,
        roles: each(&fields, "roles", Role::read)?,
        support: each(&fields, "support", SupportChannel::read)?,
        servers: each(&fields, "servers", Server::read)?,
        price: fields.get("price").map(Price::read).transpose()?,
        definitions: of_all(
            &parts,
            "authoritativeDefinitions",
            AuthoritativeDefinition::read,
        )?,
        custom_properties: of_all(&parts, "customProperties", CustomProperty::read)?,
        deduplication_window: window::read(&fields, &schema)?,
        schema,
        source: source.to_owned(),
    })
}

/// The standard takes any field here, so that a slip in one of its own would go unnoticed.
fn description(cursor: Cursor<'_>) -> Result<Fields<'_>, DocumentError> {
    let fields = cursor.mapping()?;
    for name in fields.names() {
        let meant = closest(name, DESCRIPTION.iter().copied());
        if let (false, Some(meant)) = (DESCRIPTION.contains(&name), meant) {
            return Err(fields.error(
                format!("unknown field `{name}`"),
                format!("did you mean `{meant}`?"),
            ));
        }
    }
    Ok(fields)
}

/// The items of a list that several parts of a document may have.
fn of_all<T>(
    parts: &[&Fields<'_>],
    list: &str,
    read: impl Fn(Cursor<'_>) -> Result<T, DocumentError>,
) -> Result<Vec<T>, DocumentError> {
    let mut items = Vec::new();
    for part in parts {
        items.extend(each(part, list, &read)?);
    }
    Ok(items)
}

fn object<'a>(schema: &Cursor<'a>) -> Result<Fields<'a>, DocumentError> {
    let mut objects = schema.items()?.into_iter();
    let (Some(object), None) = (objects.next(), objects.next()) else {
        return Err(schema.error(
            "a contract here has exactly one schema",
            "describe one kind of record, and write another contract for each further one",
        ));
    };
    object.mapping()
}

fn schema(object: &Fields<'_>) -> Result<Schema, DocumentError> {
    if let Some(logical_type) = object.get("logicalType") {
        logical_type.one_of(&["object"])?;
    }
    let properties = property::properties(object)?;
    one_event_key(object, &properties)?;
    Ok(Schema {
        name: object.require("name")?.text()?.to_owned(),
        business_name: object.text("businessName")?,
        description: object.text("description")?.unwrap_or_default(),
        granularity: object
            .text("dataGranularityDescription")?
            .unwrap_or_default(),
        tags: object.texts("tags")?,
        properties,
    })
}

fn one_event_key(object: &Fields<'_>, properties: &[Property]) -> Result<(), DocumentError> {
    let mut keys = properties.iter().filter(|property| property.event_key());
    let (Some(first), Some(second)) = (keys.next(), keys.next()) else {
        return Ok(());
    };
    let named = |property: &&Cursor<'_>| {
        let fields = (*property).clone().mapping();
        fields.is_ok_and(
            |fields| matches!(fields.text("name"), Ok(Some(name)) if name == second.name()),
        )
    };
    let items = object.items("properties")?;
    let problem = format!("`{}` is the key of the events already", first.name());
    let remedy = "mark one property; events of one value of it keep their order";
    Err(match items.iter().find(named) {
        Some(item) => item.error(problem, remedy),
        None => object.error(problem, remedy),
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
