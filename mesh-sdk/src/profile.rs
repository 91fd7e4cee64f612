//! What the rows of a dataset are like, for who explores it: told of all of them together, and of no person.
//!
//! Values are told of no fewer than [`FEWEST`] rows, and none that fewer than [`CROWD`] rows share; the least and the greatest
//! value are never told. What the catalog shows to everybody tells no value at all of a property that its contract keeps from some.

mod column;
mod correlation;
mod crowd;
mod measure;
mod ruler;
#[cfg(test)]
mod tests;
mod watch;

use chrono::{DateTime, Utc};
use mesh_storage::{Dataset, Engine, StorageError};
use schemars::JsonSchema;
use serde::Serialize;

pub use correlation::{Correlation, Correlations};
pub(crate) use watch::{Profiles, Watch};

use column::Column;
use measure::Rows;

/// Of fewer rows, no value is told.
const FEWEST: u64 = 50;
/// What fewer rows share is told of none of them.
const CROWD: u64 = 10;

/// A dataset as of one version.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DatasetProfile {
    pub version: u64,
    pub made_at: DateTime<Utc>,
    /// In the order of the contract; nothing where it could not be made.
    pub properties: Option<Vec<PropertyProfile>>,
}

/// A property of a dataset, over all rows.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PropertyProfile {
    pub property: String,
    /// The word ODCS has for it.
    pub logical_type: &'static str,
    /// Whether its contract lets everybody see what it is like.
    pub is_open: bool,
    pub rows: u64,
    pub nulls: u64,
    /// About how many values there are; not of objects and lists.
    pub distinct: Option<u64>,
    /// Of numbers.
    pub numbers: Option<NumberProfile>,
    /// Of numbers and times, ascending and without a gap.
    pub histogram: Vec<Bin>,
    /// Of what has few values.
    pub values: Vec<ValueShare>,
    /// Why nothing is told of its values.
    pub withheld: Option<Withheld>,
}

/// Numbers over all rows that have one. They are told no finer than one in fifty of the deviation, so that two profiles do not
/// tell the row by which they differ.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NumberProfile {
    pub mean: f64,
    pub deviation: f64,
    /// By rising part. The first and the last are 1% and 99%, or as far out as at least ten rows lie beyond.
    pub quantiles: Vec<Quantile>,
    /// Share of the rows outside of the quartiles by more than 1.5 times their distance; nothing where these are fewer than ten,
    /// and of what has few values.
    pub outliers: Option<f64>,
}

/// A number that this part of the rows does not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Quantile {
    pub part: f64,
    pub value: f64,
}

/// The rows from a value on, up to another. The first and the last hold those beyond, too.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Bin {
    pub from: Edge,
    pub to: Edge,
    /// At least ten, or none.
    pub rows: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Edge {
    Number(f64),
    Time(DateTime<Utc>),
}

/// How many of the rows that have a value have this one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ValueShare {
    /// Nothing for all those together that too few rows share.
    pub value: Option<String>,
    pub rows: u64,
    pub share: f64,
}

/// Why nothing is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Withheld {
    /// Its contract keeps it from some people.
    Classified,
    /// Too few rows have a value.
    FewRows,
    /// It has too many different values.
    ManyValues,
    /// It is an object or a list.
    Nested,
    /// It is the same in every row.
    Constant,
}

impl DatasetProfile {
    /// What of it everybody may see.
    fn public(&self) -> DatasetProfile {
        let properties = self.properties.as_ref();
        let public = properties.map(|all| all.iter().map(PropertyProfile::public).collect());
        DatasetProfile {
            properties: public,
            ..*self
        }
    }
}

impl PropertyProfile {
    fn public(&self) -> PropertyProfile {
        if self.is_open {
            return self.clone();
        }
        let nested = self.withheld.filter(|why| *why == Withheld::Nested);
        PropertyProfile {
            property: self.property.clone(),
            numbers: None,
            histogram: Vec::new(),
            values: Vec::new(),
            withheld: nested.or(Some(Withheld::Classified)),
            ..*self
        }
    }
}

/// Whether what a property of this class is like may be shown to everybody.
fn is_open(classification: Option<&str>) -> bool {
    matches!(classification, None | Some("public" | "internal"))
}

/// # Errors
/// As [`Engine::query`].
async fn profile(engine: &Engine, dataset: &Dataset) -> Result<DatasetProfile, StorageError> {
    let newest = dataset.newest();
    let version = newest.version();
    let properties = dataset.contract().schema().properties();
    let mut columns: Vec<_> = properties.iter().map(Column::new).collect();
    let rows = Rows::of(engine, dataset.name(), newest);
    rows.measure(&mut columns).await?;
    Ok(DatasetProfile {
        version,
        made_at: Utc::now(),
        properties: Some(columns.into_iter().map(Column::profile).collect()),
    })
}
