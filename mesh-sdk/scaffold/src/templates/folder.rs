//! A folder of templates, built in or on disk -> its files.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::Dir;

use crate::ScaffoldError;

pub(super) fn embedded(folder: &Dir<'_>, files: &mut BTreeMap<String, Vec<u8>>) {
    for file in folder.files() {
        files.insert(name(file.path()), file.contents().to_vec());
    }
    for below in folder.dirs() {
        embedded(below, files);
    }
}

pub(super) fn on_disk(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, ScaffoldError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(ScaffoldError::file(&folder))? {
            let path = entry.map_err(ScaffoldError::file(&folder))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).map_err(ScaffoldError::file(&path))?;
            let relative = path.strip_prefix(root).unwrap_or(&path);
            files.insert(name(relative), bytes);
        }
    }
    Ok(files)
}

/// With slashes, whatever the system has.
fn name(path: &Path) -> String {
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}
