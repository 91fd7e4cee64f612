mod read;

use crate::about::SupportChannel;
use crate::document::{Cursor, DocumentError, Node};
use crate::standard;

/// What a data product is and promises: an Open Data Product Standard document, 1.0 or 1.1.
#[derive(Clone, Debug)]
pub struct ProductDescription {
    id: String,
    name: String,
    version: String,
    status: String,
    domain: String,
    purpose: String,
    limitations: String,
    usage: String,
    tags: Vec<String>,
    input_ports: Vec<Port>,
    output_ports: Vec<Port>,
    management_ports: Vec<ManagementPort>,
    team: String,
    support: Vec<SupportChannel>,
    source: String,
}

impl ProductDescription {
    /// Reads a description; `file` only names the document in errors.
    ///
    /// # Errors
    /// The first mistake, with its line, column and path, and what to write instead.
    pub fn parse(file: &str, yaml: &str) -> Result<ProductDescription, DocumentError> {
        let document = Node::parse(file, yaml)?;
        match standard::product_mistakes(file, &document)
            .into_iter()
            .next()
        {
            Some(mistake) => Err(mistake),
            None => read::product(Cursor::root(file, &document), yaml),
        }
    }

    /// What is wrong with a description: all that its standard does not allow, and where it allows everything, the
    /// first thing that this mesh cannot keep. Empty where [`parse`](ProductDescription::parse) would give one.
    pub fn lint(file: &str, yaml: &str) -> Vec<DocumentError> {
        let document = match Node::parse(file, yaml) {
            Ok(document) => document,
            Err(error) => return vec![error],
        };
        let mistakes = standard::product_mistakes(file, &document);
        if !mistakes.is_empty() {
            return mistakes;
        }
        let read = read::product(Cursor::root(file, &document), yaml);
        read.err().into_iter().collect()
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Unique in the mesh; stands in addresses.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `major.minor.patch`
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `proposed`, `draft`, `active`, `deprecated` or `retired`.
    pub fn status(&self) -> &str {
        &self.status
    }

    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// What the data are for.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Where they must not be relied on; empty where the document says nothing.
    pub fn limitations(&self) -> &str {
        &self.limitations
    }

    /// How to use them; empty where the document says nothing.
    pub fn usage(&self) -> &str {
        &self.usage
    }

    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    pub fn input_ports(&self) -> &[Port] {
        &self.input_ports
    }

    pub fn output_ports(&self) -> &[Port] {
        &self.output_ports
    }

    pub fn management_ports(&self) -> &[ManagementPort] {
        &self.management_ports
    }

    /// Who answers for the product: the name of the team, or of its people where the document lists people only.
    /// Empty where it says nothing.
    pub fn team(&self) -> &str {
        &self.team
    }

    pub fn support(&self) -> &[SupportChannel] {
        &self.support
    }

    /// The document exactly as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// Where data comes in or goes out.
#[derive(Clone, Debug)]
pub struct Port {
    name: String,
    version: String,
    contract_id: String,
    description: String,
}

impl Port {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Of the contract, and by it of the port: `major.minor.patch`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Id of the contract that the data keep.
    pub fn contract_id(&self) -> &str {
        &self.contract_id
    }

    /// Empty where the document says nothing, and for input ports, to which the standard gives none.
    pub fn description(&self) -> &str {
        &self.description
    }
}

/// Where the product itself is looked at or steered.
#[derive(Clone, Debug)]
pub struct ManagementPort {
    name: String,
    content: String,
    description: String,
    url: Option<String>,
}

impl ManagementPort {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `discoverability`, `observability`, `control` or `dictionary`.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Empty where the document says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

#[cfg(test)]
mod tests;
