//! Where the contracts are that a product's ports name: in the product's own `contracts/` folder, or published
//! mesh-wide.

use mesh_contracts::{Contract, published};

use crate::{ProductFiles, SdkError};

pub(super) const FOLDER: &str = "contracts";
const ENDING: &str = ".odcs.yaml";

/// The contracts that a product may name.
pub(super) struct Contracts {
    own: Vec<Contract>,
}

impl Contracts {
    pub(super) fn read(files: &ProductFiles) -> Result<Contracts, SdkError> {
        let paths = files.list(FOLDER, ENDING).map_err(SdkError::file(FOLDER))?;
        let mut own: Vec<Contract> = Vec::new();
        for path in paths {
            let yaml = files.read_text(&path).map_err(SdkError::file(&path))?;
            let contract = Contract::parse(&path, &yaml)?;
            if let Some(published) = published::find(contract.id(), Some(contract.version()))
                && published.source() != contract.source()
            {
                return Err(SdkError::Contract {
                    file: path,
                    message: format!(
                        "{} {} is published mesh-wide with another text, and a published version never changes; \
                         give this one a version of its own",
                        contract.id(),
                        contract.version()
                    ),
                });
            }
            if own.iter().any(|other| same(other, &contract)) {
                return Err(SdkError::Contract {
                    file: path,
                    message: format!(
                        "another file of the product is {} {} too; keep one of them",
                        contract.id(),
                        contract.version()
                    ),
                });
            }
            own.push(contract);
        }
        Ok(Contracts { own })
    }

    /// The contract, or the ones there are.
    pub(super) fn find(&self, id: &str, version: &str) -> Result<Contract, String> {
        let own = self
            .own
            .iter()
            .find(|contract| contract.id() == id && contract.version() == version);
        own.cloned()
            .or_else(|| published::find(id, Some(version)))
            .ok_or_else(|| self.not_found(id, version))
    }

    /// Every version of every contract that the product knows.
    pub(super) fn all(&self) -> impl Iterator<Item = &Contract> {
        self.own.iter().chain(published::all())
    }

    fn not_found(&self, id: &str, version: &str) -> String {
        let versions: Vec<&str> = self
            .all()
            .filter(|contract| contract.id() == id)
            .map(Contract::version)
            .collect();
        if !versions.is_empty() {
            let versions = versions.join(", ");
            return format!("contract {id} has no version {version}; there is {versions}");
        }
        let ids: Vec<&str> = self.all().map(Contract::id).collect();
        match mesh_contracts::closest(id, ids.iter().copied()) {
            Some(near) => format!("there is no contract {id}; did you mean `{near}`?"),
            None => format!(
                "there is no contract {id}, neither in {FOLDER}/ of the product nor published; there are {}",
                ids.join(", ")
            ),
        }
    }
}

fn same(one: &Contract, other: &Contract) -> bool {
    (one.id(), one.version()) == (other.id(), other.version())
}
