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

use super::fence::Marks;
use super::{Dataset, DatasetInfo, WriteMode, Writer, now, provenance, rows, table_error};
use crate::StorageError;
use crate::disk::{log_entry, make_durable};

/// Commits of others that one gives way to before it fails.
const ATTEMPTS: usize = 5;

impl Dataset {
    /// Makes the rows of `files` a version of the table. They are taken once they may belong to one.
    pub(super) async fn commit(
        &self,
        mode: WriteMode,
        files: &mut Vec<Add>,
        progress: &BTreeMap<String, u64>,
        marks: Marks,
    ) -> Result<u64, StorageError> {
        let failed = |error| table_error(&self.name, error);
        let mut writer = self.writer().await?;
        if mode == WriteMode::Replace {
            // All that is there goes, whoever wrote it.
            self.refresh(&mut writer).await?;
        }
        let mut attempt = 1;
        loop {
            let Some(ahead) = self.ahead(&mut writer, progress, marks).await? else {
                return Ok(self.info().version);
            };
            let actions = actions(&writer.table, mode, files).map_err(failed)?;
            let taken = std::mem::take(files);
            let committed = self.commit_actions(&mut writer, mode, actions, &ahead);
            match committed.await {
                Err(StorageError::Table { source, .. })
                    if is_conflict(&source) && attempt < ATTEMPTS =>
                {
                    *files = taken;
                    self.refresh(&mut writer).await?;
                    attempt += 1;
                }
                Err(error) => return Err(error),
                Ok(version) => {
                    writer.fence.passed(progress);
                    return Ok(version);
                }
            }
        }
    }

    /// Makes `actions` and the marks a version of the table, and tells readers of it.
    pub(super) async fn commit_actions(
        &self,
        writer: &mut Writer,
        mode: WriteMode,
        actions: Vec<Action>,
        ahead: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        let updated_at = now();
        let marks = ahead.iter().map(|(source, next)| {
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
        let before = writer.table.version();
        // Until it is known to have succeeded.
        writer.stale = true;
        let committed = self.commit_version(&mut writer.table, actions, properties, operation);
        let version =
            committed
                .await
                .map_err(|error| match (is_overtaken(&error), ahead.keys().next()) {
                    (true, Some(source)) => self.overtaken(source),
                    _ => table_error(&self.name, error),
                })?;
        let rows = rows(&writer.table).map_err(|error| table_error(&self.name, error))?;
        let info = DatasetInfo {
            version,
            rows,
            updated_at,
        };
        self.publish(&writer.table, info);
        if before.is_some_and(|before| version != before + 1) {
            // What came in between may have moved other marks.
            writer.progress.clear();
        }
        writer.progress.extend(ahead.clone());
        writer.stale = false;
        writer.looked = Instant::now();
        Ok(version)
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

/// Whether another came first with a mark of the same source.
fn is_overtaken(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::Transaction {
            source: TransactionError::CommitConflict(CommitConflictError::ConcurrentTransaction)
        }
    )
}

/// Whether another came first with something else, so that the commit is not in the table. delta-rs holds that a commit
/// which adds rows has read all of the table, and cannot follow one that has removed some.
pub(super) fn is_conflict(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction {
                source: TransactionError::MaxCommitAttempts(_)
                    | TransactionError::VersionAlreadyExists(_)
                    | TransactionError::CommitConflict(
                        CommitConflictError::ConcurrentAppend
                            | CommitConflictError::ConcurrentDeleteRead
                            | CommitConflictError::ConcurrentDeleteDelete
                    )
            }
    )
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
