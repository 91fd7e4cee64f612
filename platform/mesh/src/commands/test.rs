//! `mesh test DIR`: a product tried in a mesh of its own.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use mesh_sdk::{Host, HostConfig, Readiness, RuleResult};

use super::{product_folder, report};
use crate::progress;

#[derive(Args)]
pub(crate) struct Test {
    /// Folder of the product.
    #[arg(value_name = "PRODUCT_DIR", default_value = ".")]
    product: PathBuf,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// Starts the product on nothing but what it ships, in a folder that goes away, and measures every dataset.
pub(crate) async fn run(args: &Test) -> anyhow::Result<ExitCode> {
    let product = product_folder::read(&args.product)?;
    let folder = tempfile::tempdir()?;
    let steps = progress::Steps::default();
    let mut host = Host::open(HostConfig {
        data_dir: folder.path().to_owned(),
        progress: Box::new(move |step| steps.show(&step)),
        readiness: Readiness::new(),
    })?;
    let running = host.start(product).await?;
    let reports = running.measure().await;
    let states = running.datasets();
    drop(running);
    host.stop().await;
    let kept = match args.json {
        false => report::product(&reports),
        true => {
            println!("{:#}", serde_json::to_value(&reports)?);
            let mut results = reports.iter().flat_map(|report| &report.results);
            !results.any(RuleResult::is_breach)
        }
    };
    // On stderr, beside a report that may be JSON.
    let quarantined = report::quarantined(&states);
    Ok(match kept && quarantined == 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
