use mesh_contracts::{Contract, Violation};

/// The versions of a contract whose events a dataset takes: what it does not know is never guessed.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    id: String,
    /// The newest is the dataset's own.
    versions: Vec<String>,
}

impl Admitted {
    /// Of `known`, the versions of `contract` that its gate lets in: those of its major version, up to its own.
    pub(crate) fn of<'a>(
        contract: &Contract,
        known: impl Iterator<Item = &'a Contract>,
    ) -> Admitted {
        let admitted = |other: &&Contract| {
            other.id() == contract.id()
                && other.major() == contract.major()
                && contract.is_newer_than(other)
        };
        let mut versions: Vec<String> = known
            .filter(admitted)
            .map(|other| other.version().to_owned())
            .collect();
        versions.sort_unstable();
        versions.dedup();
        versions.push(contract.version().to_owned());
        Admitted {
            id: contract.id().to_owned(),
            versions,
        }
    }

    /// # Errors
    /// Why events that name `schema` as their contract are not let in. The name itself is not repeated: anybody who
    /// may write to the topic has chosen it.
    pub(crate) fn check(&self, schema: Option<&str>) -> Result<(), Violation> {
        let id = &self.id;
        let Some(schema) = schema else {
            let expected = format!("an event that names its contract, as {}", self.newest());
            return Err(Violation::absent("schema-absent", expected));
        };
        let version = schema
            .strip_prefix(id)
            .and_then(|rest| rest.strip_prefix(':'));
        match version {
            Some(version) if self.versions.iter().any(|known| known == version) => Ok(()),
            Some(_) => Err(Violation::record(
                "schema-unknown",
                format!(
                    "an event of a version of {id} that is known here: {}",
                    self.versions.join(", ")
                ),
            )),
            None => Err(Violation::record(
                "schema-other",
                format!("an event of contract {id}, as {}", self.newest()),
            )),
        }
    }

    fn newest(&self) -> String {
        let newest = self.versions.last().map_or("", String::as_str);
        format!("{}:{newest}", self.id)
    }
}

#[cfg(test)]
mod tests;
