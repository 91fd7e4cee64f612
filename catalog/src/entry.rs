//! What a data product says about itself to the catalog.
//!
//! An [`Entry`] is a wire document: plain data, taken over as it is, shown to people and machines.

mod contract;
mod model;
mod profile;
mod quality;
mod watch;

pub use contract::example;
pub(crate) use contract::in_words;
pub use model::{
    Accuracy, Bound, CalibrationRange, ClassesEntry, CurvesEntry, MeasureEntry, ModelEntry, Point,
    QuantitiesEntry, QuantityRange, StageChangeEntry, VersionEntry,
};
pub use profile::{
    CorrelationEntry, CorrelationsEntry, Edge, HistogramBin, NumbersEntry, ProfileEntry,
    PropertyProfileEntry, QuantileEntry, ValueShareEntry, Withheld,
};
pub use quality::{QualityEntry, RuleResult, RuleStatus, ServiceLevelResult, ServiceLevelStatus};
pub use watch::{
    DriftEntry, DriftPoint, DriftRange, Finding, LookEntry, SeriesEntry, SeriesPoint, WatchEntry,
};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::search::nearest;

/// A data product as the catalog knows it; replaced as a whole when the product registers again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CatalogEntry")]
pub struct Entry {
    /// Name of the product, unique in the mesh, as in its address.
    pub product: String,
    pub domain: String,
    /// Name for people.
    pub title: String,
    pub version: String,
    /// Life-cycle word of the product's description: `proposed`, `draft`, `active`, `deprecated`, `retired`.
    pub status: String,
    /// One sentence: what the product is for.
    pub purpose: String,
    /// The team that answers for it.
    pub owner: String,
    pub tags: Vec<String>,
    /// `urn:mesh:{domain}:{product}`
    pub urn: String,
    /// Base path, `/products/{product}`.
    pub address: String,
    pub ports: Vec<Port>,
    pub contracts: Vec<ContractEntry>,
    pub datasets: Vec<DatasetEntry>,
    pub models: Vec<ModelEntry>,
    /// Names of the models that have no version yet, since no training run has succeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untrained: Vec<String>,
    /// When the product told the catalog all this.
    pub registered_at: DateTime<Utc>,
    /// Why the newest files of the product could not be loaded; what the entry describes is older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// The tag of a product whose data nobody measured; every page says so.
const SIMULATED: &str = "simulated";

impl Entry {
    pub(crate) fn is_simulated(&self) -> bool {
        self.tags.iter().any(|tag| tag == SIMULATED)
    }

    /// # Errors
    /// [`Error::UnknownModel`], with the names it may have been meant to be.
    pub(crate) fn model(&self, name: &str) -> Result<&ModelEntry, Error> {
        let mut models = self.models.iter();
        models
            .find(|model| model.name == name)
            .ok_or_else(|| Error::UnknownModel {
                product: self.product.clone(),
                model: name.to_owned(),
                nearest: nearest(name, self.models.iter().map(|model| model.name.as_str())),
            })
    }

    /// # Errors
    /// [`Error::UnknownDataset`], with the names it may have been meant to be.
    pub(crate) fn dataset(&self, name: &str) -> Result<&DatasetEntry, Error> {
        let mut datasets = self.datasets.iter();
        datasets
            .find(|dataset| dataset.name == name)
            .ok_or_else(|| Error::UnknownDataset {
                product: self.product.clone(),
                dataset: name.to_owned(),
                nearest: nearest(name, self.datasets.iter().map(|it| it.name.as_str())),
            })
    }

    /// The contract of that name, in that version or else the highest.
    pub(crate) fn contract(&self, name: &str, version: Option<&str>) -> Option<&ContractEntry> {
        self.contracts
            .iter()
            .filter(|contract| contract.name == name)
            .filter(|contract| version.is_none_or(|version| contract.version == version))
            .max_by_key(|contract| contract.precedence())
    }
}

/// Something went wrong, and still is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// What, where and what to do: `mesh.yaml:12:5: unknown field \`transform\`; did you mean \`transforms\`?`
    pub message: String,
    pub since: DateTime<Utc>,
}

/// A door of a product: where data goes in, comes out, is scored, or the product is managed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Port {
    pub name: String,
    pub direction: Direction,
    pub description: String,
    /// `urn:mesh:{domain}:{product}:{port}:{major}`, the port's name for ever.
    pub urn: String,
    /// Path of the port today.
    pub address: String,
    /// What goes through the port keeps this contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractRef>,
    /// The dataset the port fills or reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// One request the port accepts, for the snippets; [`example`] makes one from a contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Input,
    Output,
    Scoring,
    Management,
}

/// Names one version of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContractRef {
    pub id: String,
    pub name: String,
    pub version: String,
}

/// A contract and the columns it promises. Made with `ContractEntry::from(&contract)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContractEntry {
    pub id: String,
    pub name: String,
    pub version: String,
    pub status: String,
    pub description: String,
    /// The ODCS document as it was written; without it the contract has no page of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Parents come before their children, otherwise in the contract's order.
    pub fields: Vec<FieldEntry>,
}

impl ContractEntry {
    /// Of its version, as a semantic one.
    fn precedence(&self) -> Vec<u64> {
        self.version
            .split('.')
            .map(|number| number.parse().unwrap_or(0))
            .collect()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldEntry {
    /// Dotted from the outside in, `[]` after an array: `heart_risk.accuracy.value`, `visits[].date`.
    pub path: String,
    /// What people of the domain call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Logical type of the contract: `string`, `integer`, `number`, `boolean`, `date`, `timestamp`, `object`, `array`.
    #[serde(rename = "type")]
    pub kind: String,
    pub required: bool,
    /// The platform fills it in; a producer must not send it.
    pub assigned: bool,
    /// It should not be used any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classification: Option<String>,
    pub description: String,
    /// What values are allowed and in which unit, in words: `50 to 300 mm Hg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The allowed values of an enumeration, with what they stand for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<EnumValue>,
    /// As they are written in the data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<String>,
}

impl FieldEntry {
    /// Whether its class keeps it from some people.
    pub(crate) fn is_closed(&self) -> bool {
        self.classification
            .as_deref()
            .is_some_and(|class| class != "public")
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnumValue {
    /// As it is written in the data.
    pub value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A Delta table the product owns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatasetEntry {
    pub name: String,
    /// Name of the contract its rows keep.
    pub contract: String,
    pub rows: u64,
    /// Delta version.
    pub version: i64,
    /// When that version was committed.
    pub updated_at: DateTime<Utc>,
    /// URI under which readers of Delta tables find it, where they can reach the storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Where its rows come from, in words: `input port cases`, `the answers of model heart-risk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// When its rows were last derived anew; absent where they only ever arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed_at: Option<DateTime<Utc>>,
    /// Why the last refresh failed; the rows are those of the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// How its contract's promises are kept; absent until they are checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityEntry>,
    /// What its rows are like; absent until they are looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileEntry>,
    /// Of the models that learn from it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub correlations: Vec<CorrelationsEntry>,
}
