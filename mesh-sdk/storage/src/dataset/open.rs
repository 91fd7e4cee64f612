use std::path::Path;

use deltalake::kernel::StructType;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::transaction::CommitProperties;
use deltalake::protocol::SaveMode;
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use mesh_contracts::Contract;
use tokio::sync::Mutex;
use url::Url;

use super::growth::{Growth, grow, growth};
use super::{Dataset, Published, Writer, info, provenance, rows, table_error};
use crate::StorageError;

impl Dataset {
    /// Opens the table in the folder `location`, or creates it with the columns of `contract`.
    ///
    /// Columns that may be null and that the contract has no more stay in the table, for a contract that has them again:
    /// nobody reads them, and new rows have nulls there. A contract that has further columns which may be null, or lets a column be null that was required, makes
    /// the table's columns its own in a commit of no rows; the rows that are there have nulls in the new ones.
    ///
    /// # Errors
    /// [`StorageError::SchemaDiffers`] if the table's columns differ from the contract's in any other way.
    pub async fn open(
        location: &Path,
        name: &str,
        contract: Contract,
    ) -> Result<Dataset, StorageError> {
        let failed = |error| table_error(name, error);
        std::fs::create_dir_all(location).map_err(|error| unusable(location, &error))?;
        let url = folder(location)?;
        let table = match is_table(location) {
            true => {
                let mut table = load(&url).await.map_err(failed)?;
                let columns = columns_with_kept(&contract, name, &table)?;
                if allowed(&table, name, &contract, &columns)? == Growth::Compatible {
                    grow(&mut table, name, &contract, &columns).await?;
                }
                table
            }
            false => {
                let columns = columns_of(&contract, name)?;
                let created = create(&url, name, &contract, &columns).await;
                created.map_err(failed)?
            }
        };
        let rows = rows(&table).map_err(failed)?;
        let info = info(&table, rows).map_err(failed)?;
        Ok(Dataset {
            name: name.to_owned(),
            url,
            contract,
            writer: Mutex::new(Writer {
                table: table.clone(),
                stale: false,
                progress: Default::default(),
            }),
            published: Published { table, info }.into(),
        })
    }

    /// Whether [`Dataset::open`] would take the table that is in the folder `location`, if there is one. Changes nothing.
    ///
    /// # Errors
    /// As [`Dataset::open`].
    pub async fn check(
        location: &Path,
        name: &str,
        contract: &Contract,
    ) -> Result<(), StorageError> {
        if !is_table(location) {
            return Ok(());
        }
        let table = load(&folder(location)?).await;
        let table = table.map_err(|error| table_error(name, error))?;
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
    if !is_table(location) {
        return Err(failed("it is no folder of a Delta table".to_owned()));
    }
    let table = load(&folder(location)?).await;
    table.map_err(|error| failed(error.to_string()))
}

async fn load(url: &Url) -> Result<DeltaTable, DeltaTableError> {
    DeltaTableBuilder::from_url(url.clone())?.load().await
}

async fn create(
    url: &Url,
    name: &str,
    contract: &Contract,
    columns: &StructType,
) -> Result<DeltaTable, DeltaTableError> {
    let table = DeltaTableBuilder::from_url(url.clone())?.build()?;
    table
        .create()
        .with_save_mode(SaveMode::ErrorIfExists)
        .with_table_name(name)
        .with_comment(contract.description())
        .with_columns(columns.fields().cloned())
        .with_commit_properties(CommitProperties::default().with_metadata(provenance(contract)))
        .await
}

fn folder(location: &Path) -> Result<Url, StorageError> {
    let location = location
        .canonicalize()
        .map_err(|error| unusable(location, &error))?;
    Url::from_directory_path(&location)
        .map_err(|()| unusable(&location, &"it is not an absolute path"))
}

fn unusable(location: &Path, reason: &dyn std::fmt::Display) -> StorageError {
    StorageError::Location {
        path: location.display().to_string(),
        reason: reason.to_string(),
    }
}

/// Whether a first commit was made here: a process may have ended while it was making it.
fn is_table(location: &Path) -> bool {
    let Ok(log) = std::fs::read_dir(location.join("_delta_log")) else {
        return false;
    };
    log.flatten().any(|entry| {
        let name = entry.file_name();
        let kind = Path::new(&name).extension();
        kind.is_some_and(|kind| kind == "json" || kind == "parquet")
    })
}
