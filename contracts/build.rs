//! Embeds the published contracts: writes the list of them, each with its text, for `src/published.rs`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=.");
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR")?);
    let mut documents = Vec::new();
    find(&root, &mut documents)?;
    documents.sort();
    let mut list = String::from("&[\n");
    for document in documents {
        let name = document.strip_prefix(&root).map_err(io::Error::other)?;
        list.push_str(&format!("    ({name:?}, include_str!({document:?})),\n"));
    }
    list.push_str("]\n");
    fs::write(Path::new(&env("OUT_DIR")?).join("published.rs"), list)
}

fn find(folder: &Path, documents: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, documents)?;
        } else if path.to_string_lossy().ends_with(".odcs.yaml") {
            documents.push(path);
        }
    }
    Ok(())
}

fn env(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(io::Error::other)
}
