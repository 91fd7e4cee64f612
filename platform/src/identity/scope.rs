//! What a token allows.

/// One kind of action that a token may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Send records to input ports.
    Ingest,
    /// Ask models for predictions.
    Score,
    /// Read datasets with SQL.
    Query,
    /// Read what broke its contract, as it came, and put it in again.
    Quarantine,
    /// Decide which version of a model answers.
    Models,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 5] = [
        Self::Ingest,
        Self::Score,
        Self::Query,
        Self::Quarantine,
        Self::Models,
    ];

    /// The name in a token's `scope` claim.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingest => "mesh.ingest",
            Self::Score => "mesh.score",
            Self::Query => "mesh.query",
            Self::Quarantine => "mesh.quarantine",
            Self::Models => "mesh.models",
        }
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ScopeSet(u32);

impl ScopeSet {
    /// Reads a `scope` claim: names separated by spaces. Names of other systems are ignored.
    pub(super) fn parse(claim: &str) -> Self {
        let allowed = |scope: &Scope| claim.split(' ').any(|name| name == scope.name());
        Self(
            Scope::ALL
                .into_iter()
                .filter(allowed)
                .fold(0, |set, scope| set | bit(scope)),
        )
    }

    pub(super) fn contains(self, scope: Scope) -> bool {
        self.0 & bit(scope) != 0
    }
}

fn bit(scope: Scope) -> u32 {
    1 << scope as u32
}
