//! What came into a table since a version of it.

use std::collections::{BTreeMap, HashSet};

use deltalake::kernel::{Action, Add};
use deltalake::logstore::get_actions;
use deltalake::{DeltaTable, DeltaTableError};

/// What the commits after a version did to the rows of a table.
pub(crate) enum Added {
    /// They added files, which hold all the rows that are new.
    Files(Vec<Add>),
    /// Something else, in words that follow the dataset's name.
    Otherwise(&'static str),
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
    Ok(Added::Files(files.into_values().collect()))
}

/// What one version did to the rows of a table, as far as `table` still has them where they were put.
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
    let files = table.snapshot()?.log_data();
    let present: HashSet<String> = files.iter().map(|file| file.path().to_string()).collect();
    Ok(
        match added.iter().all(|file| present.contains(&file.path)) {
            true => Added::Files(added),
            false => Added::Otherwise("has put the rows of that version elsewhere since"),
        },
    )
}

/// Does to `files`, the added ones, what a commit did to the table.
fn follow(files: &mut BTreeMap<String, Add>, actions: Vec<Action>) -> Result<(), &'static str> {
    let mut added = Vec::new();
    for action in actions {
        match action {
            Action::Metadata(_) | Action::Protocol(_) => return Err("has other columns now"),
            // What came after the version nobody has read.
            Action::Remove(gone) => match files.remove(&gone.path) {
                Some(_) => {}
                None => return Err("lost or changed rows that were read"),
            },
            Action::Add(file) if file.data_change => added.push(file),
            Action::Add(_) => return Err("was rewritten"),
            _ => {}
        }
    }
    // A commit may take a file and give it back with other rows marked as deleted.
    files.extend(added.into_iter().map(|file| (file.path.clone(), file)));
    Ok(())
}
