use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use mesh_contracts::{Contract, Publication, PublishedLock, may_publish};

use super::lint::LOCK;
use super::{files, read, text};

#[derive(Args)]
pub(crate) struct Publish {
    /// The contract.
    contract: PathBuf,
    /// Folder of the published contracts; a version goes to <domain>/<contract>/<version>.odcs.yaml there.
    #[arg(long, value_name = "DIR", default_value = "contracts")]
    to: PathBuf,
    /// Only say whether it may be published.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Publish) -> anyhow::Result<ExitCode> {
    let contract = read(&args.contract)?;
    if !args.to.is_dir() {
        bail!(
            "there is no folder {}: make it, or name the published contracts with --to DIR",
            args.to.display()
        );
    }
    let published = published(&args.to, &contract)?;
    let place = place(&contract);
    match may_publish(&contract, &published)? {
        _ if args.dry_run => println!("{place} may be published"),
        Publication::AlreadyPublished => {
            lock(&args.to, &place, &contract)?;
            println!("{place} is published already, and the same");
        }
        Publication::First | Publication::Next { .. } => {
            // The lock goes first: a crash between the two leaves a line too many, and never a file that is held to none.
            lock(&args.to, &place, &contract)?;
            write(&args.to.join(&place), &contract)?;
            println!("published {place}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where a contract is among the published ones.
pub(super) fn place(contract: &Contract) -> String {
    let (domain, name) = (contract.domain(), contract.name());
    format!("{domain}/{name}/{}.odcs.yaml", contract.version())
}

/// The versions of the contract that are published.
fn published(folder: &Path, contract: &Contract) -> anyhow::Result<Vec<Contract>> {
    let versions = folder.join(contract.domain()).join(contract.name());
    if !versions.is_dir() {
        return Ok(Vec::new());
    }
    let versions = files(&versions, &[".odcs.yaml"])?;
    let mut versions: Vec<Contract> = versions
        .iter()
        .map(|file| read(file))
        .collect::<anyhow::Result<_>>()?;
    // What was put there by hand is not published by that.
    if let Some(lock) = locked(folder)? {
        versions.retain(|version| {
            let place = place(version);
            lock.paths().any(|locked| locked == place)
        });
    }
    if let Some(other) = versions.iter().find(|other| other.id() != contract.id()) {
        bail!(
            "{} has the name {} too, with the id {}: give this contract that id, or a name of its own",
            other.domain(),
            contract.name(),
            other.id()
        );
    }
    Ok(versions)
}

fn lock(folder: &Path, place: &str, contract: &Contract) -> anyhow::Result<()> {
    let mut lock = locked(folder)?.unwrap_or_default();
    lock.add(place, contract.source().as_bytes())?;
    replace(&folder.join(LOCK), &lock.to_string())
}

/// The lock of the published contracts; none where nothing was published so far.
fn locked(folder: &Path) -> anyhow::Result<Option<PublishedLock>> {
    let file = folder.join(LOCK);
    if !file.exists() {
        return Ok(None);
    }
    let lock = PublishedLock::parse(&text(&file)?);
    lock.map(Some)
        .with_context(|| format!("{} cannot be read", file.display()))
}

fn write(file: &Path, contract: &Contract) -> anyhow::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    replace(file, contract.source())
}

/// Whole or not at all.
fn replace(path: &Path, text: &str) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
