//! What came into a table since a version of it.

use std::collections::{BTreeMap, BTreeSet};

use deltalake::kernel::{Action, Add};
use deltalake::logstore::get_actions;
use deltalake::{DeltaTable, DeltaTableError};
use deltalake::logstore::object_store;
use deltalake::logstore::object_store::ObjectStoreExt;
use deltalake::logstore::object_store::path::Path;

/// What the commits after a version did to the rows of a table.
pub(crate) enum Added {
    /// They added files, which hold all the rows that are new.
    Files(NewFiles),
    /// Something else, in words that follow the dataset's name.
    Otherwise(&'static str),
}

/// Files that hold all the rows that are new since a version, and no other.
pub(crate) struct NewFiles {
    /// Files that the newest version has.
    pub(crate) present: Vec<Add>,
    /// Files whose rows the newest version has in another file, together with rows that are not new.
    pub(crate) replaced: Vec<Add>,
}

/// The operation of a commit that changes how a table is kept and none of its columns.
const PROPERTIES: &str = "SET TBLPROPERTIES";

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
    let present = table.snapshot()?.log_data();
    let present: BTreeSet<String> = present
        .iter()
        .map(|file| file.path().into_owned())
        .collect();
    let (present, replaced): (Vec<_>, Vec<_>) = files
        .into_values()
        .partition(|file| present.contains(&file.path));
    match are_there(table, &replaced).await? {
        true => Ok(Added::Files(NewFiles { present, replaced })),
        false => Ok(Added::Otherwise(
            "no longer has the files that came since it was read",
        )),
    }
}

/// Does to `files`, the added ones, what a commit did to the table.
fn follow(files: &mut BTreeMap<String, Add>, actions: Vec<Action>) -> Result<(), &'static str> {
    let mut added = Vec::new();
    let mut rewritten = (Vec::new(), Vec::new());
    let mut keeps_columns = false;
    for action in actions {
        match action {
            Action::CommitInfo(info) => {
                keeps_columns = info.operation.as_deref() == Some(PROPERTIES);
            }
            Action::Metadata(_) | Action::Protocol(_) if !keeps_columns => {
                return Err("has other columns now");
            }
            // What came after the version nobody has read.
            Action::Remove(gone) if gone.data_change => match files.remove(&gone.path) {
                Some(_) => {}
                None => return Err("lost or changed rows that were read"),
            },
            Action::Remove(gone) => rewritten.0.push(gone.path),
            Action::Add(file) if file.data_change => added.push(file),
            Action::Add(file) => rewritten.1.push(file),
            _ => {}
        }
    }
    // A commit may take a file and give it back with other rows marked as deleted.
    files.extend(added.into_iter().map(|file| (file.path.clone(), file)));
    let (old, new) = rewritten;
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
