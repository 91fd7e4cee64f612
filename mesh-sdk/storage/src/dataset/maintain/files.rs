//! Data files that nobody needs any more.

use std::collections::{BTreeMap, BTreeSet};

use deltalake::logstore::object_store;
use deltalake::logstore::object_store::{ObjectMeta, ObjectStore};
use deltalake::{DeltaTable, DeltaTableError};
use futures::{StreamExt, TryStreamExt, stream};

use super::{Maintained, Policy, UNNAMED, Upkeep, milliseconds};
use crate::dataset::Dataset;

impl Dataset {
    /// Removes files that are not in the newest version, once nobody can be reading or committing them any more.
    pub(super) async fn remove_files(
        &self,
        policy: &Policy,
        upkeep: &Upkeep,
        done: &mut Maintained,
    ) -> Result<(), DeltaTableError> {
        let mut table = self.table();
        let store = table.log_store().object_store(None);
        // What there is, and only then what is in use: nothing that a commit names meanwhile is taken for unused.
        let there = store.list_with_delimiter(None).await?.objects;
        table.update_state().await?;
        let usage = Usage::of(&table).await?;
        let now = upkeep.now();
        let history = milliseconds(policy.history);
        let old = there
            .into_iter()
            .filter(|file| usage.is_over(file, now, history))
            .map(|file| Ok(file.location));
        let old: Vec<_> = old.collect();
        let mut removed = store.delete_stream(stream::iter(old).boxed());
        while let Some(file) = removed.next().await {
            match file {
                Ok(_) => done.files_removed += 1,
                // Another process does the same.
                Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Which files the newest version has, and since when it has others no more.
struct Usage {
    present: BTreeSet<String>,
    gone: BTreeMap<String, i64>,
}

impl Usage {
    async fn of(table: &DeltaTable) -> Result<Usage, DeltaTableError> {
        let snapshot = table.snapshot()?;
        let present = snapshot.log_data();
        let present = present.iter().map(|file| file.path().into_owned());
        let mut usage = Usage {
            present: present.collect(),
            gone: BTreeMap::new(),
        };
        let log = table.log_store();
        let mut gone = snapshot.all_tombstones(log.as_ref());
        while let Some(file) = gone.try_next().await? {
            let since = file.deletion_timestamp().unwrap_or(i64::MAX);
            usage.gone.insert(file.path().into_owned(), since);
        }
        Ok(usage)
    }

    fn is_over(&self, file: &ObjectMeta, now: i64, history: i64) -> bool {
        let path = file.location.as_ref();
        if !path.ends_with(".parquet") || self.present.contains(path) {
            return false;
        }
        match self.gone.get(path) {
            Some(since) => *since <= now - history,
            // It never was in a version, or has long been in none.
            None => file.last_modified.timestamp_millis() <= now - milliseconds(UNNAMED),
        }
    }
}
