//! A `mesh up` that can be killed and started again.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a start may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Mesh {
    pub(crate) folder: TempDir,
    pub(crate) origin: String,
    address: String,
    child: Child,
    pub(crate) client: Client,
}

impl Mesh {
    pub(crate) async fn up() -> Mesh {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let address = free.to_string();
        let child = start(folder.path(), &address);
        let mesh = Mesh {
            folder,
            origin: format!("http://{address}"),
            address,
            child,
            client: Client::new(),
        };
        mesh.ready().await;
        mesh
    }

    /// Waits until the mesh says that it is ready.
    pub(crate) async fn ready(&self) {
        let started = Instant::now();
        loop {
            let answer = self
                .client
                .get(format!("{}/health/ready", self.origin))
                .send()
                .await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "the mesh does not get ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// SIGKILL: no chance to put anything in order.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        self.child = start(self.folder.path(), &self.address);
        self.ready().await;
    }

    /// SIGINT, as Ctrl-C sends it; returns whether it ended well.
    pub(crate) fn interrupt(&mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &pid])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().success()
    }

    pub(crate) fn token(&self) -> String {
        let output = mesh(&["token", "--data-dir", self.folder.path().to_str().unwrap()]);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(crate) async fn get(&self, url: &str) -> Value {
        let answer = self.client.get(url).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub(crate) async fn query(&self, token: &str, sql: &str) -> Vec<Value> {
        let url = format!("{}/products/bracelet-cardiology/query", self.origin);
        let request = self
            .client
            .post(url)
            .bearer_auth(token)
            .json(&json!({ "sql": sql }));
        request
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap()
            .json()
            .await
            .unwrap()
    }
}

impl Drop for Mesh {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(folder: &Path, address: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mesh"))
        .args([
            "up",
            "--data-dir",
            folder.to_str().unwrap(),
            "--listen",
            address,
        ])
        .env("MESH_LOG", "error")
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs the command line to its end.
pub(crate) fn mesh(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mesh"))
        .args(arguments)
        .output()
        .unwrap()
}
