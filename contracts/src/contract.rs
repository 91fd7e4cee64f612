pub(crate) mod read;
pub(crate) mod window;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arrow_schema::SchemaRef;

use crate::about::{
    AuthoritativeDefinition, CustomProperty, Price, Role, Server, SupportChannel, Team,
};
use crate::document::{Cursor, DocumentError, Node};
use crate::property::{Assigned, Property};
use crate::quality::QualityRule;
use crate::service_level::ServiceLevel;
use crate::{Record, json_schema, standard, text};

/// A data contract: an Open Data Contract Standard document, 3.0 to 3.2, with one schema, checked as it was read.
///
/// Immutable, and cheap to clone.
#[derive(Clone)]
pub struct Contract(Arc<Inner>);

struct Inner {
    id: String,
    name: String,
    version: Version,
    domain: String,
    status: String,
    tenant: String,
    data_product: String,
    description: String,
    limitations: String,
    usage: String,
    tags: Vec<String>,
    schema: Schema,
    arrow_schema: SchemaRef,
    quality: Vec<QualityRule>,
    service_levels: Vec<ServiceLevel>,
    team: Option<Team>,
    roles: Vec<Role>,
    support: Vec<SupportChannel>,
    servers: Vec<Server>,
    price: Option<Price>,
    definitions: Vec<AuthoritativeDefinition>,
    custom_properties: Vec<CustomProperty>,
    deduplication_window: Option<Duration>,
    source: String,
}

/// A semantic version, ordered by precedence; no pre-releases.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    numbers: [u64; 3],
    text: String,
}

/// What the records of a contract hold.
#[derive(Clone, Debug)]
pub struct Schema {
    name: String,
    business_name: Option<String>,
    description: String,
    granularity: String,
    tags: Vec<String>,
    properties: Vec<Property>,
}

impl Schema {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What people of the domain call it.
    pub fn business_name(&self) -> Option<&str> {
        self.business_name.as_deref()
    }

    /// For people; empty where the contract says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What one row stands for; empty where the contract says nothing.
    pub fn granularity(&self) -> &str {
        &self.granularity
    }

    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// In the contract's order, which is that of a dataset's columns.
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// The property whose value is the subject of a record's event, if one is marked.
    pub fn event_key(&self) -> Option<&Property> {
        self.properties.iter().find(|property| property.event_key())
    }

    /// The property that the platform fills in with this.
    pub fn assigned(&self, what: Assigned) -> Option<&Property> {
        let assigned = |property: &&Property| property.assigned() == Some(what);
        self.properties.iter().find(assigned)
    }

    /// The property of this name, at the top of a record.
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties
            .iter()
            .find(|property| property.name() == name)
    }
}

/// The two faces of a contract's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What a producer sends: without the properties that the platform assigns.
    Input,
    /// What a dataset keeps: complete.
    Stored,
}

impl Contract {
    /// Reads a contract; `file` only names the document in errors.
    ///
    /// # Errors
    /// The first mistake, with its line, column and path, and what to write instead.
    pub fn parse(file: &str, yaml: &str) -> Result<Contract, DocumentError> {
        let document = Node::parse(file, yaml)?;
        if let Some(mistake) = standard::contract_mistakes(file, &document)
            .into_iter()
            .next()
        {
            return Err(mistake);
        }
        let inner = read::contract(Cursor::root(file, &document), yaml)?;
        Ok(Contract(Arc::new(inner)))
    }

    /// What is wrong with a contract: all that its standard does not allow, and where it allows everything, the first
    /// thing that this mesh cannot keep. Empty where [`parse`](Contract::parse) would give a contract.
    pub fn lint(file: &str, yaml: &str) -> Vec<DocumentError> {
        let document = match Node::parse(file, yaml) {
            Ok(document) => document,
            Err(error) => return vec![error],
        };
        let mistakes = standard::contract_mistakes(file, &document);
        if !mistakes.is_empty() {
            return mistakes;
        }
        let read = read::contract(Cursor::root(file, &document), yaml);
        read.err().into_iter().collect()
    }

    /// Unique in the mesh, the same for all versions: `urn:mesh:contract:cardiology:heart-readings`.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// `major.minor.patch`
    pub fn version(&self) -> &str {
        &self.0.version.text
    }

    /// The number that only a breaking change raises.
    pub fn major(&self) -> u64 {
        let [major, ..] = self.precedence().numbers;
        major
    }

    /// Whether this is a later version than `other`, as versions are counted.
    pub fn is_newer_than(&self, other: &Contract) -> bool {
        self.precedence() > other.precedence()
    }

    pub(crate) fn precedence(&self) -> &Version {
        &self.0.version
    }

    pub fn domain(&self) -> &str {
        &self.0.domain
    }

    /// `proposed`, `draft`, `active`, `deprecated` or `retired`.
    pub fn status(&self) -> &str {
        &self.0.status
    }

    /// Organization that the data belong to; empty where the contract says nothing.
    pub fn tenant(&self) -> &str {
        &self.0.tenant
    }

    /// Data product that the contract was written for; empty where the contract says nothing.
    pub fn data_product(&self) -> &str {
        &self.0.data_product
    }

    /// The purpose of the data; empty where the contract says nothing.
    pub fn description(&self) -> &str {
        &self.0.description
    }

    /// Where the data must not be relied on; empty where the contract says nothing.
    pub fn limitations(&self) -> &str {
        &self.0.limitations
    }

    /// How to use the data; empty where the contract says nothing.
    pub fn usage(&self) -> &str {
        &self.0.usage
    }

    pub fn tags(&self) -> &[String] {
        &self.0.tags
    }

    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// What is promised about the dataset as a whole: of its schema first, then of each property in their order.
    /// Keys that the schema declares are promises too.
    pub fn quality(&self) -> &[QualityRule] {
        &self.0.quality
    }

    /// What is promised about the service, in the contract's order.
    pub fn service_levels(&self) -> &[ServiceLevel] {
        &self.0.service_levels
    }

    /// Who answers for the data.
    pub fn team(&self) -> Option<&Team> {
        self.0.team.as_ref()
    }

    pub fn roles(&self) -> &[Role] {
        &self.0.roles
    }

    pub fn support(&self) -> &[SupportChannel] {
        &self.0.support
    }

    pub fn servers(&self) -> &[Server] {
        &self.0.servers
    }

    pub fn price(&self) -> Option<&Price> {
        self.0.price.as_ref()
    }

    /// Of the contract, of its description and of its schema.
    pub fn authoritative_definitions(&self) -> &[AuthoritativeDefinition] {
        &self.0.definitions
    }

    /// Of the contract, of its description and of its schema.
    pub fn custom_properties(&self) -> &[CustomProperty] {
        &self.0.custom_properties
    }

    /// How long an event's id is remembered: one that comes again within it, by what the platform says of the time of
    /// receipt, is not stored again. None where the platform does not assign both, so that nothing can be remembered.
    pub fn deduplication_window(&self) -> Option<Duration> {
        self.0.deduplication_window
    }

    /// The document exactly as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The records of one side as JSON Schema 2020-12.
    ///
    /// A validator that checks formats accepts exactly what the [`Gate`](crate::Gate) of the same side accepts.
    /// Bounds of dates and times, for which JSON Schema has no word, are `formatMinimum` and its like of
    /// ajv-formats, compared to the microsecond.
    pub fn json_schema(&self, side: Side) -> serde_json::Value {
        json_schema::derive(self, side)
    }

    /// The columns of the dataset that keeps the records; nullable unless required.
    pub fn arrow_schema(&self) -> SchemaRef {
        Arc::clone(&self.0.arrow_schema)
    }

    /// A record from a row of text cells, such as of CSV, each typed by the property its column names.
    ///
    /// An empty cell is null. What is not of the property's type, and every cell of an unknown column, stays
    /// text, so that the gate says what is wrong with it. Cells beyond the header are dropped.
    pub fn record_from_text(&self, header: &[String], cells: &[&str]) -> Record {
        text::record(self.schema(), header, cells)
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contract({} {})", self.id(), self.version())
    }
}

#[cfg(test)]
mod tests;
