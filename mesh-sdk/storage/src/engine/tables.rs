//! What a name in a statement stands for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use deltalake::DeltaTable;
use deltalake::datafusion::catalog::TableProvider;
use deltalake::datafusion::datasource::file_format::options::{ParquetReadOptions, ReadOptions};
use deltalake::datafusion::datasource::listing::{
    ListingTable, ListingTableConfig, ListingTableUrl,
};
use deltalake::datafusion::datasource::{MemTable, ViewTable, provider_as_source};
use deltalake::datafusion::error::DataFusionError;
use deltalake::datafusion::execution::SessionState;
use deltalake::datafusion::logical_expr::LogicalPlanBuilder;
use url::Url;

use super::files::Files;
use super::windows::{WindowedRows, in_times};
use crate::dataset::{Between, NewFiles, read_only};
use crate::files::unreadable;
use crate::{Dataset, DatasetVersion, StorageError};

/// Where the rows of a table of an [`Engine`](super::Engine) come from.
#[derive(Clone)]
pub enum TableSource {
    Dataset(Arc<Dataset>),
    /// One version of a dataset, or some of its rows.
    Version(DatasetVersion),
    /// Rows of a dataset, each once for every window that it falls in.
    Windows(WindowedRows),
    /// Rows at hand, which all have these columns.
    Batches(SchemaRef, Vec<RecordBatch>),
    /// A Parquet file.
    Parquet(PathBuf),
    /// The folder of a Delta table that is only read.
    DeltaFolder(PathBuf),
}

/// A table as one statement sees it.
pub(super) enum Pinned {
    /// A table, and the columns of it that are shown where that is not all.
    Delta(DeltaTable, Option<SchemaRef>),
    Version(DatasetVersion),
    Windows(WindowedRows),
    Batches(SchemaRef, Vec<RecordBatch>),
    Parquet(PathBuf),
}

impl TableSource {
    /// Decides on the version that is read.
    pub(super) async fn pin(&self) -> Result<Pinned, StorageError> {
        Ok(match self {
            Self::Dataset(dataset) => {
                Pinned::Delta(dataset.table(), Some(dataset.contract().arrow_schema()))
            }
            Self::Version(version) => Pinned::Version(version.clone()),
            Self::Windows(windows) => Pinned::Windows(windows.clone()),
            Self::DeltaFolder(path) => Pinned::Delta(read_only(path).await?, None),
            Self::Batches(schema, batches) => Pinned::Batches(schema.clone(), batches.clone()),
            Self::Parquet(path) => Pinned::Parquet(path.clone()),
        })
    }
}

impl Pinned {
    /// The version, of what has one.
    pub(super) fn version(&self) -> Option<u64> {
        self.delta().and_then(DeltaTable::version)
    }

    pub(super) fn delta(&self) -> Option<&DeltaTable> {
        match self {
            Self::Delta(table, _) => Some(table),
            Self::Version(version) => Some(version.table()),
            Self::Windows(windows) => Some(windows.rows().table()),
            Self::Batches(..) | Self::Parquet(_) => None,
        }
    }

    /// Its rows for the table `name` of a statement, or those that are new.
    pub(super) async fn provider(
        &self,
        name: &str,
        state: &Arc<SessionState>,
        only: Option<&NewFiles>,
    ) -> Result<Arc<dyn TableProvider>, StorageError> {
        Ok(match self {
            Self::Delta(table, shown) => {
                let scan = match only {
                    Some(files) => new_rows(name, table, state, files).await?,
                    None => scan(table, state, None).await?,
                };
                match shown {
                    Some(shown) => showing(name, scan, shown)?,
                    None => scan,
                }
            }
            Self::Version(version) => of_version(version, name, state).await?,
            Self::Windows(windows) => {
                let rows = of_version(windows.rows(), name, state).await?;
                windows.provider(name, rows)?
            }
            Self::Batches(schema, batches) => {
                Arc::new(MemTable::try_new(schema.clone(), vec![batches.clone()])?)
            }
            Self::Parquet(path) => parquet(path, state).await?,
        })
    }
}

async fn of_version(
    version: &DatasetVersion,
    name: &str,
    state: &Arc<SessionState>,
) -> Result<Arc<dyn TableProvider>, StorageError> {
    let rows = match version.files() {
        Some(files) => new_rows(name, version.table(), state, files).await?,
        None => scan(version.table(), state, None).await?,
    };
    let rows = showing(name, rows, version.columns())?;
    let Some(Between { column, times }) = version.span() else {
        return Ok(rows);
    };
    let some = LogicalPlanBuilder::scan(name, provider_as_source(rows), None)?
        .filter(in_times(column, times))?
        .build()?;
    Ok(Arc::new(ViewTable::new(some, None)))
}

/// A table keeps columns that its contract has no more: nobody reads them.
fn showing(
    name: &str,
    scan: Arc<dyn TableProvider>,
    shown: &SchemaRef,
) -> Result<Arc<dyn TableProvider>, StorageError> {
    let stored = scan.schema();
    if stored.fields().len() == shown.fields().len() {
        return Ok(scan);
    }
    let places = shown
        .fields()
        .iter()
        .map(|field| stored.index_of(field.name()));
    let places = places
        .collect::<Result<Vec<_>, _>>()
        .map_err(DataFusionError::from)?;
    let plan = LogicalPlanBuilder::scan(name, provider_as_source(scan), Some(places))?.build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// The rows of `table`, or those of some of its files.
pub(crate) async fn scan(
    table: &DeltaTable,
    state: &Arc<SessionState>,
    only: Option<Vec<String>>,
) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let scan = table.table_provider().with_session(state.clone());
    match only {
        Some(files) => scan.with_file_paths(files).await,
        None => scan.await,
    }
}

/// The rows of `files`, some of which the newest version may no longer have.
async fn new_rows(
    name: &str,
    table: &DeltaTable,
    state: &Arc<SessionState>,
    files: &NewFiles,
) -> Result<Arc<dyn TableProvider>, StorageError> {
    let present = files.present.iter().map(|file| file.path.clone());
    let present = scan(table, state, Some(present.collect())).await?;
    if files.replaced.is_empty() {
        return Ok(present);
    }
    let replaced = Files::of(table, present.schema(), state, &files.replaced)?;
    let replaced = Arc::new(replaced);
    let rows = |of| LogicalPlanBuilder::scan(name, provider_as_source(of), None)?.build();
    let plan = LogicalPlanBuilder::from(rows(present)?)
        .union(rows(replaced)?)?
        .build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

async fn parquet(
    path: &Path,
    state: &SessionState,
) -> Result<Arc<dyn TableProvider>, StorageError> {
    let absolute = path
        .canonicalize()
        .map_err(|error| unreadable(path, &error))?;
    let url = Url::from_file_path(absolute)
        .map_err(|()| unreadable(path, &"it is not an absolute path"))?;
    // Its name may end in anything, and no sign in it means several files.
    let options = ParquetReadOptions::default()
        .file_extension("")
        .to_listing_options(state.config(), state.default_table_options());
    let table = ListingTableConfig::new(ListingTableUrl::try_new(url, None)?)
        .with_listing_options(options)
        .infer_schema(state)
        .await
        .map_err(|error| unreadable(path, &error.strip_backtrace()))?;
    Ok(Arc::new(ListingTable::try_new(table)?))
}
