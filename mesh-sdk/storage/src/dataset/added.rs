//! What came into a table since a version of it.

use std::collections::{BTreeMap, BTreeSet};

use deltalake::kernel::{Action, Add};
use deltalake::logstore::get_actions;
use deltalake::logstore::object_store;
use deltalake::logstore::object_store::ObjectStoreExt;
use deltalake::logstore::object_store::path::Path;
use deltalake::{DeltaTable, DeltaTableError};

/// What the commits after a version did to the rows of a table.
pub(crate) enum Added {
    /// They added files, which hold all the rows that are new.
    Files(NewFiles),
    /// Something else, in words that follow the dataset's name.
    Otherwise(&'static str),
}

/// Files that hold all the rows that are new since a version, and no other.
#[derive(Clone)]
pub(crate) struct NewFiles {
    /// Files that the newest version has.
    pub(crate) present: Vec<Add>,
    /// Files whose rows the newest version has in another file, together with rows that are not new.
    pub(crate) replaced: Vec<Add>,
}

/// Reads the log from the commit after version `since` to the version that `table` has.
pub(crate) async fn added_since(table: &DeltaTable, since: u64) -> Result<Added, DeltaTableError> {
    let newest = table.snapshot()?.version();
    if newest < since {
        return Ok(Added::Otherwise("is at an earlier version than was read"));
    }
    let log = table.log_store();
    let mut files = BTreeMap::new();
    for version in since + 1..=newest {
        let Some(commit) = log.read_commit_entry(version).await? else {
            return Ok(Added::Otherwise(
                "no longer has the history since it was read",
            ));
        };
        if let Err(otherwise) = follow(&mut files, get_actions(version, &commit)?) {
            return Ok(Added::Otherwise(otherwise));
        }
    }
    let added = NewFiles::of(table, files.into_values()).await?;
    Ok(added.map_or(
        Added::Otherwise("no longer has the files that came since it was read"),
        Added::Files,
    ))
}

/// What one version did to the rows of a table.
pub(crate) async fn added_by(table: &DeltaTable, version: u64) -> Result<Added, DeltaTableError> {
    let Some(commit) = table.log_store().read_commit_entry(version).await? else {
        return Ok(Added::Otherwise(
            "no longer has the history of that version",
        ));
    };
    let mut added = Vec::new();
    for action in get_actions(version, &commit)? {
        match action {
            Action::Remove(gone) if gone.data_change => {
                return Ok(Added::Otherwise("lost or changed rows in that version"));
            }
            Action::Add(file) if file.data_change => added.push(file),
            _ => {}
        }
    }
    let added = NewFiles::of(table, added).await?;
    Ok(added.map_or(
        Added::Otherwise("no longer has the files of that version"),
        Added::Files,
    ))
}

impl NewFiles {
    /// Nothing if some of the files are gone.
    async fn of(
        table: &DeltaTable,
        files: impl IntoIterator<Item = Add>,
    ) -> Result<Option<NewFiles>, DeltaTableError> {
        let present = table.snapshot()?.log_data();
        let present: BTreeSet<String> = present
            .iter()
            .map(|file| file.path().into_owned())
            .collect();
        let (present, replaced): (Vec<_>, Vec<_>) = files
            .into_iter()
            .partition(|file| present.contains(&file.path));
        let all = are_there(table, &replaced).await?;
        Ok(all.then_some(NewFiles { present, replaced }))
    }

    /// Whether they can still be read: a statement has no row of a file that is gone, and says nothing.
    pub(crate) async fn are_there(&self, table: &DeltaTable) -> Result<bool, DeltaTableError> {
        are_there(table, &self.replaced).await
    }

    /// Each file by itself, in the order of their paths.
    pub(crate) fn each(self) -> Vec<NewFiles> {
        let present = self.present.into_iter().map(|file| {
            let path = file.path.clone();
            let (present, replaced) = (vec![file], Vec::new());
            (path, NewFiles { present, replaced })
        });
        let replaced = self.replaced.into_iter().map(|file| {
            let path = file.path.clone();
            let (present, replaced) = (Vec::new(), vec![file]);
            (path, NewFiles { present, replaced })
        });
        let by_path: BTreeMap<String, NewFiles> = present.chain(replaced).collect();
        by_path.into_values().collect()
    }
}

/// Does to `files`, the added ones, what a commit did to the table.
fn follow(files: &mut BTreeMap<String, Add>, actions: Vec<Action>) -> Result<(), &'static str> {
    let mut added = Vec::new();
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for action in actions {
        match action {
            Action::Metadata(_) | Action::Protocol(_) => return Err("has other columns now"),
            // What came after the version nobody has read.
            Action::Remove(gone) if gone.data_change => match files.remove(&gone.path) {
                Some(_) => {}
                None => return Err("lost or changed rows that were read"),
            },
            Action::Remove(gone) => old.push(gone.path),
            Action::Add(file) if file.data_change => added.push(file),
            Action::Add(file) => new.push(file),
            _ => {}
        }
    }
    // A commit may take a file and give it back with other rows marked as deleted.
    files.extend(added.into_iter().map(|file| (file.path.clone(), file)));
    // Rows that were put together with some that are not new are read where they were first.
    if old.iter().all(|path| files.contains_key(path)) && !old.is_empty() {
        old.iter().for_each(|path| drop(files.remove(path)));
        files.extend(new.into_iter().map(|file| (file.path.clone(), file)));
    }
    Ok(())
}

/// Whether the files, which a maintenance will remove, are still there to be read as they were written.
async fn are_there(table: &DeltaTable, files: &[Add]) -> Result<bool, DeltaTableError> {
    let store = table.log_store().object_store(None);
    for file in files {
        match store.head(&Path::from(file.path.as_str())).await {
            Ok(_) if file.deletion_vector.is_none() => {}
            Ok(_) | Err(object_store::Error::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}
