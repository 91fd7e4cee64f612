//! `mesh test DIR`: a product tried in a mesh of its own.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use mesh_sdk::RuleResult;

use super::alone::Alone;
use super::{product_folder, report};

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
    let alone = Alone::start(product).await?;
    let reports = alone.running.measure().await;
    let states = alone.running.datasets();
    alone.stop().await;
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
