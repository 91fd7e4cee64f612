//! The log in short: checkpoints, and what came before them removed.
//!
//! A checkpoint has all marks of progress that there ever were: Delta lets them expire only in tables that say so, and
//! ours do not.

use deltalake::checkpoints::{cleanup_expired_logs_for, create_checkpoint};
use deltalake::logstore::object_store;
use deltalake::logstore::object_store::ObjectStoreExt;
use deltalake::logstore::object_store::path::Path;
use deltalake::{DeltaTable, DeltaTableError};
use serde_json::Value;

use super::{Maintained, Policy, Upkeep, aside, milliseconds};
use crate::StorageError;
use crate::dataset::{Dataset, table_error};
use crate::disk::checkpoint_entry;

/// Names the newest checkpoint.
const NEWEST: &str = "_delta_log/_last_checkpoint";

impl Dataset {
    /// Makes a checkpoint of the newest version known, if enough commits came since the last.
    pub(super) async fn checkpoint(
        &self,
        policy: &Policy,
        upkeep: &mut Upkeep,
        done: &mut Maintained,
    ) -> Result<(), StorageError> {
        let failed = |error| table_error(&self.name, error);
        let table = self.table();
        let version = table.snapshot().map_err(failed)?.version();
        let is_due =
            |last: Option<u64>| version - last.unwrap_or(0).min(version) >= policy.commits.max(1);
        if !is_due(upkeep.checkpoint) {
            return Ok(());
        }
        upkeep.checkpoint = newest(&table).await.map_err(failed)?;
        if !is_due(upkeep.checkpoint) {
            return Ok(());
        }
        let made = aside(async move { create_checkpoint(&table, None).await }).await;
        made.map_err(failed)?;
        let files = vec![checkpoint_entry(version), NEWEST.to_owned()];
        self.make_durable(files).await?;
        upkeep.checkpoint = Some(version);
        upkeep.durable = Some(version);
        done.checkpoint = true;
        // The state of this process goes on from it, not from entries that may be removed now.
        self.catch_up().await
    }

    /// Removes log entries that are older than the policy has them remain, and than a checkpoint of this process, which
    /// is known to be on disk.
    pub(super) async fn clean_log(
        &self,
        policy: &Policy,
        upkeep: &Upkeep,
        done: &mut Maintained,
    ) -> Result<(), DeltaTableError> {
        let Some(durable) = upkeep.durable else {
            return Ok(());
        };
        let log = self.table().log_store();
        let old = upkeep.now() - milliseconds(policy.history);
        let removed = cleanup_expired_logs_for(durable, log.as_ref(), old, None).await?;
        done.log_entries_removed = removed as u64;
        Ok(())
    }
}

/// The version of the newest checkpoint, as the table itself says.
async fn newest(table: &DeltaTable) -> Result<Option<u64>, DeltaTableError> {
    let store = table.log_store().object_store(None);
    let said = match store.get(&Path::from(NEWEST)).await {
        Ok(said) => said.bytes().await?,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // What cannot be read is written again with the next.
    let said: Option<Value> = serde_json::from_slice(&said).ok();
    Ok(said.and_then(|said| said.get("version")?.as_u64()))
}
