//! The mesh that is measured.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::kafka::Kafka;
use crate::memory::Memory;

/// A model may have to be trained, by a binary that was built without optimisation.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Mesh {
    folder: TempDir,
    child: Child,
    pub(crate) origin: String,
    pub(crate) token: String,
    binary: PathBuf,
}

impl Mesh {
    /// Starts the binary with nothing in it but what its products ship.
    pub(crate) async fn start(
        binary: &Path,
        kafka: Option<&Kafka>,
        products: &[PathBuf],
    ) -> anyhow::Result<Mesh> {
        let folder = tempfile::tempdir()?;
        let address = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .to_string();
        let mut command = Command::new(binary);
        command
            .args(["up", "--listen", &address, "--data-dir"])
            .arg(folder.path())
            .args(products)
            .env("MESH_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("log"))?);
        if let Some(kafka) = kafka {
            command.env("MESH_EVENTS", format!("kafka://{}", kafka.brokers));
        }
        let child = command.spawn().with_context(|| {
            format!("{} cannot be run: build it with `cargo build --release`, or name another with MESH_BIN", binary.display())
        })?;
        let mut mesh = Mesh {
            folder,
            child,
            origin: format!("http://{address}"),
            token: String::new(),
            binary: binary.to_owned(),
        };
        mesh.ready().await?;
        mesh.token = mesh.token_for("ingest,score,query")?;
        Ok(mesh)
    }

    /// A token that allows this.
    pub(crate) fn token_for(&self, scopes: &str) -> anyhow::Result<String> {
        let token = Command::new(&self.binary)
            .args(["token", "--scope", scopes, "--data-dir"])
            .arg(self.folder.path())
            .output()?;
        ensure!(token.status.success(), "the mesh gives no token");
        Ok(String::from_utf8(token.stdout)?.trim().to_owned())
    }

    async fn ready(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        let url = format!("{}/health/ready", self.origin);
        while !reqwest::get(&url)
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            let ended = self.child.try_wait()?.is_some() || started.elapsed() > PATIENCE;
            ensure!(
                !ended,
                "the mesh did not get ready; it printed:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub(crate) fn dataset(&self, product: &str, dataset: &str) -> PathBuf {
        let products = self.folder.path().join("products");
        products.join(product).join("datasets").join(dataset)
    }

    pub(crate) fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }
}

impl Drop for Mesh {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
