use std::collections::HashSet;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::DataType;

use crate::contract::Contract;
use crate::gate::words;
use crate::property::{LogicalType, Property};
use crate::suggest::shortened;

/// Columns that are not those of a contract, so that none of their rows can be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsDiffer {
    #[error(
        "column `{column}` is missing: the contract requires it; add it, with values of type {expected}"
    )]
    Missing {
        column: String,
        expected: &'static str,
    },
    #[error("column `{column}` is not in the contract: {remedy}")]
    Unknown { column: String, remedy: String },
    #[error("column `{column}` is there more than once; keep one of them")]
    Repeated { column: String },
    #[error(
        "column `{column}` has the type {found}, which cannot become {expected} without loss; \
         convert it before"
    )]
    Type {
        column: String,
        /// The contract's logical type.
        expected: &'static str,
        /// The Arrow type, cut to 64 characters.
        found: String,
    },
}

impl ColumnsDiffer {
    /// Stable name of what is wrong: `missing-column`, `unknown-column`, `repeated-column`, `column-type`.
    pub fn code(&self) -> &'static str {
        match self {
            ColumnsDiffer::Missing { .. } => "missing-column",
            ColumnsDiffer::Unknown { .. } => "unknown-column",
            ColumnsDiffer::Repeated { .. } => "repeated-column",
            ColumnsDiffer::Type { .. } => "column-type",
        }
    }
}

/// The columns of the contract's properties, in their order; none for an optional one that is absent.
pub(super) fn matched(
    contract: &Contract,
    batch: &RecordBatch,
) -> Result<Vec<Option<ArrayRef>>, ColumnsDiffer> {
    let fields = batch.schema_ref().fields().iter();
    let names: Vec<&str> = fields.map(|field| field.name().as_str()).collect();
    found(contract.schema().properties(), "", &names, batch.columns())
}

/// Of columns or of the fields of a struct; `path` is that of the struct.
pub(super) fn found(
    properties: &[Property],
    path: &str,
    names: &[&str],
    arrays: &[ArrayRef],
) -> Result<Vec<Option<ArrayRef>>, ColumnsDiffer> {
    let mut seen = HashSet::new();
    for name in names {
        let column = || below(path, &shortened(name));
        if properties.iter().all(|property| property.name() != *name) {
            return Err(ColumnsDiffer::Unknown {
                column: column(),
                remedy: words::unknown(name, properties),
            });
        }
        if !seen.insert(*name) {
            return Err(ColumnsDiffer::Repeated { column: column() });
        }
    }
    let find = |property: &Property| {
        let place = names.iter().position(|name| *name == property.name());
        match place {
            None if property.required() => Err(ColumnsDiffer::Missing {
                column: below(path, property.name()),
                expected: property.logical_type().name(),
            }),
            place => Ok(place.map(|place| arrays[place].clone())),
        }
    };
    properties.iter().map(find).collect()
}

pub(super) fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

pub(super) fn type_differs(path: &str, expected: &LogicalType, found: &DataType) -> ColumnsDiffer {
    ColumnsDiffer::Type {
        column: path.to_owned(),
        expected: expected.name(),
        found: shortened(&found.to_string()).into_owned(),
    }
}
