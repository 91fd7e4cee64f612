use std::collections::BTreeMap;

use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableError};

use super::{Dataset, WriteMode, provenance, rows, table_error};
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
        let ahead = self.ahead(&mut writer, progress).await?;
        let before = self.info();
        if is_repeated(progress, &ahead) {
            return Ok(before.version);
        }
        let actions = actions(&writer.table, mode, files).map_err(failed)?;
        // From here on they may belong to a version, whatever comes back.
        files.clear();
        // Until it is known to have succeeded.
        writer.stale = true;
        let table = &mut writer.table;
        let version = self.commit_actions(table, mode, actions, &ahead).await?;
        let rows = match mode {
            WriteMode::Replace => added,
            WriteMode::Append if version == before.version + 1 => before.rows + added,
            // Somebody else's rows came in between.
            WriteMode::Append => rows(&writer.table).map_err(failed)?,
        };
        self.publish(&writer.table, rows)?;
        writer.progress.extend(ahead);
        writer.stale = false;
        Ok(version)
    }

    pub(super) async fn commit_actions(
        &self,
        table: &mut DeltaTable,
        mode: WriteMode,
        actions: Vec<Action>,
        progress: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        let failed = |error| table_error(&self.name, error);
        let marks = progress.iter().map(|(source, next)| {
            Transaction::new(source, i64::try_from(*next).unwrap_or(i64::MAX))
        });
        let mut properties = CommitProperties::default()
            .with_metadata(provenance(&self.contract))
            .with_application_transactions(marks.collect());
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
        let log = table.log_store();
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(table.snapshot().map_err(failed)?), log, operation)
            .await
            .map_err(failed)?;
        table.state = Some(committed.snapshot());
        let version = committed.version();
        self.make_durable(vec![log_entry(version)]).await?;
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

/// Whether all that there is to commit has been committed before.
pub(super) fn is_repeated(progress: &BTreeMap<String, u64>, ahead: &BTreeMap<String, u64>) -> bool {
    ahead.is_empty() && !progress.is_empty()
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
