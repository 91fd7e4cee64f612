//! Embeds the published contracts: writes the list of them, each with its text, for `src/published.rs`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=.");
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR")?);
    let mut list = String::from("&[\n");
    for document in find(&root)? {
        let name = document.strip_prefix(&root).map_err(io::Error::other)?;
        let text = fs::read_to_string(&document)?;
        list.push_str(&format!("    ({name:?}, {text:?}),\n"));
    }
    list.push_str("]\n");
    fs::write(Path::new(&env("OUT_DIR")?).join("published.rs"), list)
}

/// `<domain>/<contract>/<version>.odcs.yaml`
fn find(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut documents = Vec::new();
    // What tests read is not published.
    let domains = folders(root)?
        .into_iter()
        .filter(|path| !path.ends_with("tests"));
    for domain in domains {
        for contract in folders(&domain)? {
            documents.extend(entries(&contract)?);
        }
    }
    documents.retain(|path| path.to_string_lossy().ends_with(".odcs.yaml"));
    documents.sort();
    Ok(documents)
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = entries(folder)?;
    folders.retain(|path| path.is_dir());
    Ok(folders)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect()
}

fn env(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(io::Error::other)
}
