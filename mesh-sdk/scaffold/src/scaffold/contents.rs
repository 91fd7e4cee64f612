//! What a product begins with, and what is its team's from then on: contracts and data.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::ScaffoldError;
use crate::infer::Inferred;
use crate::templates::Files;

/// Rows that a product starts with at most: they are part of its folder, and in memory while they load.
const MOST_STARTING_ROWS: u64 = 1_000_000;

/// What the template's example is called.
const EXAMPLE: &str = "appointments.csv";
const SCHEMA: &str = ".mesh/mesh.schema.json";

/// A file that can be read twice.
pub(super) enum Data<'a> {
    File(&'a Path),
    Example(&'a [u8]),
}

impl Data<'_> {
    /// Of the file, without its folder.
    pub(super) fn name(&self) -> String {
        match self {
            Data::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.replace(char::is_control, " ")
            }
            Data::Example(_) => EXAMPLE.to_owned(),
        }
    }

    pub(super) fn open(&self) -> Result<Box<dyn Read + '_>, ScaffoldError> {
        match self {
            Data::File(path) => {
                let file = File::open(path).map_err(ScaffoldError::file(*path))?;
                Ok(Box::new(BufReader::new(file)))
            }
            Data::Example(bytes) => Ok(Box::new(Cursor::new(bytes))),
        }
    }
}

/// Files that no template touches again.
#[derive(Default)]
pub(super) struct Contents {
    files: Files,
}

impl Contents {
    pub(super) fn contract(&mut self, name: &str, yaml: String) {
        let path = PathBuf::from(format!("contracts/{name}.odcs.yaml"));
        self.files.insert(path, yaml.into_bytes());
    }

    /// The rows that the dataset starts with; returns how many.
    pub(super) fn data(
        &mut self,
        dataset: &str,
        inferred: &Inferred,
        data: &Data<'_>,
    ) -> Result<u64, ScaffoldError> {
        let mut clean = Vec::new();
        let rows = inferred.write_clean(data.open()?, &mut clean, MOST_STARTING_ROWS)?;
        self.files
            .insert(format!("data/{dataset}.csv").into(), clean);
        Ok(rows)
    }

    /// The schema of `mesh.yaml`, where its first line points.
    pub(super) fn schema(&mut self, schema: &str) {
        self.files.insert(SCHEMA.into(), schema.as_bytes().to_vec());
    }

    pub(super) fn paths(&self) -> Vec<String> {
        let paths = self.files.keys();
        paths
            .map(|path| path.to_string_lossy().into_owned())
            .collect()
    }

    pub(super) fn into_files(self) -> Files {
        self.files
    }
}
