use std::path::Path;
use std::time::Instant;

use deltalake::kernel::StructType;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::protocol::SaveMode;
use deltalake::{DeltaTable, DeltaTableError, TableProperty};
use mesh_contracts::Contract;
use tokio::sync::Mutex;

use super::commit::properties;
use super::fence::Fence;
use super::growth::{Growth, grow, growth};
use super::maintain::REMEMBERED;
use super::{Dataset, Published, Writer, info, now, table_error};
use crate::StorageError;
use crate::location::{Location, is_made};

impl Dataset {
    /// Opens the table at `location`, a folder or the URL of an object store, or creates it with the columns of `contract`.
    ///
    /// Columns that may be null and that the contract has no more stay in the table, for a contract that has them again:
    /// nobody reads them, and new rows have nulls there. A contract that has further columns which may be null, or lets a column be null that was required, makes
    /// the table's columns its own in a commit of no rows; the rows that are there have nulls in the new ones.
    ///
    /// # Errors
    /// [`StorageError::SchemaDiffers`] if the table's columns differ from the contract's in any other way.
    pub async fn open(
        location: impl Into<Location>,
        name: &str,
        contract: Contract,
    ) -> Result<Dataset, StorageError> {
        let failed = |error| table_error(name, error);
        let mut table = location.into().made()?;
        if is_made(&table).await.map_err(failed)? {
            table.load().await.map_err(failed)?;
            let columns = columns_with_kept(&contract, name, &table)?;
            if allowed(&table, name, &contract, &columns)? == Growth::Compatible {
                grow(&mut table, name, &contract, &columns).await?;
            }
        } else {
            let columns = columns_of(&contract, name)?;
            let created = create(table, name, &contract, &columns).await;
            table = created.map_err(failed)?;
        }
        let info = info(&table).await.map_err(failed)?;
        Ok(Dataset {
            name: name.to_owned(),
            url: table.table_url().clone(),
            contract,
            writer: Mutex::new(Writer {
                table: table.clone(),
                stale: false,
                looked: Instant::now(),
                progress: Default::default(),
                fence: Fence::default(),
            }),
            published: Published { table, info }.into(),
            upkeep: Mutex::default(),
        })
    }

    /// Whether [`Dataset::open`] would take the table that is at `location`, if there is one. Changes nothing.
    ///
    /// # Errors
    /// As [`Dataset::open`].
    pub async fn check(
        location: impl Into<Location>,
        name: &str,
        contract: &Contract,
    ) -> Result<(), StorageError> {
        let failed = |error| table_error(name, error);
        let location = location.into();
        if matches!(&location, Location::Folder(path) if !path.exists()) {
            return Ok(());
        }
        let mut table = location.table()?;
        if !is_made(&table).await.map_err(failed)? {
            return Ok(());
        }
        table.load().await.map_err(failed)?;
        let columns = columns_with_kept(contract, name, &table)?;
        allowed(&table, name, contract, &columns).map(drop)
    }
}

/// The growth that `contract` asks of the table, if it is one that it may have.
fn allowed(
    table: &DeltaTable,
    name: &str,
    contract: &Contract,
    columns: &StructType,
) -> Result<Growth, StorageError> {
    let failed = |error| table_error(name, error);
    let stored = table.snapshot().map_err(failed)?.schema();
    match growth(&stored, columns).map_err(failed)? {
        Growth::Breaking(difference) => Err(StorageError::SchemaDiffers {
            dataset: name.to_owned(),
            contract: format!("{} {}", contract.name(), contract.version()),
            difference,
        }),
        growth => Ok(growth),
    }
}

/// The columns of the contract, and behind them those of the table that may go on without it.
fn columns_with_kept(
    contract: &Contract,
    name: &str,
    table: &DeltaTable,
) -> Result<StructType, StorageError> {
    let failed = |error| table_error(name, error);
    let wanted = columns_of(contract, name)?;
    let stored = table.snapshot().map_err(failed)?.schema();
    let kept = stored
        .fields()
        .filter(|field| field.is_nullable() && wanted.field(field.name()).is_none());
    StructType::try_new(wanted.fields().chain(kept).cloned())
        .map_err(|error| failed(DeltaTableError::from(error)))
}

fn columns_of(contract: &Contract, name: &str) -> Result<StructType, StorageError> {
    let columns = contract.arrow_schema().as_ref().try_into_kernel();
    columns.map_err(|error| table_error(name, DeltaTableError::from(error)))
}

/// The Delta table that is in the folder `location`, at its newest version. Nothing is created.
pub(crate) async fn read_only(location: &Path) -> Result<DeltaTable, StorageError> {
    let failed = |problem: String| StorageError::File {
        path: location.display().to_string(),
        problem,
    };
    let none = || failed("it is no folder of a Delta table".to_owned());
    let mut table = Location::from(location).table().map_err(|_| none())?;
    let made = is_made(&table).await;
    if !made.map_err(|error| failed(error.to_string()))? {
        return Err(none());
    }
    let loaded = table.load().await;
    loaded.map_err(|error| failed(error.to_string()))?;
    Ok(table)
}

async fn create(
    table: DeltaTable,
    name: &str,
    contract: &Contract,
    columns: &StructType,
) -> Result<DeltaTable, DeltaTableError> {
    table
        .create()
        .with_save_mode(SaveMode::ErrorIfExists)
        .with_table_name(name)
        .with_comment(contract.description())
        .with_columns(columns.fields().cloned())
        .with_configuration_property(
            TableProperty::DeletedFileRetentionDuration,
            Some(REMEMBERED),
        )
        .with_commit_properties(properties(contract, now()))
        .await
}
