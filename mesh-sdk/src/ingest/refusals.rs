use mesh_contracts::Violation;
use serde::Serialize;

/// Most violations that one answer lists.
const LISTED: usize = 1000;

/// What was refused of a request: the first violations, and how many there are.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    listed: Vec<Refusal>,
    violations: usize,
}

/// A rule that a record breaks.
#[derive(Debug, Serialize)]
pub(crate) struct Refusal {
    /// Place of the record in the request, from 0.
    record: usize,
    /// Line of the request on which the record starts, from 1; for NDJSON and CSV.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(flatten)]
    violation: Violation,
}

impl Refusals {
    pub(crate) fn add(&mut self, record: usize, line: Option<u64>, violations: Vec<Violation>) {
        self.violations += violations.len();
        let room = LISTED - self.listed.len();
        self.listed
            .extend(violations.into_iter().take(room).map(|violation| Refusal {
                record,
                line,
                violation,
            }));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.violations == 0
    }

    /// How many violations there are, those not listed included.
    pub(crate) fn violations(&self) -> usize {
        self.violations
    }

    /// The first of them.
    pub(crate) fn listed(&self) -> &[Refusal] {
        &self.listed
    }
}
