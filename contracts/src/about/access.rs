use serde_json::{Number, Value};

use crate::document::{Cursor, DocumentError};

/// Where the data are kept.
#[derive(Clone, Debug)]
pub struct Server {
    name: String,
    kind: String,
    environment: String,
    description: String,
    details: Vec<(String, Value)>,
}

/// What the data cost.
#[derive(Clone, Debug)]
pub struct Price {
    amount: Option<Number>,
    currency: String,
    unit: String,
}

/// Where to ask.
#[derive(Clone, Debug)]
pub struct SupportChannel {
    channel: String,
    url: String,
    description: String,
}

/// Fields of a server that every type of server has.
const OF_ALL_SERVERS: &[&str] = &[
    "id",
    "server",
    "type",
    "environment",
    "description",
    "roles",
    "customProperties",
];

impl Server {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `kafka`, `s3` ...
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// `prod`, `test` ...; empty where the document says nothing.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Empty where the document says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What only this type of server has, such as `host` or `location`.
    pub fn details(&self) -> &[(String, Value)] {
        &self.details
    }

    pub(crate) fn read(server: Cursor<'_>) -> Result<Server, DocumentError> {
        let Value::Object(all) = server.json() else {
            return Err(server.error("no server", "write a mapping"));
        };
        let own = all.into_iter();
        let own = own.filter(|(name, _)| !OF_ALL_SERVERS.contains(&name.as_str()));
        let fields = server.mapping()?;
        Ok(Server {
            name: fields.require("server")?.text()?.to_owned(),
            kind: fields.require("type")?.text()?.to_owned(),
            environment: fields.text("environment")?.unwrap_or_default(),
            description: fields.text("description")?.unwrap_or_default(),
            details: own.collect(),
        })
    }
}

impl Price {
    pub fn amount(&self) -> Option<&Number> {
        self.amount.as_ref()
    }

    /// `EUR`; empty where the document says nothing.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// What is paid for, such as `megabyte`; empty where the document says nothing.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    pub(crate) fn read(price: Cursor<'_>) -> Result<Price, DocumentError> {
        let fields = price.mapping()?;
        let amount = fields.get("priceAmount");
        Ok(Price {
            amount: amount.map(|amount| amount.number().cloned()).transpose()?,
            currency: fields.text("priceCurrency")?.unwrap_or_default(),
            unit: fields.text("priceUnit")?.unwrap_or_default(),
        })
    }
}

impl SupportChannel {
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// Empty where a contract says nothing; the description of a product always does.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Empty where the document says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub(crate) fn read(channel: Cursor<'_>) -> Result<SupportChannel, DocumentError> {
        let fields = channel.mapping()?;
        Ok(SupportChannel {
            channel: fields.require("channel")?.text()?.to_owned(),
            url: fields.text("url")?.unwrap_or_default(),
            description: fields.text("description")?.unwrap_or_default(),
        })
    }
}
