//! `mesh contract`: check, compare, publish and show contracts.

mod diff;
mod docs;
mod lint;
mod publish;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use mesh_contracts::Contract as Document;
use tokio::runtime::Runtime;

#[derive(Subcommand)]
pub(crate) enum Contract {
    /// Hold documents to their standards (ODCS 3.2, ODPS 1.x) and to what this mesh needs; tells every mistake with its place.
    Lint(lint::Lint),
    /// Hold data to a contract: every row, and the quality rules of the whole.
    Test(test::Test),
    /// Name every change between two versions of a contract, and whom it breaks.
    Diff(diff::Diff),
    /// Put a version among the published ones, if it breaks nobody unnoticed.
    Publish(publish::Publish),
    /// Render a contract as one HTML file that opens without a server.
    Docs(docs::Docs),
}

pub(crate) fn run(command: &Contract) -> anyhow::Result<ExitCode> {
    match command {
        Contract::Lint(args) => lint::run(args),
        Contract::Test(args) => Runtime::new()?.block_on(test::run(args)),
        Contract::Diff(args) => diff::run(args),
        Contract::Publish(args) => publish::run(args),
        Contract::Docs(args) => docs::run(args),
    }
}

/// The contract in a file.
fn read(path: &Path) -> anyhow::Result<Document> {
    Ok(Document::parse(&name(path), &text(path)?)?)
}

fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A file as messages name it.
fn name(path: &Path) -> String {
    path.display().to_string()
}

/// The files below `path` whose names end in one of `endings`, in order; `path` itself if it is a file.
fn files(path: &Path, endings: &[&str]) -> anyhow::Result<Vec<PathBuf>> {
    let known = std::fs::metadata(path)
        .with_context(|| format!("there is no file or folder {}", path.display()))?;
    if known.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let file = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type()? {
                kind if kind.is_dir() && !hidden => folders.push(file),
                kind if kind.is_file() => found.push(file),
                _ => {}
            }
        }
    }
    found.retain(|file| endings.iter().any(|ending| name(file).ends_with(ending)));
    found.sort_unstable();
    Ok(found)
}
