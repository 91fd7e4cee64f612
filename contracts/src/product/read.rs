//! The ODPS document -> [`ProductDescription`].

use super::{ManagementPort, Port, ProductDescription};
use crate::about::{SupportChannel, Team, each};
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
            Some(team) => self::team(&team)?,
            None => String::new(),
        },
        support: each(&fields, "support", SupportChannel::read)?,
        source: source.to_owned(),
    };
    distinct(&fields, "inputPorts", &product.input_ports)?;
    distinct(&fields, "outputPorts", &product.output_ports)?;
    Ok(product)
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

/// The name of the team, which version 1.0 of the standard does not have, or else of its people.
fn team(cursor: &Cursor<'_>) -> Result<String, DocumentError> {
    let named = cursor.is_mapping();
    let team = Team::read(cursor.clone())?;
    if !team.name().is_empty() {
        return Ok(team.name().to_owned());
    }
    if named {
        return Err(cursor.error("`name` is missing", "add `name:`"));
    }
    let names = team.members().iter().map(|member| match member.name() {
        "" => member.username(),
        name => name,
    });
    Ok(names.collect::<Vec<_>>().join(", "))
}
