//! Rows of a span of time, exchanged for others in one commit.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::DateTime;
use deltalake::DeltaTable;
use deltalake::datafusion::logical_expr::{Expr, lit};
use deltalake::datafusion::prelude::SessionContext;
use deltalake::kernel::{Action, Add, LogicalFileView, Remove};
use futures::StreamExt;
use serde_json::Value;

use super::commit::is_conflict;
use super::fence::Marks;
use super::{Dataset, WriteMode, Writing, table_error};
use crate::StorageError;
use crate::engine::{in_times, scan, session_config};

/// Commits of others that an exchange gives way to before it fails.
const ATTEMPTS: usize = 5;
/// Microseconds by which a statistic may be less than the greatest value: it is cut to milliseconds.
const CUT: i64 = 999;

/// The rows whose `column`, a timestamp, lies in one of some spans of time.
#[derive(Clone, Debug)]
pub struct Spans {
    column: String,
    times: Vec<Range<i64>>,
}

impl Spans {
    /// `times` are microseconds since the epoch.
    pub fn new(column: &str, times: Vec<Range<i64>>) -> Spans {
        Spans {
            column: column.to_owned(),
            times,
        }
    }

    fn condition(&self) -> Expr {
        let any = self.times.iter().map(|times| in_times(&self.column, times));
        any.reduce(Expr::or).unwrap_or_else(|| lit(false))
    }

    /// Whether a file may have such rows, as far as its statistics tell.
    fn may_be_in(&self, file: &LogicalFileView) -> bool {
        let known = file.stats();
        let known: Option<Value> = known.and_then(|known| serde_json::from_str(&known).ok());
        let bound = |which: &str| micros(known.as_ref()?.get(which)?.get(&self.column)?);
        let (Some(least), Some(most)) = (bound("minValues"), bound("maxValues")) else {
            return true;
        };
        let most = most.saturating_add(CUT);
        let mut times = self.times.iter();
        times.any(|times| times.start <= most && least < times.end)
    }
}

impl Writing<'_> {
    /// Makes the rows visible in the place of those that `gone` names, whoever wrote them, and of no others; as
    /// [`Writing::commit`] in all else.
    ///
    /// Files that have some of those rows are written again without them. What another writer commits meanwhile
    /// stays: it is looked at again.
    ///
    /// # Errors
    /// As [`Writing::commit`]; and if others commit faster than files can be written again.
    pub async fn exchange(
        mut self,
        gone: &Spans,
        progress: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        let dataset = self.dataset;
        let files = self.complete().await?;
        for _ in 1..ATTEMPTS {
            match dataset.exchange(files, gone, progress).await {
                Err(StorageError::Table { source, .. }) if is_conflict(&source) => {}
                done => return done,
            }
        }
        dataset.exchange(files, gone, progress).await
    }
}

impl Dataset {
    /// The files are taken when the commit begins, and given back if it is sure that they are in no version.
    async fn exchange(
        &self,
        files: &mut Vec<Add>,
        gone: &Spans,
        progress: &BTreeMap<String, u64>,
    ) -> Result<u64, StorageError> {
        let failed = |error| table_error(&self.name, error);
        let mut writer = self.writer().await?;
        self.refresh(&mut writer).await?;
        let Some(ahead) = self.ahead(&mut writer, progress, Marks::Read).await? else {
            return Ok(self.info().version);
        };
        let present = writer.table.snapshot().map_err(failed)?.log_data();
        let affected = present.iter().filter(|file| gone.may_be_in(file));
        let removed: Vec<Remove> = affected.map(|file| file.remove_action(true)).collect();
        let mut staying = self.writing(WriteMode::Append);
        self.copy_without(gone, &writer.table, &removed, &mut staying)
            .await?;
        let staying = staying.complete().await?;
        let added = (std::mem::take(files), std::mem::take(staying));
        let actions = removed.into_iter().map(Action::Remove);
        let actions = actions.chain(added.0.iter().chain(&added.1).cloned().map(Action::Add));
        let committed =
            self.commit_actions(&mut writer, WriteMode::Replace, actions.collect(), &ahead);
        match committed.await {
            Err(StorageError::Table { dataset, source }) if is_conflict(&source) => {
                (*files, *staying) = added;
                Err(StorageError::Table { dataset, source })
            }
            Err(error) => Err(error),
            Ok(version) => {
                writer.fence.passed(progress);
                Ok(version)
            }
        }
    }

    /// Writes the rows of `files` that stay. They have passed the gate when they came, and are not looked at.
    async fn copy_without(
        &self,
        gone: &Spans,
        table: &DeltaTable,
        files: &[Remove],
        kept: &mut Writing<'_>,
    ) -> Result<(), StorageError> {
        if files.is_empty() {
            return Ok(());
        }
        let named = files.iter().map(|file| file.path.clone());
        let session = SessionContext::new_with_config(session_config());
        let present = scan(table, &session.state().into(), Some(named.collect())).await?;
        let staying = Expr::IsNotTrue(Box::new(gone.condition()));
        let staying = session.read_table(present)?.filter(staying)?;
        let mut batches = staying.execute_stream().await?;
        while let Some(batch) = batches.next().await {
            kept.stored_rows(&batch?).await?;
        }
        Ok(())
    }
}

/// A statistic that is a timestamp.
fn micros(value: &Value) -> Option<i64> {
    let time = DateTime::parse_from_rfc3339(value.as_str()?).ok()?;
    Some(time.timestamp_micros())
}
