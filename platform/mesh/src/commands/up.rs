//! `mesh up`: the whole mesh in this process.

mod hosting;
mod watching;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use mesh_catalog::Catalog;
use mesh_platform::identity::{DevIssuer, Scope};
use mesh_platform::server::{self, Limits, Readiness};
use mesh_platform::telemetry::{self, LogFormat};
use mesh_sdk::{Clock, DataProduct, Host, HostConfig};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::product_folder;
use crate::cli::Up;
use crate::greeting::Greeting;
use crate::{ProductList, progress};
use hosting::Hosting;

/// How long the token is valid that is printed at the start.
const TOKEN_VALID: Duration = Duration::from_secs(12 * 3600);
/// File in the data directory that says where the mesh was reached last.
const ADDRESS: &str = "address";

pub(crate) async fn run(args: &Up, built_in: ProductList) -> anyhow::Result<()> {
    let started = Instant::now();
    telemetry::init(LogFormat::detect())?;
    DevIssuer::require_loopback(args.listen)?;
    // Read before anything is opened: a mistake in a product is told at once.
    let products = built_in()?;
    let declared = declared(&args.products, &products)?;
    let folder = args.data.path()?;
    let config = args.config(&folder)?;
    let listener = TcpListener::bind(args.listen).await.with_context(|| {
        format!(
            "cannot listen on {}: name another address with --listen ADDRESS:PORT",
            args.listen
        )
    })?;
    let address = listener.local_addr()?;
    let origin = format!("http://{address}");
    let issuer = DevIssuer::open(&identity_of(&folder), &origin)?;

    eprintln!("starting the mesh in {}", folder.display());
    let readiness = Readiness::new();
    let steps = progress::Steps::default();
    let mut host = Host::open(HostConfig {
        data_dir: folder.clone(),
        events: config.events,
        progress: Box::new(move |step| steps.show(&step)),
        readiness: readiness.clone(),
        clock: Clock::default(),
        vault: config.vault,
    })
    .await?;
    let in_folders = declared.iter().map(|(_, product)| product.clone());
    for product in products.into_iter().chain(in_folders) {
        let name = product.name().to_owned();
        host.start(product).await.context(name)?;
    }
    std::fs::write(folder.join(ADDRESS), &origin)?;

    let limits = Limits::default();
    let token = issuer.token("developer", &Scope::ALL, TOKEN_VALID)?;
    let hosting = Hosting::new(host, Catalog::new(), issuer, readiness, limits.clone())?;
    let router = hosting.router();
    let entries = hosting.entries();
    let first = declared.first().map(|(_, product)| product.name());
    let hosting = Arc::new(Mutex::new(hosting));
    let watching = tokio::spawn(watching::watch(hosting.clone(), declared.clone()));
    let refresh = tokio::spawn(watching::keep_registered(hosting.clone()));

    let stop = stop_on_signal()?;
    Greeting {
        address,
        folder: &folder,
        token: &token,
        products: &entries,
        try_out: first,
        took: started.elapsed(),
    }
    .print();
    server::serve(listener, router, &limits, stop).await?;
    eprintln!("\nstopping: what was accepted is being stored");
    for task in [watching, refresh] {
        task.abort();
        drop(task.await);
    }
    if let Ok(hosting) = Arc::try_unwrap(hosting) {
        hosting.into_inner().stop().await;
    }
    eprintln!("stopped; `mesh up` finds everything again");
    Ok(())
}

/// The products in the folders that were named, each with a name that no other product has.
fn declared(
    folders: &[PathBuf],
    built_in: &[DataProduct],
) -> anyhow::Result<Vec<(PathBuf, DataProduct)>> {
    let built_in = built_in.iter().map(|product| product.name().to_owned());
    let mut known: BTreeMap<String, String> =
        built_in.map(|name| (name, "built in".to_owned())).collect();
    let mut declared = Vec::new();
    for folder in folders {
        let product = product_folder::read(folder)?;
        let folder = folder.canonicalize()?;
        let (name, place) = (product.name(), format!("in {}", folder.display()));
        if let Some(other) = known.insert(name.to_owned(), place.clone()) {
            bail!(
                "there are two products named {name}: one {other}, one {place}; give one another name in its \
                 product.odps.yaml, or leave one out"
            );
        }
        declared.push((folder, product));
    }
    Ok(declared)
}

/// Where the mesh in `folder` was reached last.
pub(super) fn address_of(folder: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(folder.join(ADDRESS))
}

pub(super) fn identity_of(folder: &Path) -> PathBuf {
    folder.join("identity")
}

/// Cancelled at Ctrl-C and at SIGTERM; the second ends the process.
fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        stopping.cancel();
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        eprintln!("ended at once; what was accepted is stored at the next start");
        std::process::exit(130);
    });
    Ok(stop)
}
