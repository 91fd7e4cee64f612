//! What a disk and a Parquet writer take of the same rows, without anything around them.

use std::fs::File;
use std::time::{Duration, Instant};

use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::readings;

/// Rows of a file: what a sink commits at once when there is more than it can do.
const ROWS: usize = 20_000;

/// Rows a second, each file synced to disk as a sink does it.
pub(crate) fn alone(time: Duration) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let rows = readings::rows(ROWS)?;
    let begun = Instant::now();
    let mut files = 0;
    while begun.elapsed() < time {
        let file = File::create(folder.path().join(files.to_string()))?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .build();
        let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties))?;
        writer.write(&rows)?;
        writer.into_inner()?.sync_all()?;
        files += 1;
    }
    Ok((files * ROWS) as f64 / begun.elapsed().as_secs_f64())
}
