//! What may become of a table's columns when its contract changes.

use arrow_schema::{DataType, Field, Fields, Schema};
use deltalake::kernel::engine::arrow_conversion::TryIntoArrow;
use deltalake::kernel::transaction::CommitBuilder;
use deltalake::kernel::{Action, MetadataExt, StructField, StructType};
use deltalake::protocol::DeltaOperation;
use deltalake::{DeltaTable, DeltaTableError};
use mesh_contracts::Contract;

use super::commit::properties;
use super::{now, table_error};
use crate::StorageError;
use crate::disk::{log_entry, make_durable};

/// What lies between a table's columns and those of a contract.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// Nothing: they are the same, in the same order.
    None,
    /// Every row that the table has, and every row that it takes by its present columns, fits the contract's too.
    Compatible,
    /// The first column that does not, with both its types.
    Breaking(String),
}

/// Compares names, types, order and whether null is allowed; metadata (comments) does not count.
pub(super) fn growth(stored: &StructType, wanted: &StructType) -> Result<Growth, DeltaTableError> {
    let (stored, wanted): (Schema, Schema) = (stored.try_into_arrow()?, wanted.try_into_arrow()?);
    Ok(match columns("", stored.fields(), wanted.fields()) {
        Ok(false) => Growth::None,
        Ok(true) => Growth::Compatible,
        Err(difference) => Growth::Breaking(difference),
    })
}

/// Makes `columns` those of the table, in a commit of no rows.
pub(super) async fn grow(
    table: &mut DeltaTable,
    name: &str,
    contract: &Contract,
    columns: &StructType,
) -> Result<(), StorageError> {
    let failed = |error| table_error(name, error);
    let snapshot = table.snapshot().map_err(failed)?;
    let stored = snapshot.schema();
    let changed: Vec<StructField> = columns
        .fields()
        .filter(|field| stored.field(field.name()) != Some(*field))
        .cloned()
        .collect();
    let metadata = snapshot.metadata().clone();
    let metadata = metadata
        .with_schema(columns)
        .map_err(|error| failed(error.into()))?;
    let committed = CommitBuilder::from(properties(contract, now()))
        .with_actions(vec![Action::Metadata(metadata)])
        .build(
            Some(snapshot),
            table.log_store(),
            DeltaOperation::AddColumn { fields: changed },
        )
        .await
        .map_err(failed)?;
    table.state = Some(committed.snapshot());
    let entry = log_entry(committed.version());
    make_durable(table.table_url(), vec![entry])
        .await
        .map_err(|source| StorageError::Disk {
            dataset: name.to_owned(),
            source,
        })
}

/// Whether `wanted` is more than `stored`, or how it is not.
fn columns(parent: &str, stored: &Fields, wanted: &Fields) -> Result<bool, String> {
    let mut grows = names(stored) != names(wanted);
    for field in stored {
        let path = format!("{parent}{}", field.name());
        match wanted.find(field.name()) {
            Some((_, wanted)) => grows |= column(&path, field, wanted)?,
            None => return Err(difference(&path, Some(field), None)),
        }
    }
    let mut added = wanted
        .iter()
        .filter(|field| stored.find(field.name()).is_none());
    match added.find(|field| !field.is_nullable()) {
        Some(field) => {
            let path = format!("{parent}{}", field.name());
            Err(difference(&path, None, Some(field)))
        }
        None => Ok(grows),
    }
}

fn column(path: &str, stored: &Field, wanted: &Field) -> Result<bool, String> {
    if stored.is_nullable() && !wanted.is_nullable() {
        return Err(difference(path, Some(stored), Some(wanted)));
    }
    let relaxed = stored.is_nullable() != wanted.is_nullable();
    let grows = match (stored.data_type(), wanted.data_type()) {
        (DataType::Struct(stored), DataType::Struct(wanted)) => {
            columns(&format!("{path}."), stored, wanted)?
        }
        (DataType::List(stored), DataType::List(wanted)) => {
            column(&format!("{path}[]"), stored, wanted)?
        }
        (stored, wanted) if stored == wanted => false,
        _ => return Err(difference(path, Some(stored), Some(wanted))),
    };
    Ok(relaxed || grows)
}

fn names(fields: &Fields) -> Vec<&str> {
    fields.iter().map(|field| field.name().as_str()).collect()
}

fn difference(path: &str, stored: Option<&Field>, wanted: Option<&Field>) -> String {
    let describe = |field: Option<&Field>| match field {
        Some(field) if field.is_nullable() => format!("{} that may be null", field.data_type()),
        Some(field) => format!("{} that is required", field.data_type()),
        None => "no such column".to_owned(),
    };
    format!(
        "column {path}: the table has {}, the contract {}",
        describe(stored),
        describe(wanted)
    )
}

#[cfg(test)]
mod tests;
