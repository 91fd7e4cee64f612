//! Contracts and a product of the tests, whose files they may change.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::process::{mesh_in, text};

/// A contract; a test edits it with [`Folder::edit`].
pub(crate) const BEDS: &str = r#"apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:beds
name: beds
version: 1.0.0
status: active
domain: testing
description: { purpose: Counts of beds. }
schema:
  - name: beds
    quality:
      - { metric: rowCount, mustBeGreaterThan: 2, name: enough }
    properties:
      - { name: ward, logicalType: string, required: true, logicalTypeOptions: { maxLength: 20 } }
      - { name: beds, logicalType: integer, required: true, logicalTypeOptions: { minimum: 0, maximum: 100 } }
"#;

/// Headers as people write them, and cells that are empty.
const BEDS_CSV: &str = "\
Ward Name,Beds (total),Beds (total),Seen On,
north,10,7,2026-01-02,x
south,12,,2026-01-03,
north,10,10,2026-01-04,y
";

/// A folder that goes with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    /// With `beds.odcs.yaml` in it.
    pub(crate) fn with_contract() -> Folder {
        let folder = Folder::new();
        folder.write("beds.odcs.yaml", BEDS);
        folder
    }

    /// With `wards/` in it, a product that `mesh new` made of a CSV file.
    pub(crate) fn with_product() -> Folder {
        let folder = Folder::new();
        folder.write("beds.csv", BEDS_CSV);
        let new = "new wards --domain testing --template dataset --from-csv beds.csv";
        mesh_in(folder.path(), &words(new)).well();
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Puts `new` in the place of `old`, which has to be there.
    pub(crate) fn edit(&self, path: &str, old: &str, new: &str) {
        self.write(path, &replaced(&self.read(path), old, new));
    }

    /// Every file below, relative to the folder, in order.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(self.path(), self.path(), &mut found);
        found.sort_unstable();
        found
    }

    /// Runs the command line in the folder; the arguments are the words of `line`.
    pub(crate) fn mesh(&self, line: &str) -> crate::process::Ended {
        mesh_in(self.path(), &words(line))
    }
}

/// `text` with `new` in the place of `old`, which has to be there.
pub(crate) fn replaced(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "there is no {old} in {text}");
    text.replacen(old, new, 1)
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(root, &path, found);
        } else {
            found.push(text(path.strip_prefix(root).unwrap()).to_owned());
        }
    }
}
