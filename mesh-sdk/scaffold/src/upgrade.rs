//! A newer version of the template, and what the team has made of the product: both are kept.
//!
//! Three-way, as git merges: what the old version of the template gave is the base, what the new one gives and what
//! is on disk are the two sides. Starting content, the contracts and the data, is the team's and never touched.

mod apply;
mod merge;

use std::path::{Path, PathBuf};

use crate::record::Record;
use crate::templates::Files;
use crate::{ScaffoldError, Templates};
use merge::Outcome;

/// What an upgrade does with one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// The template did not change it, or the product has it so already.
    Unchanged,
    /// The template changed it, the team did not.
    Updated,
    /// New in the template.
    Added,
    /// No longer in the template, and never changed by the team.
    Removed,
    /// Both changed it, in different places.
    Merged,
    /// Both changed the same lines: both are in the file, between marks, for a person to choose.
    Conflicted,
    /// No longer in the template, or not text, and changed by the team: it stays as it is.
    Kept,
    /// The team deleted it: it stays deleted.
    Deleted,
}

/// What an upgrade does with one file, and the file's state.
#[derive(Clone, Debug)]
pub struct FileChange {
    path: PathBuf,
    state: FileState,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
}

impl FileChange {
    /// Relative to the product.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn state(&self) -> FileState {
        self.state
    }

    /// The content the file will have; none if it will not be there.
    pub fn after(&self) -> Option<&[u8]> {
        self.after.as_deref()
    }
}

/// The way from the version of a template that a product was made from to another.
#[derive(Clone, Debug)]
pub struct Upgrade {
    record: Record,
    from: String,
    files: Vec<FileChange>,
}

impl Upgrade {
    pub fn template(&self) -> &str {
        &self.record.template
    }

    /// The version that the product is of.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The version that it would be of.
    pub fn to(&self) -> &str {
        &self.record.version
    }

    /// Whether there is a newer version at all.
    pub fn is_available(&self) -> bool {
        self.from != self.record.version
    }

    /// Every file of either version, ordered by path.
    pub fn files(&self) -> &[FileChange] {
        &self.files
    }

    /// Whether a person has to choose in some file.
    pub fn has_conflicts(&self) -> bool {
        self.files
            .iter()
            .any(|file| file.state == FileState::Conflicted)
    }

    /// Writes what changes, each file at once, and the record last: an upgrade that is cut short can be made again.
    ///
    /// # Errors
    /// [`ScaffoldError::Changed`] before anything is written, if a file is not what it was when this was planned.
    pub fn apply(&self, product: &Path) -> Result<(), ScaffoldError> {
        apply::apply(self, product)
    }
}

/// What it takes to bring the product in a folder to a version of its template, or else to the newest. Writes nothing.
///
/// # Errors
/// A folder without a readable record, an unknown version, or a file with a conflict that nobody has resolved.
pub fn plan_upgrade(
    product: &Path,
    templates: &Templates,
    to: Option<&str>,
) -> Result<Upgrade, ScaffoldError> {
    let record = Record::read(product)?;
    let newest = templates.newest(&record.template)?;
    let has = match templates.version(&record.template, &record.version) {
        Ok(version) => version,
        Err(_) if crate::version::Version::parse(&record.version) > Some(newest) => {
            return Err(ScaffoldError::NewerMesh {
                template: record.template,
                version: record.version,
            });
        }
        Err(error) => return Err(error),
    };
    let wanted = match to {
        Some(version) => templates.version(&record.template, version)?,
        None => newest,
    };
    if wanted < has {
        return Err(ScaffoldError::Backwards {
            template: record.template,
            has: has.to_string(),
            wanted: wanted.to_string(),
        });
    }
    let render = |version: String| templates.render(&record.template, &version, &record.answers);
    let base = render(has.to_string())?;
    let theirs = render(wanted.to_string())?;
    let label = format!("template {wanted}");
    Ok(Upgrade {
        files: files(product, &base, &theirs, &label)?,
        from: has.to_string(),
        record: Record {
            version: wanted.to_string(),
            ..record
        },
    })
}

fn files(
    product: &Path,
    base: &Files,
    theirs: &Files,
    label: &str,
) -> Result<Vec<FileChange>, ScaffoldError> {
    let mut paths: Vec<&PathBuf> = base.keys().chain(theirs.keys()).collect();
    paths.sort();
    paths.dedup();
    let change = |path: &PathBuf| {
        let before = read(&product.join(path))?;
        if let Some(line) = before.as_deref().and_then(merge::conflict) {
            return Err(ScaffoldError::Unresolved {
                path: path.clone(),
                line,
            });
        }
        let (base, theirs) = (base.get(path), theirs.get(path));
        let Outcome { state, after } = merge::file(base, theirs, before.as_ref(), label);
        Ok(FileChange {
            path: path.clone(),
            state,
            before,
            after,
        })
    };
    paths.into_iter().map(change).collect()
}

/// The file's bytes; none if there is no such file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, ScaffoldError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ScaffoldError::file(path)(error)),
    }
}
