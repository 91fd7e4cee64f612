//! YAML documents: read within limits, and with the place of every mistake.

mod cursor;
mod edit;
mod map;
mod node;
mod schema;

use std::fmt;

use serde::de::DeserializeOwned;
use serde_saphyr::options::AliasLimits;
use serde_saphyr::{Location, MergeKeyPolicy, MessageFormatter, UserMessageFormatter};

pub(crate) use cursor::{Cursor, Fields};
pub use edit::edited;
pub use map::DocumentMap;
pub(crate) use node::{Node, NodeValue};
pub use schema::{DocumentSchema, SchemaError};

const LARGEST_DOCUMENT: usize = 1 << 20;
const DEEPEST_NESTING: usize = 40;

/// What is wrong with a document, where, and what to write instead.
///
/// Displays as `file:line:column: path: what is wrong; what to write instead`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct DocumentError {
    file: String,
    line: u64,
    column: u64,
    path: String,
    problem: String,
    remedy: String,
}

impl DocumentError {
    /// What is wrong with a file as a whole.
    pub fn of_file(file: &str, problem: impl Into<String>) -> DocumentError {
        DocumentError::new(file, Location::UNKNOWN, String::new(), problem, "")
    }

    pub(crate) fn new(
        file: &str,
        location: Location,
        path: String,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> DocumentError {
        DocumentError {
            file: file.to_owned(),
            line: location.line().max(1),
            column: location.column().max(1),
            path,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// The same mistake, and another way out of it that is to be tried first.
    pub(crate) fn or_rather(mut self, remedy: &str) -> DocumentError {
        self.remedy = format!("{remedy}, or {}", self.remedy);
        self
    }

    /// Stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        "document-invalid"
    }

    /// The file, as the caller named it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Line of the mistake, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Column of the mistake, from 1.
    pub fn column(&self) -> u64 {
        self.column
    }

    /// `schema[0].properties[3].logicalTypeOptions.minimum`; empty for the document itself.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.problem)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}

/// Reads any YAML document of the mesh into a type of the caller.
///
/// At most 1 MiB, 40 levels deep; duplicate keys and merge keys are refused. `file` only names it in errors.
///
/// # Errors
/// The first mistake, with its line, column and path.
pub fn parse_document<T: DeserializeOwned>(file: &str, yaml: &str) -> Result<T, DocumentError> {
    let mut path = String::new();
    let read = read(file, yaml, |yaml| {
        serde_path_to_error::deserialize(yaml).map_err(|error| {
            path = error.path().to_string();
            error.into_inner()
        })
    });
    let path = if path == "." { String::new() } else { path };
    read.map_err(|error| DocumentError { path, ..error })
}

/// What `deserialize` makes of a document, within the limits of all documents.
fn read<T>(
    file: &str,
    yaml: &str,
    deserialize: impl FnOnce(serde_saphyr::Deserializer<'_, '_>) -> Result<T, serde_saphyr::Error>,
) -> Result<T, DocumentError> {
    if yaml.len() > LARGEST_DOCUMENT {
        return Err(DocumentError::new(
            file,
            Location::UNKNOWN,
            String::new(),
            format!("the document has {} bytes", yaml.len()),
            format!("write at most {LARGEST_DOCUMENT}"),
        ));
    }
    let read = serde_saphyr::with_deserializer_from_str_with_options(yaml, options(), deserialize);
    read.map_err(|error| {
        let error = error.without_snippet();
        let problem = UserMessageFormatter.format_message(error);
        let location = error.location().unwrap_or(Location::UNKNOWN);
        DocumentError::new(file, location, String::new(), problem, "")
    })
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST_NESTING,
            flow_nesting_limit: DEEPEST_NESTING,
            max_documents: 1,
            max_events: 100_000,
            max_nodes: 50_000,
            max_anchors: 100,
            max_aliases: 1_000,
        },
        alias_limits: AliasLimits::default(),
        merge_keys: MergeKeyPolicy::Error,
        strict_booleans: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

#[cfg(test)]
mod tests;
