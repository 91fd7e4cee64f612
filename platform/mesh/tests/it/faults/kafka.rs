//! Apache Kafka on loopback, as deploy/integration/kafka/kafka starts it.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::process::text;

const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../deploy/integration/kafka/kafka"
);

/// A cluster that ends with the test.
pub(super) struct Kafka {
    folder: TempDir,
    /// `host:port`, separated by commas.
    pub(super) brokers: String,
}

impl Kafka {
    pub(super) fn start(brokers: u32) -> Kafka {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port().to_string();
        drop(free);
        let mut kafka = Kafka {
            folder: tempfile::tempdir().unwrap(),
            brokers: String::new(),
        };
        let directory = kafka.directory();
        let count = brokers.to_string();
        run(&["start", text(&directory), &port, "--brokers", &count]);
        let listeners = std::fs::read_to_string(directory.join("listeners.env")).unwrap();
        let plain = listeners.strip_prefix("MESH_KAFKA=").unwrap();
        kafka.brokers = plain.lines().next().unwrap().to_owned();
        kafka
    }

    fn directory(&self) -> PathBuf {
        self.folder.path().join("kafka")
    }

    /// A file that tells a mesh of the cluster.
    pub(super) fn config(&self, delivery_timeout: Duration) -> String {
        let file = self.folder.path().join("config.yaml");
        let (brokers, seconds) = (&self.brokers, delivery_timeout.as_secs());
        let events =
            format!("events: {{ url: \"kafka://{brokers}\", delivery_timeout: {seconds}s }}\n");
        std::fs::write(&file, events).unwrap();
        text(&file).to_owned()
    }

    /// Does this to one broker; returns once it is done.
    pub(super) fn broker(&self, number: u32, what: Deed) {
        let deed = match what {
            Deed::Stop => "stop",
            Deed::Kill => "kill",
            Deed::Pause => "pause",
            Deed::Continue => "continue",
            Deed::Restart => "restart",
        };
        run(&[deed, text(&self.directory()), &number.to_string()]);
    }
}

/// What can be done to a broker.
#[derive(Clone, Copy)]
pub(super) enum Deed {
    /// SIGTERM: it says goodbye to the cluster.
    Stop,
    /// SIGKILL.
    Kill,
    /// SIGSTOP: it keeps its connections and answers nothing.
    Pause,
    Continue,
    /// Starts it with the data it had.
    Restart,
}

impl Drop for Kafka {
    fn drop(&mut self) {
        let directory = self.directory();
        let _ = script(&["remove", text(&directory)]).status();
    }
}

fn script(arguments: &[&str]) -> Command {
    let mut command = Command::new(SCRIPT);
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) {
    let output = script(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "kafka {arguments:?}: {told}");
}
