//! The contracts published mesh-wide, `contracts/<domain>/<contract>/<version>.odcs.yaml`, as they were when this
//! was built. A published version never changes.

use std::sync::LazyLock;

use crate::contract::Contract;

/// File and text of each.
const DOCUMENTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/published.rs"));

static CONTRACTS: LazyLock<Vec<Contract>> = LazyLock::new(|| {
    let parse = |(file, yaml): &(&str, &str)| {
        Contract::parse(file, yaml).expect("a test of this crate parses every published contract")
    };
    DOCUMENTS.iter().map(parse).collect()
});

/// All of them, ordered by domain and name.
pub fn all() -> &'static [Contract] {
    &CONTRACTS
}

/// The contract with this id or name, in this version or else the highest.
pub fn find(id_or_name: &str, version: Option<&str>) -> Option<Contract> {
    let named = all()
        .iter()
        .filter(|contract| contract.id() == id_or_name || contract.name() == id_or_name)
        .filter(|contract| version.is_none_or(|version| contract.version() == version));
    named.max_by_key(|contract| contract.precedence()).cloned()
}
