//! `mesh up`: the whole mesh in this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use mesh_catalog::Catalog;
use mesh_platform::api::Api;
use mesh_platform::identity::{DevIssuer, Scope, authenticate};
use mesh_platform::problem;
use mesh_platform::server::{self, Limits, Readiness};
use mesh_platform::telemetry::{self, LogFormat};
use mesh_sdk::{Host, HostConfig, RunningProduct};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::Up;
use crate::{greeting, products, progress, registration};

/// How long the token is valid that is printed at the start.
const TOKEN_VALID: Duration = Duration::from_secs(12 * 3600);
/// File in the data directory that says where the mesh was reached last.
const ADDRESS: &str = "address";
/// How old what the catalog says of a dataset may be.
const REFRESH: Duration = Duration::from_secs(1);

pub(crate) async fn run(args: &Up) -> anyhow::Result<()> {
    let started = Instant::now();
    telemetry::init(LogFormat::detect())?;
    DevIssuer::require_loopback(args.listen)?;
    let folder = args.data.path()?;
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
    let (host, running) = start_products(&folder, &readiness).await?;
    std::fs::write(folder.join(ADDRESS), &origin)?;
    let catalog = Catalog::new();
    let entries: Vec<_> = running
        .iter()
        .map(|product| registration::entry(product))
        .collect();
    entries
        .iter()
        .cloned()
        .for_each(|entry| catalog.register(entry));
    let refresh = tokio::spawn(keep_registered(catalog.clone(), running.clone()));

    let api = Api::new()
        .merge(host.api())
        .merge(catalog.api())
        .merge(issuer.api())
        .merge(readiness.api())
        .merge(problem::help_pages())
        .merge(telemetry::metrics_api())
        .with_openapi("meshwork", env!("CARGO_PKG_VERSION"));
    let limits = Limits::default();
    let router = api.into_router().layer(authenticate(issuer.verifier()?));
    let router = server::layers(router, &limits);
    let token = issuer.token("developer", &Scope::ALL, TOKEN_VALID)?;
    let stop = stop_on_signal()?;
    greeting::print(address, &folder, &token, &entries, started.elapsed());

    server::serve(listener, router, &limits, stop).await?;
    eprintln!("\nstopping: what was accepted is being stored");
    refresh.abort();
    drop(running);
    host.stop().await;
    eprintln!("stopped; `mesh up` finds everything again");
    Ok(())
}

/// Where the mesh in `folder` was reached last.
pub(super) fn address_of(folder: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(folder.join(ADDRESS))
}

pub(super) fn identity_of(folder: &Path) -> PathBuf {
    folder.join("identity")
}

async fn start_products(
    folder: &Path,
    readiness: &Readiness,
) -> anyhow::Result<(Host, Vec<Arc<RunningProduct>>)> {
    let steps = progress::Steps::default();
    let mut host = Host::open(HostConfig {
        data_dir: folder.to_owned(),
        progress: Box::new(move |step| steps.show(&step)),
        readiness: readiness.clone(),
    })?;
    let mut running = Vec::new();
    for product in products::all()? {
        running.push(host.start(product).await?);
    }
    Ok((host, running))
}

/// Tells the catalog the figures of every product again whenever one of its datasets has moved on.
async fn keep_registered(catalog: Catalog, products: Vec<Arc<RunningProduct>>) {
    let mut registered = Vec::new();
    let mut tick = tokio::time::interval(REFRESH);
    loop {
        tick.tick().await;
        let now: Vec<_> = products.iter().map(|product| product.datasets()).collect();
        if now != registered {
            for product in &products {
                catalog.refresh(registration::entry(product));
            }
            registered = now;
        }
    }
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
