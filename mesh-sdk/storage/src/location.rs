use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use url::Url;

use crate::StorageError;
use crate::disk::local_folder;
use crate::local::LocalStore;

/// Where a dataset is kept: a folder of this machine, or a place in an object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    Folder(PathBuf),
    Url(Url),
}

impl Location {
    /// The table that is here, or may be made here, before anything of it was read. A folder that is not there is
    /// made.
    pub(crate) fn made(&self) -> Result<DeltaTable, StorageError> {
        if let Self::Folder(path) = self {
            std::fs::create_dir_all(path).map_err(|error| unusable(path.display(), &error))?;
        }
        self.table()
    }

    /// The same, and nothing is made.
    pub(crate) fn table(&self) -> Result<DeltaTable, StorageError> {
        let url = match self {
            Self::Folder(path) => url_of(path)?,
            Self::Url(url) => url.clone(),
        };
        let table = DeltaTableBuilder::from_url(url.clone()).and_then(|table| {
            match local_folder(&url) {
                Some(_) => table.with_storage_backend(Arc::new(LocalStore::default()), url.clone()),
                None => table,
            }
            .build()
        });
        table.map_err(|error| unusable(&url, &error))
    }
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        Self::Folder(path.to_owned())
    }
}

impl From<&PathBuf> for Location {
    fn from(path: &PathBuf) -> Self {
        Self::Folder(path.clone())
    }
}

impl From<Url> for Location {
    fn from(url: Url) -> Self {
        Self::Url(url)
    }
}

/// Whether a first commit was made here: a process may have ended while it was making it.
pub(crate) async fn is_made(table: &DeltaTable) -> Result<bool, DeltaTableError> {
    table.log_store().is_delta_table_location().await
}

fn url_of(path: &Path) -> Result<Url, StorageError> {
    let absolute = path
        .canonicalize()
        .map_err(|error| unusable(path.display(), &error))?;
    Url::from_directory_path(&absolute)
        .map_err(|()| unusable(path.display(), &"it is not an absolute path"))
}

fn unusable(place: impl Display, reason: &dyn Display) -> StorageError {
    StorageError::Location {
        path: place.to_string(),
        reason: reason.to_string(),
    }
}
