use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

const HEADER: &str = "\
# SHA-256 of every published contract version, as `sha256sum --check` reads it. A published version never changes:
# write a change as a new version, and add a line for it.
";

/// What the published files were when they were published: a line with digest and path for each, ordered by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedLock {
    digests: BTreeMap<String, String>,
}

/// Why a file, or the lock itself, is not as it was published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    #[error(
        "line {line} of the lock is no SHA-256 in small letters, two spaces and a path; put back what was there"
    )]
    Malformed { line: usize },
    #[error(
        "line {line} of the lock: {path} does not come after the path before it; order the lines by path"
    )]
    Unordered { line: usize, path: String },
    #[error(
        "{path} is published and was changed; put it back as it was, and write the change as a new version"
    )]
    Changed { path: String },
    #[error("{path} is not in the lock; add it when it is published")]
    Unknown { path: String },
}

impl LockError {
    /// Stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            LockError::Malformed { .. } | LockError::Unordered { .. } => "published-lock-invalid",
            LockError::Changed { .. } => "published-contract-changed",
            LockError::Unknown { .. } => "published-contract-not-locked",
        }
    }
}

impl PublishedLock {
    /// Reads a lock. Empty lines and those that start with `#` say nothing.
    ///
    /// # Errors
    /// The first line that is malformed, or out of order.
    pub fn parse(text: &str) -> Result<PublishedLock, LockError> {
        let mut lock = PublishedLock::default();
        for (index, entry) in text.lines().enumerate() {
            let line = index + 1;
            if entry.is_empty() || entry.starts_with('#') {
                continue;
            }
            let (digest, path) = entry
                .split_once("  ")
                .filter(|(digest, path)| is_digest(digest) && !path.trim().is_empty())
                .ok_or(LockError::Malformed { line })?;
            let path = path.to_owned();
            if lock.paths().last().is_some_and(|last| *last >= *path) {
                return Err(LockError::Unordered { line, path });
            }
            lock.digests.insert(path, digest.to_owned());
        }
        Ok(lock)
    }

    /// Checks that a file is as it was published; `path` is relative to the folder of the lock, with slashes.
    ///
    /// # Errors
    /// It was changed, or the lock does not know it.
    pub fn verify(&self, path: &str, bytes: &[u8]) -> Result<(), LockError> {
        let path = path.to_owned();
        match self.digests.get(&path) {
            None => Err(LockError::Unknown { path }),
            Some(published) if *published != digest(bytes) => Err(LockError::Changed { path }),
            Some(_) => Ok(()),
        }
    }

    /// Adds a file that is published now; one that is there with the same bytes stays.
    ///
    /// # Errors
    /// It is there with other bytes.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), LockError> {
        match self.verify(path, bytes) {
            Err(LockError::Unknown { path }) => {
                self.digests.insert(path, digest(bytes));
                Ok(())
            }
            known => known,
        }
    }

    /// The files that it knows, in order.
    pub fn paths(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.digests.keys().map(String::as_str)
    }
}

impl fmt::Display for PublishedLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADER)?;
        self.digests
            .iter()
            .try_for_each(|(path, digest)| writeln!(f, "{digest}  {path}"))
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
