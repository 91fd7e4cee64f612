//! `mesh dataset`: the datasets of the local mesh, running or not.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};

use crate::cli::DataDir;

#[derive(Subcommand)]
pub(crate) enum Dataset {
    /// Write the newest version of a dataset to one Parquet file, for tools that read no Delta.
    Export(Export),
}

#[derive(Args)]
pub(crate) struct Export {
    /// The dataset, as product/dataset.
    #[arg(value_name = "PRODUCT/DATASET")]
    dataset: String,
    /// The file to write [default: the dataset's name, in this folder].
    #[arg(long, short)]
    output: Option<PathBuf>,
    #[command(flatten)]
    mesh: DataDir,
}

pub(crate) async fn run(command: &Dataset) -> anyhow::Result<()> {
    let Dataset::Export(args) = command;
    let folder = folder(&args.mesh, &args.dataset)?;
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let output = args
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{name}.parquet")));
    let rows = mesh_sdk::export_dataset(&folder, &output).await?;
    eprintln!("wrote {rows} rows to {}", output.display());
    Ok(())
}

/// The folder of a dataset of the local mesh.
pub(super) fn folder(mesh: &DataDir, named: &str) -> anyhow::Result<PathBuf> {
    let (product, dataset) = named
        .split_once('/')
        .context("name the dataset as product/dataset, such as epidemiology/weekly_cases")?;
    let data = mesh.path()?;
    let folder = data
        .join("products")
        .join(product)
        .join("datasets")
        .join(dataset);
    if !folder.is_dir() || named.contains("..") {
        bail!(
            "there is no dataset {named} in {}; `mesh up` makes it",
            data.display()
        );
    }
    Ok(folder)
}
