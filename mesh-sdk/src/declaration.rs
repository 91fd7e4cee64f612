//! `mesh.yaml`: how the platform runs a product. Shapes only; [`crate::DataProduct`] checks what they mean.

use std::collections::BTreeMap;

use mesh_contracts::DocumentError;
use serde::Deserialize;

pub(crate) const FILE: &str = "mesh.yaml";

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Declaration {
    pub(crate) datasets: BTreeMap<String, Dataset>,
    #[serde(default)]
    pub(crate) models: BTreeMap<String, Model>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dataset {
    pub(crate) from: Source,
    pub(crate) starting_data: Option<StartingData>,
}

/// Where the rows of a dataset come from.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Source {
    /// The input port of this name.
    Port(String),
    /// The answers of the model of this name.
    Model(String),
}

/// Rows that are in the dataset from its first version on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartingData {
    /// CSV with a header, relative to the product. Columns that the contract does not name are left out.
    pub(crate) file: String,
    /// Property of the contract -> column of the file, where the two differ. The column `row_id` is there in
    /// every file: a UUID that the same row always has.
    #[serde(default)]
    pub(crate) columns: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    pub(crate) description: String,
    pub(crate) algorithm: Algorithm,
    /// Input port whose contract a call to the scoring port keeps.
    pub(crate) input: String,
    /// Property that the answer adds to what was sent.
    pub(crate) answer: String,
    pub(crate) features: Features,
    pub(crate) training: Training,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Algorithm {
    LogisticRegression,
}

impl Algorithm {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LogisticRegression => "logistic-regression",
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Features {
    /// Imputed with the median and standardised.
    pub(crate) numeric: Vec<String>,
    /// Imputed with the most frequent value and one-hot encoded.
    pub(crate) categorical: Vec<String>,
}

impl Features {
    pub(crate) fn all(&self) -> impl Iterator<Item = &String> {
        self.numeric.iter().chain(&self.categorical)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Training {
    /// Over the product's datasets; gives every feature and the target, in an order that does not change.
    pub(crate) sql: String,
    /// Column of the query: true or 1 for the positive class.
    pub(crate) target: String,
    /// Share of the cases that the version is measured on and not trained on.
    pub(crate) held_out: f64,
    /// Of the split.
    pub(crate) seed: u64,
}

impl Declaration {
    pub(crate) fn parse(yaml: &str) -> Result<Declaration, DocumentError> {
        mesh_contracts::parse_document(FILE, yaml)
    }
}
