use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::read;

#[derive(Args)]
pub(crate) struct Docs {
    /// The contract.
    #[arg(value_name = "CONTRACT")]
    contract: PathBuf,
    /// The HTML file to write [default: the contract's name and version, in this folder; - for standard output].
    #[arg(long, short)]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Docs) -> anyhow::Result<ExitCode> {
    let contract = read(&args.contract)?;
    let html = mesh_catalog::contract_html(&contract);
    let named = || PathBuf::from(format!("{}-{}.html", contract.name(), contract.version()));
    let output = args.output.clone().unwrap_or_else(named);
    if output.as_os_str() == "-" {
        print!("{html}");
        return Ok(ExitCode::SUCCESS);
    }
    std::fs::write(&output, html).with_context(|| format!("cannot write {}", output.display()))?;
    eprintln!("wrote {}", output.display());
    Ok(ExitCode::SUCCESS)
}
