//! Query parameters, strictly: what the catalog does not know it does not silently drop.

use std::collections::BTreeMap;

use crate::error::Error;

#[cfg(test)]
mod tests;

/// Names and values as they stand in the address.
pub(crate) type Given = Vec<(String, String)>;

/// The parameters of one request, each given at most once.
#[derive(Debug)]
pub(crate) struct Params(BTreeMap<&'static str, String>);

impl Params {
    /// # Errors
    /// [`Error::UnknownParameter`] naming all that are not in `known`, [`Error::RepeatedParameter`].
    pub(crate) fn parse(given: Given, known: &[&'static str]) -> Result<Self, Error> {
        let mut params = BTreeMap::new();
        let mut unknown = Vec::new();
        for (name, value) in given {
            match known.iter().find(|known| **known == name) {
                None => unknown.push(name),
                Some(name) if params.contains_key(name) => {
                    return Err(Error::RepeatedParameter { name });
                }
                Some(name) => {
                    params.insert(*name, value);
                }
            }
        }
        if unknown.is_empty() {
            Ok(Self(params))
        } else {
            Err(Error::UnknownParameter {
                names: unknown,
                known: known.to_vec(),
            })
        }
    }

    /// The value of `name`, unless it is blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }
}
