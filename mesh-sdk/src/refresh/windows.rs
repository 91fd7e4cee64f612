//! Datasets that are made window by window, each once the watermark has passed its end.
//!
//! The rows of the dataset that the windows are over are all the state there is. A refresh goes from a version of it and
//! a watermark to the newest version and the watermark that follows from it. Both stand in the commit that holds the
//! rows, so that each window is made once, wherever the last refresh ended. A window that gets rows after it was made is
//! made again from all of its rows, and exchanged.

mod looking;
mod quiet;

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Utc};
use mesh_storage::{
    DatasetVersion, NewRows, Spans, TableSource, WINDOW_START, WindowedRows, WriteMode, Writing,
};

use super::mark::{self, MadeOf};
use super::{Made, Refresher, tables};
use crate::SdkError;
use crate::product::Windowing;

pub(crate) use quiet::Quiet;

/// Watermarks are microseconds, some of them before the epoch; progress counts from 0, which is none.
const EPOCH: i64 = 1 << 62;

/// One refresh: what there is to look at.
struct Pass<'a> {
    refresher: &'a Refresher,
    statement: &'a str,
    windowing: &'a Windowing,
    /// What the windows are over.
    source: DatasetVersion,
    /// What that got since it was read; all of it in a making in full.
    new: DatasetVersion,
    /// What the statement reads besides.
    lookups: Vec<(String, TableSource)>,
    /// Up to which the windows were made before; none in a making in full.
    watermark: Option<i64>,
    in_full: bool,
}

/// What there is to do. Windows are named by their starts.
struct Step {
    watermark: Option<i64>,
    /// Windows that are over now.
    closed: Range<i64>,
    /// Windows that were over before, of which some got rows.
    corrected: Vec<Range<i64>>,
    /// Rows that came too late for a window.
    too_late: u64,
}

/// Makes the windows that are over, and again those that got rows; nothing if there is none.
pub(super) async fn make(
    refresher: &Refresher,
    statement: &str,
    windowing: &Windowing,
    made_of: &MadeOf,
) -> Result<Option<Made>, SdkError> {
    let pass = Pass::begin(refresher, statement, windowing, made_of).await?;
    let idle = pass.idle().await?;
    if made_of.is_up_to_date() && idle <= pass.watermark {
        return Ok(None);
    }
    let step = pass.step(idle).await?;
    if !pass.new.is_there().await? {
        return Err(refresher.failed(format!(
            "files of {} went while they were read; it is made again",
            windowing.over
        )));
    }
    if step.is_nothing() && !pass.in_full {
        return Ok(None);
    }
    pass.take(&step, made_of).await?;
    Ok(Some(pass.made(&step)))
}

impl Step {
    fn is_nothing(&self) -> bool {
        self.closed.is_empty() && self.corrected.is_empty() && self.too_late == 0
    }
}

impl<'a> Pass<'a> {
    async fn begin(
        refresher: &'a Refresher,
        statement: &'a str,
        windowing: &'a Windowing,
        made_of: &MadeOf,
    ) -> Result<Self, SdkError> {
        let is_over = |name: &str| name == windowing.over;
        let mut reads = refresher.reads.iter();
        let Some(over) = reads.find(|read| is_over(read.name())) else {
            return Err(refresher.failed(format!("it does not read {}", windowing.over)));
        };
        let source = over.newest();
        let new = match made_of.since() {
            Some(since) => source.since(since[&windowing.over]).await?,
            None => NewRows::Unknown {
                reason: "it was never made".to_owned(),
            },
        };
        let (new, in_full) = match new {
            NewRows::These(new) => (new, false),
            NewRows::Unknown { .. } => (source.clone(), true),
        };
        let watermark = match in_full {
            true => None,
            false => {
                let mark = mark::watermark(made_of.generation);
                decoded(refresher.dataset.progress(&mark).await?)
            }
        };
        let lookups = refresher.reads.iter().filter(|read| !is_over(read.name()));
        let lookups =
            lookups.map(|read| (read.name().to_owned(), TableSource::Version(read.newest())));
        Ok(Pass {
            lookups: lookups.collect(),
            refresher,
            statement,
            windowing,
            source,
            new,
            watermark,
            in_full,
        })
    }

    async fn step(&self, idle: Option<i64>) -> Result<Step, SdkError> {
        let windowing = self.windowing;
        let seen = self.new_rows().await?;
        let reached = seen.newest.map(|newest| self.reached(newest));
        let marks = [self.watermark, reached, idle];
        let watermark = marks.into_iter().flatten().max();
        // Before the first making, all windows are still to come.
        let from = self.watermark.or(seen.oldest);
        let closed = match (from, watermark) {
            (Some(from), Some(to)) => windowing.closed(from)..windowing.closed(to),
            _ => 0..0,
        };
        Ok(Step {
            watermark,
            closed,
            corrected: self.corrected().await?,
            too_late: seen.too_late,
        })
    }

    /// The watermark of a row at `newest`. A clock that is ahead of this machine's cannot make all others late.
    fn reached(&self, newest: i64) -> i64 {
        let committed = self.source.committed_at().timestamp_micros();
        newest.min(committed).saturating_sub(self.windowing.delay)
    }

    /// The watermark that the passing of time alone has come to. It ends with the last window that has rows: those that
    /// come after a pause are not late for windows that nobody has seen.
    async fn idle(&self) -> Result<Option<i64>, SdkError> {
        let Some(idle) = self.windowing.idle else {
            return Ok(None);
        };
        let quiet = self.refresher.quiet.look(&self.source);
        if quiet.lasts < idle {
            return Ok(None);
        }
        let now = quiet.now();
        let newest = self.newest_before(now).await?;
        let last = newest.map(|newest| self.windowing.last_end(newest));
        Ok(last.map(|last| last.min(now.saturating_sub(self.windowing.delay))))
    }

    /// Makes the windows of a step, and with them the marks that say so.
    async fn take(&self, step: &Step, made_of: &MadeOf) -> Result<(), SdkError> {
        let read = BTreeMap::from([(self.windowing.over.clone(), self.source.version())]);
        let (mode, generation, mut progress) = match self.in_full {
            true => (WriteMode::Replace, made_of.next(), made_of.in_full(&read)),
            false => (
                WriteMode::Append,
                made_of.generation,
                made_of.in_part(&read),
            ),
        };
        if let Some(watermark) = step.watermark {
            progress.insert(mark::watermark(generation), encoded(watermark));
        }
        let mut writing = self.refresher.dataset.writing(mode);
        for starts in step.corrected.iter().chain([&step.closed]) {
            for part in self.cut(starts.clone()).await? {
                self.write(part, &mut writing).await?;
            }
        }
        if step.corrected.is_empty() {
            writing.commit(&progress).await?;
        } else {
            let mut gone = step.corrected.clone();
            gone.push(step.closed.clone());
            let gone = Spans::new(WINDOW_START, gone);
            writing.exchange(&gone, &progress).await?;
        }
        Ok(())
    }

    /// Writes the answer of the statement for the windows with these starts.
    async fn write(&self, starts: Range<i64>, writing: &mut Writing<'_>) -> Result<(), SdkError> {
        let windowing = self.windowing;
        let lengths = (windowing.size, windowing.every);
        let rows = WindowedRows::new(&self.source, &windowing.time, lengths, starts);
        let over = (windowing.over.clone(), TableSource::Windows(rows));
        let all = self.lookups.iter().cloned().chain([over]);
        let rows = self
            .refresher
            .engine
            .query_over(self.statement, all)
            .await?;
        tables::write_all(self.refresher, rows, writing).await
    }

    fn made(&self, step: &Step) -> Made {
        let product = self.refresher.product.clone();
        let dataset = self.refresher.dataset.name().to_owned();
        let watermark = step
            .watermark
            .and_then(DateTime::<Utc>::from_timestamp_micros);
        if step.too_late > 0 {
            tracing::warn!(
                dataset,
                rows = step.too_late,
                "rows came too late for their windows, and are only in the dataset that these are over"
            );
        }
        let of = [("product", product), ("dataset", dataset)];
        metrics::counter!("mesh_window_rows_too_late_total", &of).increment(step.too_late);
        if let Some(watermark) = watermark {
            let seconds = watermark.timestamp_micros() as f64 / 1e6;
            metrics::gauge!("mesh_window_watermark_timestamp_seconds", &of).set(seconds);
        }
        Made {
            too_late: step.too_late,
            watermark,
            ..if self.in_full {
                Made::IN_FULL
            } else {
                Made::INCREMENTALLY
            }
        }
    }
}

fn encoded(watermark: i64) -> u64 {
    let counted = watermark.saturating_add(EPOCH).max(1);
    counted.unsigned_abs()
}

fn decoded(progress: u64) -> Option<i64> {
    let counted = i64::try_from(progress).ok().filter(|counted| *counted > 0);
    counted.map(|counted| counted - EPOCH)
}

#[cfg(test)]
mod tests;
