use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use mesh_platform::api::Api;
use schemars::JsonSchema;
use serde::Serialize;

use crate::entry::Entry;
use crate::error::Error;
use crate::routes;
use crate::search::nearest;
use crate::urn::Urn;

/// The products of the mesh, as they described themselves. Cheap to clone; clones share the entries.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    // A writer only ever inserts a finished entry, so a poisoned lock still guards a sound map.
    entries: Arc<RwLock<BTreeMap<String, Arc<Entry>>>>,
}

impl Catalog {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the entry over in place of what the product said before, if anything.
    pub fn register(&self, entry: Entry) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.insert(entry.product.clone(), Arc::new(entry));
    }

    /// The routes of the catalog, for machines and for people.
    pub fn api(&self) -> Api {
        routes::api(self.clone())
    }

    /// All entries by product name, as of now.
    pub(crate) fn entries(&self) -> Vec<Arc<Entry>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.values().cloned().collect()
    }

    /// # Errors
    /// [`Error::UnknownProduct`], with the names it may have been meant to be.
    pub(crate) fn product(&self, product: &str) -> Result<Arc<Entry>, Error> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries
            .get(product)
            .cloned()
            .ok_or_else(|| Error::UnknownProduct {
                product: product.to_owned(),
                nearest: nearest(product, entries.keys().map(String::as_str)),
            })
    }

    /// Today's address of what the URN names: a product or one of its ports.
    ///
    /// # Errors
    /// [`Error::MalformedUrn`] when it is not of the mesh's form, [`Error::UnknownUrn`] when nothing has that name.
    pub(crate) fn resolve(&self, urn: &str) -> Result<Resolved, Error> {
        let urn = Urn::parse(urn)?;
        let known: Vec<Resolved> = self
            .entries()
            .iter()
            .flat_map(|entry| Resolved::all_of(entry))
            .collect();
        match known.iter().find(|resolved| urn.names(&resolved.urn)) {
            Some(resolved) => Ok(resolved.clone()),
            None => Err(Error::UnknownUrn {
                nearest: nearest(
                    urn.as_str(),
                    known.iter().map(|resolved| resolved.urn.as_str()),
                ),
                urn: urn.as_str().to_owned(),
            }),
        }
    }
}

/// A name for ever and the address it has today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Resolved {
    pub urn: String,
    pub product: String,
    /// Absent when the name is the product's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
    pub address: String,
}

impl Resolved {
    fn all_of(entry: &Entry) -> Vec<Self> {
        let product = Self {
            urn: entry.urn.clone(),
            product: entry.product.clone(),
            port: None,
            address: entry.address.clone(),
        };
        let ports = entry.ports.iter().map(|port| Self {
            urn: port.urn.clone(),
            product: entry.product.clone(),
            port: Some(port.name.clone()),
            address: port.address.clone(),
        });
        std::iter::once(product).chain(ports).collect()
    }
}
