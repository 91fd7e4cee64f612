//! What goes on while the mesh is up: products whose files change are loaded again, and the catalog keeps up with the
//! datasets.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use mesh_sdk::DataProduct;
use tokio::sync::Mutex;

use super::hosting::Hosting;
use crate::message;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How old what the catalog says of a dataset may be.
const REGISTER: Duration = Duration::from_secs(1);

/// Loads a product again whenever its files have changed, and have stayed the same for a moment: an editor may write
/// several.
pub(super) async fn watch(hosting: Arc<Mutex<Hosting>>, products: Vec<(PathBuf, DataProduct)>) {
    let mut watched: Vec<Watched> = products.into_iter().map(Watched::new).collect();
    let mut tick = tokio::time::interval(LOOK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        for product in &mut watched {
            if product.has_changed().await {
                product.load(&hosting).await;
            }
        }
    }
}

struct Watched {
    folder: PathBuf,
    /// Under which it runs.
    name: String,
    loaded: String,
    seen: String,
}

impl Watched {
    fn new((folder, product): (PathBuf, DataProduct)) -> Watched {
        let files = DataProduct::fingerprint(&folder);
        Watched {
            folder,
            name: product.name().to_owned(),
            loaded: files.clone(),
            seen: files,
        }
    }

    async fn has_changed(&mut self) -> bool {
        let folder = self.folder.clone();
        let now = tokio::task::spawn_blocking(move || DataProduct::fingerprint(&folder)).await;
        let now = now.unwrap_or_default();
        let settled = now == self.seen;
        self.seen = now;
        settled && self.seen != self.loaded
    }

    async fn load(&mut self, hosting: &Arc<Mutex<Hosting>>) {
        self.loaded = self.seen.clone();
        let folder = self.folder.clone();
        let read = tokio::task::spawn_blocking(move || DataProduct::from_files(folder)).await;
        let Ok(read) = read else {
            return eprintln!("{}: reading its files panicked", self.name);
        };
        let problem = match read {
            Ok(product) if product.name() != self.name => Some(anyhow!(
                "product.odps.yaml: name: it is {} now, and {} before; stop the mesh and start it again to rename a product",
                product.name(),
                self.name
            )),
            Ok(product) => {
                let hosting = hosting.clone();
                // A bug that one product brings to light must not end the watching of the others.
                let replaced =
                    tokio::spawn(async move { hosting.lock().await.replace(product).await });
                let panicked = |_| Err(anyhow!("starting it panicked; the log says where"));
                replaced.await.unwrap_or_else(panicked).err()
            }
            Err(error) => Some(error.into()),
        };
        match problem {
            None => eprintln!("{}: its files changed; loaded again", self.name),
            Some(problem) => {
                let problem = one_line(&message::of(&problem));
                eprintln!(
                    "{}: its files changed, and cannot be run: {problem}",
                    self.name
                );
                let hosting = hosting.lock().await;
                let before = match hosting.runs(&self.name) {
                    true => "what ran before goes on",
                    false => "it is down",
                };
                eprintln!("  {before}; it is tried again when they change");
                hosting.failed(&self.name, problem);
            }
        }
    }
}

fn one_line(text: &str) -> String {
    text.lines().collect::<Vec<_>>().join(" ")
}

/// Tells the catalog whenever something of a dataset has moved on.
pub(super) async fn keep_registered(hosting: Arc<Mutex<Hosting>>) {
    let mut registered = Vec::new();
    let mut tick = tokio::time::interval(REGISTER);
    loop {
        tick.tick().await;
        let hosting = hosting.lock().await;
        // It takes milliseconds, in which this thread answers nobody.
        tokio::task::block_in_place(|| {
            let now = hosting.states();
            if now != registered {
                hosting.refresh();
                registered = now;
            }
        });
    }
}
