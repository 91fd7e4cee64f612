//! The binary, run to its end or as a `mesh up` that can be killed and started again.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a start may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a command came to.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command line to its end, without a terminal.
pub(crate) fn mesh(arguments: &[&str]) -> Ended {
    mesh_in(Path::new("."), arguments)
}

/// [`mesh`], in a folder.
pub(crate) fn mesh_in(folder: &Path, arguments: &[&str]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_mesh"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ended {
    /// What was asked for holds; returns the standard output.
    pub(crate) fn well(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// It does not hold, or could not be found out; returns both outputs.
    pub(crate) fn badly(self) -> String {
        let told = self.stdout + &self.stderr;
        assert_eq!(self.code, Some(1), "{told}");
        told
    }

    /// [`Ended::badly`], with a message in which all of `parts` stand.
    pub(crate) fn told(self, parts: &[&str]) {
        let told = self.badly();
        for part in parts {
            assert!(told.contains(part), "no {part:?} in: {told}");
        }
    }
}

/// The path for an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What is special about the way a mesh is run.
#[derive(Clone, Default)]
pub(crate) struct Setup {
    /// Folders of products beside the built-in ones.
    pub(crate) products: Vec<PathBuf>,
    /// Further arguments of `mesh up`.
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(&'static str, String)>,
    /// A program, with its arguments, that in the end becomes the command line it is given.
    pub(crate) by: Vec<String>,
}

pub(crate) struct Mesh {
    pub(crate) folder: Arc<TempDir>,
    pub(crate) origin: String,
    address: String,
    setup: Setup,
    child: Child,
    pub(crate) client: Client,
}

impl Mesh {
    pub(crate) async fn up() -> Mesh {
        Self::up_as(Setup::default()).await
    }

    /// With the products in these folders beside the built-in ones.
    pub(crate) async fn up_with(products: &[&Path]) -> Mesh {
        Self::up_as(Setup {
            products: products.iter().map(|path| path.to_path_buf()).collect(),
            ..Setup::default()
        })
        .await
    }

    pub(crate) async fn up_as(setup: Setup) -> Mesh {
        Self::up_in(Arc::new(started_before()), setup).await
    }

    async fn up_in(folder: Arc<TempDir>, setup: Setup) -> Mesh {
        let free = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let address = free.to_string();
        let child = start(folder.path(), &address, &setup);
        let mesh = Mesh {
            folder,
            origin: format!("http://{address}"),
            address,
            setup,
            child,
            client: Client::new(),
        };
        mesh.ready().await;
        mesh
    }

    /// Another process on the same folder.
    pub(crate) async fn another(&self) -> Mesh {
        Self::up_in(self.folder.clone(), self.setup.clone()).await
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
            assert!(
                started.elapsed() < PATIENCE,
                "the mesh does not get ready: {}",
                self.stderr()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Its number among the processes.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no chance to put anything in order.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        self.begin_again();
        self.ready().await;
    }

    /// Starts it without waiting for anything.
    pub(crate) fn begin_again(&mut self) {
        self.child = start(self.folder.path(), &self.address, &self.setup);
    }

    /// SIGINT, as Ctrl-C sends it; returns whether it ended well.
    pub(crate) fn interrupt(&mut self) -> bool {
        interrupt(&self.child);
        self.child.wait().unwrap().success()
    }

    pub(crate) fn token(&self) -> String {
        let token = mesh(&["token", "--data-dir", text(self.folder.path())]);
        token.well().trim().to_owned()
    }

    pub(crate) fn product(&self, name: &str) -> String {
        format!("{}/products/{name}", self.origin)
    }

    /// What the catalog says of a product.
    pub(crate) async fn entry(&self, product: &str) -> Value {
        let url = format!("{}/catalog/api/v1/products/{product}", self.origin);
        let answer = self.client.get(url).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub(crate) async fn query(&self, token: &str, product: &str, sql: &str) -> Vec<Value> {
        let request = self
            .client
            .post(format!("{}/query", self.product(product)))
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

    /// What was printed on standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.printed(STDERR)
    }

    /// What was printed on standard output so far.
    pub(crate) fn stdout(&self) -> String {
        self.printed(STDOUT)
    }

    fn printed(&self, to: &str) -> String {
        std::fs::read_to_string(printed(self.folder.path(), &self.address, to)).unwrap()
    }
}

impl Drop for Mesh {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const STDERR: &str = "stderr";
const STDOUT: &str = "stdout";

/// File in the data folder that takes what the mesh at `address` prints.
fn printed(folder: &Path, address: &str, to: &str) -> PathBuf {
    folder.join(format!("{address}.{to}"))
}

fn start(folder: &Path, address: &str, setup: &Setup) -> Child {
    let file = |to| std::fs::File::create(printed(folder, address, to)).unwrap();
    up(folder, address, &setup.by)
        .args(&setup.arguments)
        .args(&setup.products)
        .envs(setup.environment.iter().cloned())
        .stdout(file(STDOUT))
        .stderr(file(STDERR))
        .spawn()
        .unwrap()
}

fn up(folder: &Path, address: &str, by: &[String]) -> Command {
    let program = env!("CARGO_BIN_EXE_mesh").to_owned();
    let mut line = by.iter().chain([&program]);
    let mut command = Command::new(line.next().unwrap());
    command
        .args(line)
        .args(["up", "--data-dir", text(folder), "--listen", address])
        .env("MESH_LOG", "error")
        .stdin(Stdio::null());
    command
}

fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(sent.success());
}

/// A folder of its own in which the built-in products were started once: their models are trained.
fn started_before() -> TempDir {
    static FIRST: OnceLock<PathBuf> = OnceLock::new();
    let first = FIRST.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("started-once");
        let _ = std::fs::remove_dir_all(&folder);
        let mut child = up(&folder, "127.0.0.1:0", &[])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(
            lines.any(|line| line.unwrap().contains("The mesh is up")),
            "the mesh does not start"
        );
        interrupt(&child);
        lines.for_each(drop);
        assert!(child.wait().unwrap().success());
        folder
    });
    let folder = tempfile::tempdir().unwrap();
    copy(first, folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
