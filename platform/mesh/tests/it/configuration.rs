//! What a mesh as a whole is told: in its file, and on the command line.

use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::{Ended, mesh, text};

/// Where nobody listens.
const NOBODY: &str = "kafka://127.0.0.1:1";

fn up(data_dir: &Path, arguments: &[&str]) -> Ended {
    let all = [
        "up",
        "--listen",
        "127.0.0.1:0",
        "--data-dir",
        text(data_dir),
    ];
    mesh(&[&all, arguments].concat())
}

fn folder(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.yaml"), config).unwrap();
    folder
}

#[test]
fn a_cluster_out_of_reach_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    up(folder.path(), &["--events", NOBODY]).told(&[
        "the event log 127.0.0.1:1 cannot be opened",
        "Connection refused",
        "check whether a broker is at `url`",
    ]);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[test]
fn the_file_in_the_data_directory_is_read() {
    let folder = folder(&format!("events: {NOBODY}"));
    up(folder.path(), &[]).told(&["127.0.0.1:1 cannot be opened"]);
}

#[test]
fn another_file_can_be_named() {
    let (data, other) = (folder("no: matter"), folder(&format!("events: {NOBODY}")));
    let other = other.path().join("config.yaml");
    up(data.path(), &["--config", text(&other)]).told(&["127.0.0.1:1 cannot be opened"]);
    let absent = data.path().join("absent.yaml");
    up(data.path(), &["--config", text(&absent)]).told(&[text(&absent), "No such file"]);
}

#[test]
fn the_command_line_stands_over_the_file() {
    let folder = folder("events: kafka://127.0.0.1:2");
    up(folder.path(), &["--events", NOBODY]).told(&["127.0.0.1:1 cannot be opened"]);
}

#[test]
fn a_mistake_in_the_file_is_told_with_its_place() {
    let folder = folder("events:\n  url: kafka://a:9092\n  replica: 3\n");
    let file = folder.path().join("config.yaml");
    let place = format!("{}:3:3: events: unknown field `replica`", file.display());
    up(folder.path(), &[]).told(&[&place, "did you mean `replicas`?"]);
}

#[test]
fn an_address_with_a_password_in_it_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let told = up(
        folder.path(),
        &["--events", "kafka://mesh:hunter2@host:9092"],
    )
    .badly();
    assert!(told.contains("--events: url: has a user or a password in it"));
    assert!(!told.contains("hunter2"), "{told}");
}
