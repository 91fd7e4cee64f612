use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use mesh_sdk::{ContractTest, DataFile};

use super::read;
use crate::cli::DataDir;
use crate::commands::{dataset, report};

#[derive(Args)]
#[group(required = true, multiple = false, id = "what", args = ["data", "dataset"])]
pub(crate) struct Test {
    /// The contract.
    contract: PathBuf,
    /// The data: a .csv, .ndjson or .parquet file, or the folder of a Delta table.
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// A dataset of the local mesh, as product/dataset.
    #[arg(long, value_name = "PRODUCT/DATASET")]
    dataset: Option<String>,
    #[command(flatten)]
    mesh: DataDir,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: &Test) -> anyhow::Result<ExitCode> {
    let contract = read(&args.contract)?;
    let data = match (&args.data, &args.dataset) {
        (Some(path), _) => path.clone(),
        (None, Some(named)) => dataset::folder(&args.mesh, named)?,
        (None, None) => {
            bail!("name the data with --data PATH, or a dataset with --dataset PRODUCT/DATASET")
        }
    };
    let test = ContractTest::run(&contract, &DataFile::at(&data)?).await?;
    match args.json {
        true => println!("{:#}", serde_json::to_value(&test)?),
        false => report::contract_test(&test),
    }
    Ok(match test.passed() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
