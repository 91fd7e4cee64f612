//! What may be published: versions that go up, and whose numbers say what a change does.
//!
//! A published version never changes. Breaking changes demand a new major version, compatible ones at least a new
//! minor version; also below 1.0.0, for data that are used do not care how young their contract is.

mod lock;

use std::fmt;

use crate::contract::Contract;
use crate::diff::{Change, Diff, Direction, Verdict, diff};

pub use lock::{LockError, PublishedLock};

/// Whether a version of a contract may be published beside those that are.
///
/// `published` may hold other contracts as well; they do not count.
///
/// # Errors
/// Why not, and which version to write instead.
pub fn may_publish(
    new: &Contract,
    published: &[Contract],
) -> Result<Publication, PublicationError> {
    let versions = Versions::of(new, published);
    if let Some(same) = versions.find(new.version()) {
        return match same.source() == new.source() {
            true => Ok(Publication::AlreadyPublished),
            false => Err(versions.taken(same)),
        };
    }
    versions.goes_up()?;
    let Some(previous) = versions.before_new() else {
        return Ok(Publication::First);
    };
    let diff = diff(previous, new);
    versions.says_what_changes(previous, &diff)?;
    Ok(Publication::Next {
        previous: previous.version().to_owned(),
        diff,
    })
}

/// What publishing a version of a contract means.
#[derive(Clone, Debug, PartialEq)]
pub enum Publication {
    /// It is there, with the same bytes.
    AlreadyPublished,
    /// No lower version of the contract is there.
    First,
    /// It follows another version.
    Next { previous: String, diff: Diff },
}

/// Why a version of a contract may not be published.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PublicationError {
    #[error(
        "{contract} {version} is published and never changes{changes}; write the change as version {write}",
        changes = After(changes)
    )]
    VersionTaken {
        contract: String,
        version: String,
        /// What differs from what is published; empty where only comments or layout do.
        changes: Vec<Change>,
        write: String,
    },
    #[error(
        "{contract} {version} is older than {newest}, and versions go up; write version {write}"
    )]
    NotRaised {
        contract: String,
        version: String,
        newest: String,
        write: String,
    },
    #[error(
        "{contract} {version} breaks what {previous} promises{changes}; take this back, or write version {write} and \
         keep {previous} for those who use it",
        changes = After(changes)
    )]
    Breaking {
        contract: String,
        version: String,
        previous: String,
        changes: Vec<Change>,
        write: String,
    },
    #[error(
        "{contract} {version} is called a patch of {previous}, but changes more than words{changes}; write version \
         {write}",
        changes = After(changes)
    )]
    MoreThanAPatch {
        contract: String,
        version: String,
        previous: String,
        changes: Vec<Change>,
        write: String,
    },
}

impl PublicationError {
    /// Stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            PublicationError::VersionTaken { .. } => "contract-version-taken",
            PublicationError::NotRaised { .. } => "contract-version-not-raised",
            PublicationError::Breaking { .. } => "contract-breaking-change",
            PublicationError::MoreThanAPatch { .. } => "contract-more-than-a-patch",
        }
    }

    /// The lowest version under which the contract could be published.
    pub fn write(&self) -> &str {
        match self {
            PublicationError::VersionTaken { write, .. }
            | PublicationError::NotRaised { write, .. }
            | PublicationError::Breaking { write, .. }
            | PublicationError::MoreThanAPatch { write, .. } => write,
        }
    }

    /// The changes that are the reason.
    pub fn changes(&self) -> &[Change] {
        match self {
            PublicationError::NotRaised { .. } => &[],
            PublicationError::VersionTaken { changes, .. }
            | PublicationError::Breaking { changes, .. }
            | PublicationError::MoreThanAPatch { changes, .. } => changes,
        }
    }
}

/// Changes after a statement: `: age: the least value rises from 0 to 18 (minimum-raised)`.
struct After<'a>(&'a [Change]);

impl fmt::Display for After<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, change) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            change.fmt(f)?;
        }
        Ok(())
    }
}

/// The published versions of a contract, in their order, and the one that is to join them.
struct Versions<'a> {
    new: &'a Contract,
    published: Vec<&'a Contract>,
}

impl<'a> Versions<'a> {
    fn of(new: &'a Contract, published: &'a [Contract]) -> Versions<'a> {
        let same = published.iter().filter(|other| other.id() == new.id());
        let mut published: Vec<_> = same.collect();
        published.sort_by_key(|contract| contract.precedence());
        Versions { new, published }
    }

    fn find(&self, version: &str) -> Option<&'a Contract> {
        let mut published = self.published.iter().copied();
        published.find(|contract| contract.version() == version)
    }

    fn newest(&self) -> Option<&'a Contract> {
        self.published.last().copied()
    }

    fn newest_of_major(&self) -> Option<&'a Contract> {
        let of_major = |contract: &&&Contract| numbers(contract)[0] == numbers(self.new)[0];
        self.published.iter().rfind(of_major).copied()
    }

    /// The newest that is lower than the new one.
    fn before_new(&self) -> Option<&'a Contract> {
        let lower = |contract: &&&Contract| contract.precedence() < self.new.precedence();
        self.published.iter().rfind(lower).copied()
    }

    /// A major version may go on beside higher ones, but none begins below them.
    fn goes_up(&self) -> Result<(), PublicationError> {
        let newest = self.newest_of_major().or(self.newest());
        match newest {
            Some(newest) if newest.precedence() > self.new.precedence() => {
                Err(PublicationError::NotRaised {
                    contract: self.new.id().to_owned(),
                    version: self.new.version().to_owned(),
                    newest: newest.version().to_owned(),
                    write: self.after(newest),
                })
            }
            _ => Ok(()),
        }
    }

    fn says_what_changes(&self, previous: &Contract, diff: &Diff) -> Result<(), PublicationError> {
        let (was, is) = (numbers(previous), numbers(self.new));
        let contract = self.new.id().to_owned();
        let version = self.new.version().to_owned();
        let write = self.after(previous);
        let previous = previous.version().to_owned();
        match diff.verdict_both() {
            Verdict::Breaking if was[0] == is[0] => Err(PublicationError::Breaking {
                contract,
                version,
                previous,
                changes: at_least(diff, Verdict::Breaking),
                write,
            }),
            Verdict::Compatible if was[..2] == is[..2] => Err(PublicationError::MoreThanAPatch {
                contract,
                version,
                previous,
                changes: at_least(diff, Verdict::Compatible),
                write,
            }),
            _ => Ok(()),
        }
    }

    fn taken(&self, same: &Contract) -> PublicationError {
        PublicationError::VersionTaken {
            contract: self.new.id().to_owned(),
            version: self.new.version().to_owned(),
            changes: diff(same, self.new).changes().to_vec(),
            write: self.after(self.newest_of_major().unwrap_or(same)),
        }
    }

    /// The version that the new text may have after `previous`.
    fn after(&self, previous: &Contract) -> String {
        let [major, minor, patch] = numbers(previous);
        match diff(previous, self.new).verdict_both() {
            Verdict::Breaking => {
                let highest = self.newest().map_or(major, |newest| numbers(newest)[0]);
                format!("{}.0.0", highest + 1)
            }
            Verdict::Compatible => format!("{major}.{}.0", minor + 1),
            Verdict::Cosmetic => format!("{major}.{minor}.{}", patch + 1),
        }
    }
}

/// The changes that are as bad as `verdict` for one of the ports.
fn at_least(diff: &Diff, verdict: Verdict) -> Vec<Change> {
    let directions = [Direction::Input, Direction::Output];
    let bad = |change: &&Change| {
        let mut verdicts = directions
            .iter()
            .map(|direction| change.verdict(*direction));
        verdicts.any(|found| found >= verdict)
    };
    diff.changes().iter().filter(bad).cloned().collect()
}

/// A contract's version is three numbers; there are no pre-releases.
fn numbers(contract: &Contract) -> [u64; 3] {
    let mut numbers = contract.version().split('.').map(str::parse);
    [(); 3].map(|()| numbers.next().and_then(Result::ok).unwrap_or(0))
}

#[cfg(test)]
mod tests;
