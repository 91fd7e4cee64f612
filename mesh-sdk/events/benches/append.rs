//! What an append to the embedded log costs, beside a bare fsync on the same disk.
//!
//! `cargo bench -p mesh-events`; the folder is Cargo's, or the one named by `MESH_BENCH_DIR`.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::Utc;
use mesh_events::{EmbeddedLog, Event, EventLog};

const BARE: usize = 300;
const SINGLE: usize = 300;
const APPENDERS: usize = 64;
const EACH: usize = 50;
const BATCHES: usize = 50;
const BATCH: usize = 1000;

fn event(n: usize) -> Event {
    Event {
        id: format!("01970000-0000-7000-8000-{n:012}"),
        source: "/products/bracelet-cardiology".to_owned(),
        kind: "mesh.ingest".to_owned(),
        subject: Some(format!("patient-{}", n % 500)),
        time: Utc::now(),
        schema: Some("urn:mesh:cardiology:bracelet-cardiology:readings:1".to_owned()),
        correlation: None,
        data: Bytes::from(vec![b'7'; 300]),
    }
}

fn report(name: &str, mut times: Vec<Duration>, took: Duration, events: usize) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!(
        "{name:34} p50 {:>9.2?}  p99 {:>9.2?}  {:>9.0}/s",
        at(50),
        at(99),
        events as f64 / took.as_secs_f64(),
    );
}

fn bare_fsync(folder: &Path) {
    let mut file = File::create(folder.join("bare")).expect("the folder is writable");
    let block = [7; 4096];
    let mut times = Vec::new();
    let begun = Instant::now();
    for n in 0..BARE {
        let each = Instant::now();
        // Overwriting within a small file, as a database that reuses its pages mostly does.
        let place = SeekFrom::Start((n % 16 * block.len()) as u64);
        file.seek(place)
            .and_then(|_| file.write_all(&block))
            .and_then(|()| file.sync_data())
            .expect("the disk works");
        times.push(each.elapsed());
    }
    report(
        "bare write and fdatasync of 4 KiB",
        times,
        begun.elapsed(),
        BARE,
    );
}

#[tokio::main]
async fn main() {
    let parent = std::env::var_os("MESH_BENCH_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let folder = tempfile::tempdir_in(parent).expect("the folder is writable");
    bare_fsync(folder.path());

    let log = EmbeddedLog::open(&folder.path().join("events")).expect("the log opens");
    log.create_topic("bench", 8).await.expect("the log works");

    let mut times = Vec::new();
    let begun = Instant::now();
    for n in 0..SINGLE {
        let each = Instant::now();
        log.append("bench", vec![event(n)])
            .await
            .expect("the log works");
        times.push(each.elapsed());
    }
    report("one appender, one event", times, begun.elapsed(), SINGLE);

    let begun = Instant::now();
    let appenders = (0..APPENDERS).map(|appender| {
        let log = log.clone();
        tokio::spawn(async move {
            let mut times = Vec::new();
            for n in 0..EACH {
                let each = Instant::now();
                log.append("bench", vec![event(appender * EACH + n)])
                    .await
                    .expect("the log works");
                times.push(each.elapsed());
            }
            times
        })
    });
    let times = futures::future::try_join_all(appenders)
        .await
        .expect("no appender panics")
        .concat();
    report(
        "64 appenders, one event each",
        times,
        begun.elapsed(),
        APPENDERS * EACH,
    );

    let mut times = Vec::new();
    let begun = Instant::now();
    for batch in 0..BATCHES {
        let events = (0..BATCH).map(|n| event(batch * BATCH + n)).collect();
        let each = Instant::now();
        log.append("bench", events).await.expect("the log works");
        times.push(each.elapsed());
    }
    report(
        "one appender, 1000 events",
        times,
        begun.elapsed(),
        BATCHES * BATCH,
    );

    let mut reader = log.reader("bench", &[]).await.expect("the log works");
    let mut times = Vec::new();
    let mut read = 0;
    let begun = Instant::now();
    loop {
        let each = Instant::now();
        let received = reader
            .next(1000, Duration::ZERO)
            .await
            .expect("the log works");
        if received.is_empty() {
            break;
        }
        times.push(each.elapsed());
        read += received.len();
    }
    report(
        "one reader, 1000 events a call",
        times,
        begun.elapsed(),
        read,
    );
}
