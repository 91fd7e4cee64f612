use std::collections::BTreeMap;
use std::time::Instant;

use chrono::{DateTime, Utc};
use deltalake::kernel::transaction::{
    CommitBuilder, CommitConflictError, CommitProperties, TransactionError,
};
use deltalake::kernel::{Action, Add, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableError};
use mesh_contracts::Contract;

use super::{Dataset, DatasetInfo, WriteMode, info, now, provenance, table_error};
use crate::StorageError;
use crate::disk::{log_entry, make_durable};

impl Dataset {
    /// Makes the rows of `files`, which are `added` many, a version of the table. The files are taken when that begins.
    pub(super) async fn commit(
        &self,
        mode: WriteMode,
        files: &mut Vec<Add>,
        added: u64,
        progress: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        let failed = |error| table_error(&self.name, error);
        let mut writer = self.writer().await?;
        if mode == WriteMode::Replace {
            // All that is there goes, whoever wrote it.
            self.refresh(&mut writer).await?;
        }
        let before = self.info();
        let Some(ahead) = self.ahead(&mut writer, progress).await? else {
            return Ok(before.version);
        };
        let actions = actions(&writer.table, mode, files).map_err(failed)?;
        // From here on they may belong to a version, whatever comes back.
        files.clear();
        // Until it is known to have succeeded.
        writer.stale = true;
        let (table, updated_at) = (&mut writer.table, now());
        let version = self
            .commit_actions(table, mode, actions, &ahead, updated_at)
            .await?;
        let rows = match mode {
            WriteMode::Replace => Some(added),
            WriteMode::Append if version == before.version + 1 => Some(before.rows + added),
            // Somebody else's rows came in between.
            WriteMode::Append => None,
        };
        let info = match rows {
            Some(rows) => DatasetInfo {
                version,
                rows,
                updated_at,
            },
            None => info(&writer.table).await.map_err(failed)?,
        };
        self.publish(&writer.table, info);
        if version != before.version + 1 {
            // What came in between may have moved other marks.
            writer.progress.clear();
        }
        writer.fence.passed(progress);
        writer.progress.extend(ahead);
        writer.stale = false;
        writer.looked = Instant::now();
        Ok(version)
    }

    async fn commit_actions(
        &self,
        table: &mut DeltaTable,
        mode: WriteMode,
        actions: Vec<Action>,
        progress: &BTreeMap<String, u64>,
        updated_at: DateTime<Utc>,
    ) -> Result<u64, StorageError> {
        let marks = progress.iter().map(|(source, next)| {
            Transaction::new(source, i64::try_from(*next).unwrap_or(i64::MAX))
        });
        let mut properties =
            properties(&self.contract, updated_at).with_application_transactions(marks.collect());
        let mode = match mode {
            WriteMode::Append => SaveMode::Append,
            WriteMode::Replace => {
                // Rows that somebody else commits meanwhile would stay beside the new ones.
                properties = properties.with_max_retries(0);
                SaveMode::Overwrite
            }
        };
        let operation = DeltaOperation::Write {
            mode,
            partition_by: None,
            predicate: None,
        };
        let committed = self.commit_version(table, actions, properties, operation);
        committed.await.map_err(|error| match (error, progress.keys().next()) {
            (
                DeltaTableError::Transaction {
                    source:
                        TransactionError::CommitConflict(CommitConflictError::ConcurrentTransaction),
                },
                Some(source),
            ) => self.overtaken(source),
            (error, _) => table_error(&self.name, error),
        })
    }

    /// Commits, and has the commit on disk.
    pub(super) async fn commit_version(
        &self,
        table: &mut DeltaTable,
        actions: Vec<Action>,
        properties: CommitProperties,
        operation: DeltaOperation,
    ) -> Result<u64, DeltaTableError> {
        let log = table.log_store();
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(table.snapshot()?), log, operation)
            .await?;
        table.state = Some(committed.snapshot());
        let version = committed.version();
        make_durable(&self.url, vec![log_entry(version)]).await?;
        Ok(version)
    }

    pub(super) async fn make_durable(&self, paths: Vec<String>) -> Result<(), StorageError> {
        let synced = make_durable(&self.url, paths).await;
        synced.map_err(|source| StorageError::Disk {
            dataset: self.name.clone(),
            source,
        })
    }
}

/// What every commit has. None makes a checkpoint or cleans up: that is looking through all of the log, and can wait for
/// [`Dataset::maintain`].
pub(super) fn properties(contract: &Contract, updated_at: DateTime<Utc>) -> CommitProperties {
    CommitProperties::default()
        .with_metadata(provenance(contract, updated_at))
        .with_create_checkpoint(false)
        .with_cleanup_expired_logs(Some(false))
}

fn actions(
    table: &DeltaTable,
    mode: WriteMode,
    files: &[Add],
) -> Result<Vec<Action>, DeltaTableError> {
    let mut actions = Vec::new();
    if mode == WriteMode::Replace {
        let present = table.snapshot()?.log_data();
        actions.extend(
            present
                .iter()
                .map(|file| Action::Remove(file.remove_action(true))),
        );
    }
    actions.extend(files.iter().cloned().map(Action::Add));
    Ok(actions)
}
