//! The rules that changes are judged by: what each kind of change does to producers and to consumers, and why.

pub(super) mod document;
pub(super) mod limits;
pub(super) mod promises;
pub(super) mod properties;

use super::Verdict::{self, Breaking, Compatible, Cosmetic};

/// What one kind of change does to the ports of the contract.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable: `minimum-raised`.
    pub id: &'static str,
    /// For those who send records.
    pub input: Verdict,
    /// For those who read them.
    pub output: Verdict,
    /// Whether a person should look at the change, whatever the verdict: what it means cannot be told from the
    /// documents alone.
    pub review: bool,
    /// The reason, in a sentence.
    pub because: &'static str,
    /// What happens, in words, with places for `{field}`, `{old}`, `{new}` and `{change}`.
    pub(super) says: &'static str,
}

/// Every rule there is, grouped by what it is about.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    let limits = limits::LIMITS.iter().flat_map(|limit| limit.rules());
    let groups = [properties::ALL, limits::ALL, promises::ALL, document::ALL];
    groups.into_iter().flatten().copied().chain(limits)
}

/// Where fewer values are accepted.
const NARROWER: &str = "Records that were accepted are refused; consumers meet no value that they did not meet before.";
/// Where more values are accepted.
const WIDER: &str = "Every record that was accepted still is; consumers meet values that the version before excluded.";

const fn rule(
    id: &'static str,
    (input, output): (Verdict, Verdict),
    says: &'static str,
    because: &'static str,
) -> Rule {
    Rule {
        id,
        input,
        output,
        review: false,
        because,
        says,
    }
}

const fn narrower(id: &'static str, says: &'static str) -> Rule {
    rule(id, (Breaking, Compatible), says, NARROWER)
}

const fn wider(id: &'static str, says: &'static str) -> Rule {
    rule(id, (Compatible, Breaking), says, WIDER)
}

const fn breaking(id: &'static str, says: &'static str, because: &'static str) -> Rule {
    rule(id, (Breaking, Breaking), says, because)
}

const fn breaks_producers(id: &'static str, says: &'static str, because: &'static str) -> Rule {
    rule(id, (Breaking, Compatible), says, because)
}

const fn breaks_consumers(id: &'static str, says: &'static str, because: &'static str) -> Rule {
    rule(id, (Compatible, Breaking), says, because)
}

const fn compatible(id: &'static str, says: &'static str, because: &'static str) -> Rule {
    rule(id, (Compatible, Compatible), says, because)
}

const fn cosmetic(id: &'static str, says: &'static str, because: &'static str) -> Rule {
    rule(id, (Cosmetic, Cosmetic), says, because)
}

impl Rule {
    const fn for_review(self) -> Rule {
        Rule {
            review: true,
            ..self
        }
    }
}
