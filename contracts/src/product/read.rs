//! The ODPS document -> [`ProductDescription`].

use super::{ManagementPort, Port, ProductDescription, SupportChannel};
use crate::contract::read::{STATUSES, address_part, identifier, version};
use crate::document::{Cursor, DocumentError, Fields};

const CONTENTS: &[&str] = &["discoverability", "observability", "control", "dictionary"];

pub(super) fn product(root: Cursor<'_>, source: &str) -> Result<ProductDescription, DocumentError> {
    let fields = root.mapping()?;
    fields
        .require("apiVersion")?
        .one_of(&["v1.0.0", "v1.1.0"])?;
    fields.require("kind")?.one_of(&["DataProduct"])?;
    let description = fields.require("description")?.mapping()?;
    let product = ProductDescription {
        id: identifier(&fields.require("id")?)?,
        name: address_part(&fields.require("name")?)?,
        version: port_version(&fields)?,
        status: fields.require("status")?.one_of(STATUSES)?.to_owned(),
        domain: address_part(&fields.require("domain")?)?,
        purpose: description.require("purpose")?.text()?.to_owned(),
        limitations: description.text("limitations")?.unwrap_or_default(),
        usage: description.text("usage")?.unwrap_or_default(),
        tags: fields.texts("tags")?,
        input_ports: each(&fields, "inputPorts", port)?,
        output_ports: each(&fields, "outputPorts", port)?,
        management_ports: each(&fields, "managementPorts", management_port)?,
        team: match fields.get("team") {
            Some(team) => self::team(team)?,
            None => String::new(),
        },
        support: each(&fields, "support", support)?,
        source: source.to_owned(),
    };
    distinct(&fields, "inputPorts", &product.input_ports)?;
    distinct(&fields, "outputPorts", &product.output_ports)?;
    Ok(product)
}

fn each<T>(
    fields: &Fields<'_>,
    list: &str,
    read: impl Fn(Cursor<'_>) -> Result<T, DocumentError>,
) -> Result<Vec<T>, DocumentError> {
    fields.items(list)?.into_iter().map(read).collect()
}

/// The standard: name and version are a port's key.
fn distinct(fields: &Fields<'_>, list: &str, ports: &[Port]) -> Result<(), DocumentError> {
    let key = |port: &Port| (port.name.clone(), port.version.clone());
    for (index, port) in ports.iter().enumerate() {
        if ports[..index].iter().any(|other| key(other) == key(port)) {
            return Err(fields.items(list)?[index].error(
                format!("port `{}` {} is there already", port.name, port.version),
                "give it a name or a version of its own",
            ));
        }
    }
    Ok(())
}

fn port_version(fields: &Fields<'_>) -> Result<String, DocumentError> {
    let cursor = fields.require("version")?;
    version(&cursor)?;
    cursor.text().map(str::to_owned)
}

/// Ports stand in addresses; those that are tables in SQL have an underscore.
fn port_name(fields: &Fields<'_>) -> Result<String, DocumentError> {
    let cursor = fields.require("name")?;
    let name = cursor.text()?;
    let good = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    match good {
        true => Ok(name.to_owned()),
        false => Err(cursor.error(
            format!("`{name}` cannot stand in an address"),
            "write small letters, digits, hyphens and underscores, starting with a letter, at most 64",
        )),
    }
}

fn port(port: Cursor<'_>) -> Result<Port, DocumentError> {
    let fields = &port.mapping()?;
    Ok(Port {
        name: port_name(fields)?,
        version: port_version(fields)?,
        contract_id: identifier(&fields.require("contractId")?)?,
        description: fields.text("description")?.unwrap_or_default(),
    })
}

fn management_port(port: Cursor<'_>) -> Result<ManagementPort, DocumentError> {
    let fields = port.mapping()?;
    Ok(ManagementPort {
        name: port_name(&fields)?,
        content: fields.require("content")?.one_of(CONTENTS)?.to_owned(),
        description: fields.text("description")?.unwrap_or_default(),
        url: fields.text("url")?,
    })
}

/// A list of people in version 1.0 of the standard, an object with the team's name since 1.1.
fn team(team: Cursor<'_>) -> Result<String, DocumentError> {
    if team.is_mapping() {
        return team.mapping()?.require("name")?.text().map(str::to_owned);
    }
    let names = team.items()?.into_iter().map(member);
    Ok(names.collect::<Result<Vec<_>, _>>()?.join(", "))
}

/// The person's name, or else account.
fn member(member: Cursor<'_>) -> Result<String, DocumentError> {
    let fields = member.mapping()?;
    let username = fields.require("username")?.text()?;
    Ok(fields.text("name")?.unwrap_or_else(|| username.to_owned()))
}

fn support(channel: Cursor<'_>) -> Result<SupportChannel, DocumentError> {
    let fields = channel.mapping()?;
    Ok(SupportChannel {
        channel: fields.require("channel")?.text()?.to_owned(),
        url: fields.require("url")?.text()?.to_owned(),
        description: fields.text("description")?.unwrap_or_default(),
    })
}
