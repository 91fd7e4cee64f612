//! One version of a dataset, for statements that have to see the same rows.

use std::ops::Range;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use chrono::{DateTime, Utc};
use deltalake::DeltaTable;

use super::{Added, Dataset, DatasetInfo, NewFiles, added_since, table_error};
use crate::StorageError;

/// The rows that a dataset has in one version, whatever is committed meanwhile, or some of them.
#[derive(Clone)]
pub struct DatasetVersion {
    name: String,
    table: DeltaTable,
    info: DatasetInfo,
    columns: SchemaRef,
    files: Option<Arc<NewFiles>>,
    between: Option<Between>,
}

/// Rows of a span of time.
#[derive(Clone)]
pub(crate) struct Between {
    pub(crate) column: String,
    /// Microseconds since the epoch.
    pub(crate) times: Range<i64>,
}

/// What a dataset got since a version of it.
pub enum NewRows {
    These(DatasetVersion),
    /// Something else happened to it than that it got rows.
    Unknown {
        reason: String,
    },
}

impl Dataset {
    /// The newest version, to be read as often as it takes.
    pub fn newest(&self) -> DatasetVersion {
        let (table, info) = self.published();
        DatasetVersion {
            name: self.name.clone(),
            table,
            info,
            columns: self.contract.arrow_schema(),
            files: None,
            between: None,
        }
    }
}

impl DatasetVersion {
    pub fn version(&self) -> u64 {
        self.info.version
    }

    /// When the version was committed, by the clock of the machine that did.
    pub fn committed_at(&self) -> DateTime<Utc> {
        self.info.updated_at
    }

    /// Rows of the whole version.
    pub fn rows(&self) -> u64 {
        self.info.rows
    }

    /// The rows that this version has and an earlier one had not.
    pub async fn since(&self, earlier: u64) -> Result<NewRows, StorageError> {
        let failed = |error| table_error(&self.name, error);
        let added = added_since(&self.table, earlier).await.map_err(failed)?;
        Ok(match added {
            Added::Files(files) => NewRows::These(DatasetVersion {
                files: Some(Arc::new(files)),
                ..self.clone()
            }),
            Added::Otherwise(what) => NewRows::Unknown {
                reason: format!("{} {what}", self.name),
            },
        })
    }

    /// Whether all of its rows are still there to be read, as they were for the statements before.
    pub async fn is_there(&self) -> Result<bool, StorageError> {
        let Some(files) = &self.files else {
            return Ok(true);
        };
        let there = files.are_there(&self.table).await;
        there.map_err(|error| table_error(&self.name, error))
    }

    /// The rows whose `column`, a timestamp, lies in `times`: microseconds since the epoch.
    #[must_use]
    pub fn between(&self, column: &str, times: Range<i64>) -> DatasetVersion {
        DatasetVersion {
            between: Some(Between {
                column: column.to_owned(),
                times,
            }),
            ..self.clone()
        }
    }

    pub(crate) fn table(&self) -> &DeltaTable {
        &self.table
    }

    /// The columns that are shown: a table keeps some that its contract has no more.
    pub(crate) fn columns(&self) -> &SchemaRef {
        &self.columns
    }

    /// The files that have the rows, where not all of them do.
    pub(crate) fn files(&self) -> Option<&NewFiles> {
        self.files.as_deref()
    }

    pub(crate) fn span(&self) -> Option<&Between> {
        self.between.as_ref()
    }
}
