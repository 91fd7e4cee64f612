//! What a Delta table says of itself, read as any other program would: which rows it got, and when each could be read.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context;
use arrow_array::TimestampMicrosecondArray;
use arrow_array::cast::AsArray;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

const BETWEEN: Duration = Duration::from_millis(50);
/// The property that says when an event was sent or taken.
const SENT: &str = "received_at";

/// Follows a table until it is dropped.
pub(crate) struct Follow {
    seen: Arc<Seen>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    rows: AtomicU64,
    /// From when an event was sent until the version that has it was there.
    delays: Mutex<Vec<Duration>>,
}

impl Follow {
    /// Begins behind the versions that are there.
    pub(crate) fn table(location: &Path) -> Follow {
        let mut version = 0;
        while entry(location, version).exists() {
            version += 1;
        }
        let (seen, stop) = (Arc::new(Seen::default()), Arc::new(AtomicBool::new(false)));
        let (theirs, stopped, location) = (seen.clone(), stop.clone(), location.to_owned());
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                while entry(&location, version).exists() {
                    if let Err(error) = theirs.version(&location, version) {
                        eprintln!("version {version} of {}: {error:#}", location.display());
                    }
                    version += 1;
                }
                thread::sleep(BETWEEN);
            }
        });
        Follow {
            seen,
            stop,
            thread: Some(thread),
        }
    }

    /// How many rows the table got since this began.
    pub(crate) fn rows(&self) -> u64 {
        self.seen.rows.load(Ordering::Relaxed)
    }

    /// Those of the rows since the last call.
    pub(crate) fn delays(&self) -> Vec<Duration> {
        std::mem::take(
            &mut *self
                .seen
                .delays
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Seen {
    fn version(&self, location: &Path, version: u64) -> anyhow::Result<()> {
        let entry = entry(location, version);
        let committed = committed(&entry)?;
        for line in std::fs::read_to_string(&entry)?.lines() {
            let action: Value = serde_json::from_str(line)?;
            let added = &action["add"];
            // Files that were only put together hold no new rows.
            if added["dataChange"] == true {
                let path = added["path"].as_str().context("a file without a path")?;
                self.file(&location.join(path), committed)?;
            }
        }
        Ok(())
    }

    fn file(&self, path: &Path, committed: i64) -> anyhow::Result<()> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
        let only = ProjectionMask::columns(reader.parquet_schema(), [SENT]);
        for batch in reader.with_projection(only).build()? {
            let batch = batch?;
            let sent: &TimestampMicrosecondArray = batch.column(0).as_primitive();
            let delays = sent.values().iter().map(|sent| {
                Duration::from_micros(u64::try_from(committed - sent).unwrap_or_default())
            });
            self.delays
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(delays);
            self.rows.fetch_add(sent.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn entry(location: &Path, version: u64) -> PathBuf {
    location
        .join("_delta_log")
        .join(format!("{version:020}.json"))
}

/// When the entry got its name, in microseconds: before that, nobody could read it.
fn committed(entry: &Path) -> std::io::Result<i64> {
    let status = std::fs::metadata(entry)?;
    let changed = (status.ctime(), status.ctime_nsec()).max((status.mtime(), status.mtime_nsec()));
    Ok(changed.0 * 1_000_000 + changed.1 / 1_000)
}
