//! What the rows are that windows are made of: their times and their number, and nothing else of them.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, Int64Array, RecordBatch};
use futures::future::BoxFuture;
use futures::{FutureExt, TryStreamExt};
use mesh_storage::{DatasetVersion, TableSource};

use super::Pass;
use crate::SdkError;

/// Rows that one statement is run over, about, each counted once for every window that it falls in. Tests have few.
const MOST_ROWS: i64 = if cfg!(test) { 12 } else { 2_000_000 };
/// Parts that a span of time is looked at in.
const PARTS: i64 = if cfg!(test) { 16 } else { 1_000 };
/// Spans of windows that are corrected at most, about: each is two more statements.
const CORRECTIONS: i64 = 50;
/// Before every time that a contract lets through: 0000-01-01.
const BEGINNING: i64 = -62_167_219_200_000_000;

/// What is new.
pub(super) struct NewTimes {
    pub(super) oldest: Option<i64>,
    pub(super) newest: Option<i64>,
    pub(super) too_late: u64,
}

/// Rows whose times lie in one part of a span.
struct Bin {
    times: Range<i64>,
    rows: i64,
}

impl Pass<'_> {
    pub(super) async fn new_rows(&self) -> Result<NewTimes, SdkError> {
        let late = match self.watermark {
            Some(watermark) => format!("t < {}", self.windowing.too_late_before(watermark)),
            None => "false".to_owned(),
        };
        let what = format!("min(t), max(t), count(*) FILTER (WHERE {late})");
        let found = self.numbers(&self.new, &what, "").await?;
        let number = |column: usize| found.first().and_then(|row| row[column]);
        let too_late = number(2).and_then(|count| u64::try_from(count).ok());
        Ok(NewTimes {
            oldest: number(0),
            newest: number(1),
            too_late: too_late.unwrap_or(0),
        })
    }

    /// The newest row that no window which is over has, and that is not ahead of `now`.
    pub(super) async fn newest_before(&self, now: i64) -> Result<Option<i64>, SdkError> {
        let from = self.watermark.map(|mark| self.windowing.closed(mark));
        let times = from.unwrap_or(BEGINNING)..now.saturating_add(1);
        let pending = self.source.between(&self.windowing.time, times);
        let found = self.numbers(&pending, "max(t)", "").await?;
        Ok(found.first().and_then(|row| row[0]))
    }

    /// The windows that were over before, still take rows, and got some; or that lie between such.
    pub(super) async fn corrected(&self) -> Result<Vec<Range<i64>>, SdkError> {
        let Some(watermark) = self.watermark else {
            return Ok(Vec::new());
        };
        let (open, closed) = (
            self.windowing.open(watermark),
            self.windowing.closed(watermark),
        );
        let mut corrected: Vec<Range<i64>> = Vec::new();
        for bin in self.bins(&self.new, &(open..closed), CORRECTIONS).await? {
            let starts = self.windowing.starts(&bin.times);
            let (start, end) = (starts.start.max(open), starts.end.min(closed));
            match corrected.last_mut() {
                Some(last) if start <= last.end => last.end = end,
                _ => corrected.push(start..end),
            }
        }
        Ok(corrected)
    }

    /// `starts` in parts whose rows one statement can take. Windows without rows are left out.
    pub(super) fn cut<'a>(
        &'a self,
        starts: Range<i64>,
    ) -> BoxFuture<'a, Result<Vec<Range<i64>>, SdkError>> {
        let most = (MOST_ROWS * self.windowing.every / self.windowing.size).max(1);
        let cut = async move {
            let mut parts: Vec<Range<i64>> = Vec::new();
            let mut has = 0;
            for Bin { times, rows } in self.bins(&self.source, &starts, PARTS).await? {
                let falls = self.windowing.starts(&times);
                let behind = parts.last().map_or(starts.start, |last| last.end);
                let part = falls.start.max(behind)..falls.end.min(starts.end);
                if part.is_empty() {
                    continue;
                }
                let is_narrower = part.end - part.start < starts.end - starts.start;
                if rows > most && times.end - times.start > self.windowing.every && is_narrower {
                    parts.extend(self.cut(part).await?);
                    has = most;
                    continue;
                }
                match parts.last_mut() {
                    Some(last) if last.end == part.start && has + rows <= most => {
                        last.end = part.end;
                        has += rows;
                    }
                    _ => {
                        parts.push(part);
                        has = rows;
                    }
                }
            }
            Ok(parts)
        };
        cut.boxed()
    }

    /// How the rows that fall in windows with these starts lie in time: in so many bins, about, of which those without
    /// rows are left out.
    async fn bins(
        &self,
        rows: &DatasetVersion,
        starts: &Range<i64>,
        bins: i64,
    ) -> Result<Vec<Bin>, SdkError> {
        if starts.is_empty() {
            return Ok(Vec::new());
        }
        let times = self.windowing.times(starts);
        let every = self.windowing.every;
        let width = ((times.end - times.start) / bins / every + 1) * every;
        let what = format!("t - (t % {width} + {width}) % {width} AS bin, count(*)");
        let rows = rows.between(&self.windowing.time, times);
        let found = self.numbers(&rows, &what, "GROUP BY 1 ORDER BY 1").await?;
        let bin = |row: &Vec<Option<i64>>| {
            let from = row[0]?;
            Some(Bin {
                times: from..from + width,
                rows: row[1]?,
            })
        };
        Ok(found.iter().filter_map(bin).collect())
    }

    /// Whole numbers that SQL makes of `t`, the times of `rows` in microseconds since the epoch.
    async fn numbers(
        &self,
        rows: &DatasetVersion,
        what: &str,
        of: &str,
    ) -> Result<Vec<Vec<Option<i64>>>, SdkError> {
        let (over, time) = (&self.windowing.over, &self.windowing.time);
        let times = format!("SELECT CAST(\"{time}\" AS BIGINT) AS t FROM \"{over}\"");
        let sql = format!("SELECT {what} FROM ({times}) AS times {of}");
        let table = (over.clone(), TableSource::Version(rows.clone()));
        let answer = self.refresher.engine.query_over(&sql, [table]).await?;
        let batches: Vec<RecordBatch> = answer.batches().try_collect().await?;
        Ok(batches.iter().flat_map(cells).collect())
    }
}

/// The rows of a batch of whole numbers.
fn cells(batch: &RecordBatch) -> Vec<Vec<Option<i64>>> {
    let columns = batch.columns().iter();
    let columns: Vec<_> = columns
        .map(|column| column.as_primitive::<Int64Type>())
        .collect();
    let cell = |column: &&Int64Array, row: usize| column.is_valid(row).then(|| column.value(row));
    let row = |row: usize| columns.iter().map(|column| cell(column, row)).collect();
    (0..batch.num_rows()).map(row).collect()
}
