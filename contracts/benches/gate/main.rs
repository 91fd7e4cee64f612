//! What the gate costs where rows come as columns: files are read and written again, once with the gate between and
//! once without, in turns. `MESH_BENCH_ROWS` says how many rows, 10 million unless told.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first mistake")]

mod files;
mod rows;

use std::time::Instant;

use mesh_contracts::{Contract, Gate, Side};

const ROUNDS: usize = 3;

/// One way through the files: what it is called, and what it does with how many rows, good ones first.
type Way<'a> = (&'static str, Box<dyn Fn() -> (usize, usize) + 'a>);

fn main() {
    let rows = std::env::var("MESH_BENCH_ROWS").ok();
    let rows = rows.map_or(10_000_000, |rows| rows.parse().unwrap());
    let contract = Contract::parse("readings.yaml", include_str!("readings.yaml")).unwrap();
    let gate = Gate::compile(&contract, Side::Stored);
    let folder = tempfile::tempdir().unwrap();
    let [parquet, csv, out] =
        ["in.parquet", "in.csv", "out.parquet"].map(|name| folder.path().join(name));
    files::write(&contract, rows, &parquet, &csv);
    println!(
        "{rows} rows of {} columns, in batches of {}",
        contract.arrow_schema().fields().len(),
        rows::BATCH
    );
    compare(
        rows,
        &[
            (
                "Parquet -> Parquet",
                Box::new(|| files::copy_parquet(&parquet, &out, None)),
            ),
            (
                "  with the gate",
                Box::new(|| files::copy_parquet(&parquet, &out, Some(&gate))),
            ),
        ],
    );
    compare(
        rows,
        &[
            (
                "CSV, typed by its reader",
                Box::new(|| files::read_csv(&contract, &csv, None)),
            ),
            (
                "  as text, by the gate",
                Box::new(|| files::read_csv(&contract, &csv, Some(&gate))),
            ),
        ],
    );
    broken(&contract, &gate);
}

fn compare(rows: usize, ways: &[Way<'_>; 2]) {
    let mut best = [f64::INFINITY; 2];
    let mut memory = Vec::new();
    for _ in 0..ROUNDS {
        for (best, (_, way)) in best.iter_mut().zip(ways) {
            let started = Instant::now();
            assert_eq!(way(), (rows, 0));
            *best = best.min(started.elapsed().as_secs_f64());
            memory.push(resident());
        }
    }
    for ((name, _), seconds) in ways.iter().zip(best) {
        let per_second = rows as f64 / seconds;
        println!(
            "{name:26} {seconds:8.3} s {:8.2} M rows/s",
            per_second / 1e6
        );
    }
    println!("{:26} {:8.3} x", "  ratio", best[1] / best[0]);
    println!("{:26} {memory:?}", "  MiB resident, each round");
}

/// Rows of which one in a hundred is broken, in memory: what telling of them costs.
fn broken(contract: &Contract, gate: &Gate) {
    let batch = rows::batch(contract, 0, rows::BATCH);
    let spoiled = rows::spoiled(&batch);
    let mut seconds = [f64::INFINITY; 2];
    for _ in 0..ROUNDS * 10 {
        for (seconds, batch) in seconds.iter_mut().zip([&batch, &spoiled]) {
            let started = Instant::now();
            let gated = gate.columns(batch).unwrap();
            assert_eq!(
                gated.accepted.num_rows() + gated.rejected.len(),
                rows::BATCH
            );
            *seconds = seconds.min(started.elapsed().as_secs_f64());
        }
    }
    for (name, seconds) in ["one batch, all good", "one batch, 1 % broken"]
        .into_iter()
        .zip(seconds)
    {
        println!(
            "{name:26} {:8.3} ms {:7.2} M rows/s",
            seconds * 1e3,
            rows::BATCH as f64 / seconds / 1e6
        );
    }
    println!("{:26} {:8} MiB", "most resident", status("VmHWM"));
}

fn resident() -> u64 {
    status("VmRSS")
}

/// MiB, of the process so far.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kib / 1024
}
