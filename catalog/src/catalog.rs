use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use mesh_platform::api::Api;
use schemars::JsonSchema;
use serde::Serialize;

use crate::entry::{Entry, Failure};
use crate::error::Error;
use crate::routes;
use crate::search::nearest;
use crate::urn::Urn;

/// The products of the mesh, as they described themselves. Cheap to clone; clones share the entries.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    // A writer only ever puts finished values in or takes them out, so a poisoned lock still guards sound maps.
    known: Arc<RwLock<Known>>,
}

/// By product name.
#[derive(Debug, Default)]
struct Known {
    entries: BTreeMap<String, Arc<Entry>>,
    /// Why products without an entry have none.
    failures: BTreeMap<String, Failure>,
}

impl Catalog {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the entry of a product that was loaded, in place of what it said before and of its failure, if any.
    pub fn register(&self, entry: Entry) {
        let mut known = self.write();
        known.failures.remove(&entry.product);
        known.entries.insert(entry.product.clone(), Arc::new(entry));
    }

    /// Takes the newer figures of a product that runs on unchanged: its failure stays, and a product that
    /// was removed meanwhile does not come back.
    pub fn refresh(&self, mut entry: Entry) {
        if let Some(known) = self.write().entries.get_mut(&entry.product) {
            entry.failure = known.failure.clone();
            *known = Arc::new(entry);
        }
    }

    /// Remembers why the newest files of a product could not be loaded, until it is registered again.
    pub fn register_failure(&self, product: &str, failure: Failure) {
        let mut known = self.write();
        match known.entries.get_mut(product) {
            Some(entry) => Arc::make_mut(entry).failure = Some(failure),
            None => {
                known.failures.insert(product.to_owned(), failure);
            }
        }
    }

    /// Forgets the product and its failure.
    pub fn remove(&self, product: &str) {
        let mut known = self.write();
        known.entries.remove(product);
        known.failures.remove(product);
    }

    /// The routes of the catalog, for machines and for people.
    pub fn api(&self) -> Api {
        routes::api(self.clone())
    }

    /// All entries by product name, as of now.
    pub(crate) fn entries(&self) -> Vec<Arc<Entry>> {
        self.read().entries.values().cloned().collect()
    }

    /// The products that never were loaded, by name, and why.
    pub(crate) fn failures(&self) -> BTreeMap<String, Failure> {
        self.read().failures.clone()
    }

    /// # Errors
    /// [`Error::UnknownProduct`], with the names it may have been meant to be; [`Error::NotLoaded`].
    pub(crate) fn product(&self, product: &str) -> Result<Arc<Entry>, Error> {
        let known = self.read();
        if let Some(entry) = known.entries.get(product) {
            return Ok(Arc::clone(entry));
        }
        Err(match known.failures.get(product) {
            Some(failure) => Error::NotLoaded {
                product: product.to_owned(),
                message: failure.message.clone(),
            },
            None => Error::UnknownProduct {
                product: product.to_owned(),
                nearest: nearest(product, known.entries.keys().map(String::as_str)),
            },
        })
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
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
