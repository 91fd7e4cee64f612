//! A process that is killed while it appends loses nothing it acknowledged.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mesh_events::{EmbeddedLog, EventLog, Position};

use crate::support::{event_about, read_all};

const TOPIC: &str = "crash";
const LOG_VARIABLE: &str = "MESH_EVENTS_CRASH_LOG";
const ROUNDS: usize = 8;

/// What the parent kills: appends for ever, printing what was acknowledged.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a_killed_process_loses_nothing_it_acknowledged starts it"]
async fn append_until_killed() {
    let path = std::env::var_os(LOG_VARIABLE).expect("started by the test that kills it");
    let log = EmbeddedLog::open(Path::new(&path)).unwrap();
    log.create_topic(TOPIC, 3).await.unwrap();
    let run = uuid::Uuid::now_v7();
    let appenders = (0..8).map(|appender| {
        let log = log.clone();
        tokio::spawn(async move {
            for n in 0.. {
                let ids: Vec<_> = (0..=n % 3)
                    .map(|part| format!("{run}-{appender}-{n}-{part}"))
                    .collect();
                let events = ids.iter().map(|id| event_about(appender, id)).collect();
                let positions = log.append(TOPIC, events).await.unwrap();
                let mut lines = String::new();
                for (id, at) in ids.iter().zip(positions) {
                    lines += &format!("appended {id} {} {}\n", at.partition, at.offset);
                }
                let mut out = std::io::stdout().lock();
                out.write_all(lines.as_bytes()).unwrap();
                out.flush().unwrap();
            }
        })
    });
    futures::future::join_all(appenders).await;
}

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("events");
    let mut acknowledged = HashMap::new();
    for round in 0..ROUNDS {
        let before = acknowledged.len();
        run_and_kill(
            &path,
            Duration::from_millis(20 + 37 * round as u64),
            &mut acknowledged,
        );
        assert!(
            acknowledged.len() > before,
            "round {round} appended nothing"
        );
        check(&path, &acknowledged).await;
    }
    println!(
        "{} acknowledged events survived {ROUNDS} kills",
        acknowledged.len()
    );
}

/// Kills the process `after` its first acknowledged event.
fn run_and_kill(path: &Path, after: Duration, acknowledged: &mut HashMap<String, Position>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "crash::append_until_killed",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(LOG_VARIABLE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut kill_at = None;
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        let words: Vec<_> = line.split_whitespace().collect();
        // The last line may be cut short; the test harness prints lines of its own.
        if let ["appended", id, partition, offset] = words[..]
            && line.ends_with('\n')
        {
            let position = Position {
                partition: partition.parse().unwrap(),
                offset: offset.parse().unwrap(),
            };
            assert_eq!(acknowledged.insert(id.to_owned(), position), None);
            let kill_at = *kill_at.get_or_insert(Instant::now() + after);
            if Instant::now() > kill_at {
                child.kill().unwrap();
            }
        }
        line.clear();
    }
    assert!(!child.wait().unwrap().success());
}

async fn check(path: &Path, acknowledged: &HashMap<String, Position>) {
    let log: Arc<dyn EventLog> = EmbeddedLog::open(path).unwrap();
    let mut found = BTreeMap::new();
    for one in read_all(&*log, TOPIC).await {
        assert_eq!(
            found.insert(one.event.unwrap().id, one.position),
            None,
            "an event is there twice"
        );
    }
    for (id, position) in acknowledged {
        assert_eq!(found.get(id), Some(position), "of acknowledged event {id}");
    }
    for (partition, end) in (0..).zip(log.ends(TOPIC).await.unwrap()) {
        let mut offsets: Vec<_> = found
            .values()
            .filter(|at| at.partition == partition)
            .map(|at| at.offset)
            .collect();
        offsets.sort_unstable();
        assert!(
            offsets.into_iter().eq(0..end),
            "partition {partition} has a gap"
        );
    }
}
