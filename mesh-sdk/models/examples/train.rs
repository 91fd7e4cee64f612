//! Trains an algorithm on `rows.f32` (rows of 20 numbers) and `labels.i64` in DIR, both little-endian, and says what it took: seconds, seconds
//! of processors, and the most memory, all without reading the files.
//!
//!     cargo run --release -p mesh-models --example train -- DIR ALGORITHM [PARAMETERS]

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use mesh_models::{Algorithm, Features, Pipeline, Table, Target};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;

const COLUMNS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let usage = "usage: train DIR ALGORITHM [PARAMETERS]";
    let mut args = std::env::args().skip(1);
    let dir = PathBuf::from(args.next().ok_or(usage)?);
    let name = args.next().ok_or(usage)?;
    let parameters = args
        .next()
        .map_or(Ok(Value::Null), |json| serde_json::from_str(&json))?;

    let mut table = Table::new((0..COLUMNS).map(|i| format!("x{i}")).collect());
    let numbers = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    for row in fs::read(dir.join("rows.f32"))?.chunks_exact(4 * COLUMNS) {
        let row: Vec<f32> = row.chunks_exact(4).map(numbers).collect();
        table.push_row(&row)?;
    }
    let labels = fs::read(dir.join("labels.i64"))?;
    let labels = labels.chunks_exact(8).map(|label| i64::from(label[0]));
    let target = Target::Classes(labels.collect());
    let pipeline = Pipeline {
        features: Features {
            numeric: table.names().to_vec(),
            ..Features::default()
        },
        algorithm: Algorithm::named(&name, &parameters)?,
        seed: 1,
    };

    let spent = || clock_gettime(ClockId::ProcessCPUTime);
    let (start, before) = (Instant::now(), spent());
    let trained = pipeline.fit(&table, &target)?;
    let (seconds, after) = (start.elapsed().as_secs_f64(), spent());
    let busy =
        (after.tv_sec - before.tv_sec) as f64 + (after.tv_nsec - before.tv_nsec) as f64 / 1e9;
    let bytes = trained.to_onnx()?.len();
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak
        .and_then(|peak| peak.split_whitespace().next())
        .unwrap_or("0");
    let peak = peak.parse::<f64>()? / 1024.0;
    println!(
        "{{\"seconds\": {seconds:.2}, \"processors\": {busy:.2}, \"megabytes\": {peak:.0}, \"onnx\": {bytes}}}"
    );
    Ok(())
}
