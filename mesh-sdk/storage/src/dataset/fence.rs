//! Two writers of one source: the one that was overtaken is told so, and never doubles a row.

use std::collections::BTreeMap;

use super::{Dataset, Writer};
use crate::StorageError;

/// How far this process was told that its sources have come. A commit continues from there; if the table has come to
/// somewhere else, another writer was at work, and its rows may be among those that are to be committed.
///
/// Delta's own check sees only what came in since the state that a commit begins with. It refuses once; this one until
/// the writer has asked.
#[derive(Default)]
pub(super) struct Fence(BTreeMap<String, u64>);

impl Fence {
    pub(super) fn told(&mut self, source: &str, reached: u64) {
        self.0.insert(source.to_owned(), reached);
    }

    /// A commit up to `next` is in the table, whoever made it.
    pub(super) fn passed(&mut self, progress: &BTreeMap<String, u64>) {
        for (source, next) in progress {
            let reached = self.0.entry(source.clone()).or_default();
            *reached = (*reached).max(*next);
        }
    }

    fn expects(&self, source: &str, reached: u64) -> bool {
        self.0.get(source).is_none_or(|told| *told == reached)
    }
}

/// What the marks of a commit say of its rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// How far their sources were read: who comes to what was read before repeats itself.
    Read,
    /// A number that they alone have: who comes to one that is taken has other rows than those that took it.
    Numbers,
}

impl Dataset {
    /// What of `progress` the table does not have yet, or nothing where all of it was committed before. Marks only
    /// ever move on: a writer that repeats a part of what it did before a crash must not make the table forget the rest.
    ///
    /// # Errors
    /// [`StorageError::Overtaken`]
    pub(super) async fn ahead(
        &self,
        writer: &mut Writer,
        progress: &BTreeMap<String, u64>,
        marks: Marks,
    ) -> Result<Option<BTreeMap<String, u64>>, StorageError> {
        let mut ahead = BTreeMap::new();
        let mut overtaken = None;
        for (source, next) in progress {
            let reached = self.committed(writer, source).await?;
            if reached < *next {
                ahead.insert(source.clone(), *next);
            } else if marks == Marks::Numbers {
                return Err(self.overtaken(source));
            }
            if !writer.fence.expects(source, reached) {
                overtaken = Some(source);
            }
        }
        if ahead.is_empty() && !progress.is_empty() {
            writer.fence.passed(progress);
            return Ok(None);
        }
        match overtaken {
            Some(source) => Err(self.overtaken(source)),
            None => Ok(Some(ahead)),
        }
    }

    pub(super) fn overtaken(&self, source: &str) -> StorageError {
        StorageError::Overtaken {
            dataset: self.name.clone(),
            source_name: source.to_owned(),
        }
    }
}
