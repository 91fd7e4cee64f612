use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use mesh_contracts::{Contract, DocumentError, ProductDescription, PublishedLock};

use super::{files, name, publish, text};
use crate::message::counted;

const CONTRACT: &str = ".odcs.yaml";
const PRODUCT: &str = ".odps.yaml";
/// Beside published contracts: what each of them was when it was published.
pub(super) const LOCK: &str = "published.lock";

#[derive(Args)]
pub(crate) struct Lint {
    /// Documents (*.odcs.yaml, *.odps.yaml), or folders of them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print the mistakes as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Lint) -> anyhow::Result<ExitCode> {
    let mut documents = Vec::new();
    for path in &args.paths {
        documents.extend(files(path, &[CONTRACT, PRODUCT])?);
    }
    if documents.is_empty() {
        bail!(
            "there is no document here: name files that end in {CONTRACT} or {PRODUCT}, or a folder of them"
        );
    }
    let mut mistakes = Vec::new();
    for document in &documents {
        mistakes.extend(lint(document)?);
    }
    if args.json {
        let list: Vec<_> = mistakes.iter().map(as_json).collect();
        println!("{:#}", serde_json::Value::from(list));
    } else {
        for mistake in &mistakes {
            println!("{mistake}");
        }
        eprintln!(
            "{}, {}",
            counted(documents.len(), "document"),
            counted(mistakes.len(), "mistake")
        );
    }
    Ok(match mistakes.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn lint(path: &Path) -> anyhow::Result<Vec<DocumentError>> {
    let (file, yaml) = (name(path), text(path)?);
    if file.ends_with(PRODUCT) {
        return Ok(ProductDescription::lint(&file, &yaml));
    }
    let mut mistakes = Contract::lint(&file, &yaml);
    mistakes.extend(changed_after_publication(path, &yaml)?);
    Ok(mistakes)
}

/// Whether a published file is still what was published.
fn changed_after_publication(path: &Path, yaml: &str) -> anyhow::Result<Option<DocumentError>> {
    // In full: the lock may be above the folder that this runs in.
    let full = path
        .canonicalize()
        .with_context(|| format!("cannot read {}", path.display()))?;
    let has_lock = |folder: &&Path| folder.join(LOCK).is_file();
    let Some(root) = full.ancestors().skip(1).find(has_lock) else {
        return Ok(None);
    };
    let lock = root.join(LOCK);
    let lock = PublishedLock::parse(&text(&lock)?)
        .with_context(|| format!("{} cannot be read", lock.display()))?;
    let relative = full.strip_prefix(root)?.to_string_lossy().into_owned();
    let is_published = |contract: Contract| publish::place(&contract) == relative;
    let is_locked = lock.paths().any(|locked| locked == relative);
    if !is_locked && !Contract::parse(&relative, yaml).is_ok_and(is_published) {
        return Ok(None);
    }
    Ok(lock
        .verify(&relative, yaml.as_bytes())
        .err()
        .map(|error| DocumentError::of_file(&name(path), error.to_string())))
}

fn as_json(mistake: &DocumentError) -> serde_json::Value {
    serde_json::json!({
        "file": mistake.file(),
        "line": mistake.line(),
        "column": mistake.column(),
        "path": mistake.path(),
        "message": mistake.to_string(),
    })
}
