//! Files that say nothing to who has not the key: AES-256-GCM, with a nonce drawn anew for each.

use std::fmt;
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Error, key_file};

/// What a sealed file begins with: a later way of sealing begins otherwise.
const MARK: &[u8] = b"mesh sealed 1\n";
const KEY: &str = "models.key";
const KEY_BYTES: usize = 32;

/// Seals and opens files. Each is bound to its name, so that none can be put in the place of another.
pub struct Vault(RandomizedNonceKey);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// With the key in `dir`, which is made where there is none.
    ///
    /// # Errors
    /// [`Error::KeyFile`], [`Error::KeyExposed`] and [`Error::SealingKey`].
    pub fn open(dir: &Path) -> Result<Vault, Error> {
        let (path, key) = key_file::open(dir, KEY, || {
            let mut key = vec![0; KEY_BYTES];
            aws_lc_rs::rand::fill(&mut key).map_err(|_| Error::Crypto("make a key"))?;
            Ok(key)
        })?;
        Vault::of(&key, || path.display().to_string())
    }

    /// With a key of 32 bytes, written in base64. `named` is what it is called where it is wrong.
    ///
    /// # Errors
    /// [`Error::SealingKey`].
    pub fn with_key(key: &str, named: &str) -> Result<Vault, Error> {
        let key = STANDARD.decode(key.trim());
        let key = key.map_err(|_| Error::SealingKey(named.to_owned()))?;
        Vault::of(&key, || named.to_owned())
    }

    fn of(key: &[u8], named: impl Fn() -> String) -> Result<Vault, Error> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, key);
        key.map(Vault).map_err(|_| Error::SealingKey(named()))
    }

    /// The file of this name that has these bytes.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn seal(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        let mut sealed = bytes.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(name), &mut sealed);
        let nonce = nonce.map_err(|_| Error::Crypto("seal a file"))?;
        Ok([MARK, nonce.as_ref(), &sealed].concat())
    }

    /// What a file of this name has. One that was never sealed is what it is.
    ///
    /// # Errors
    /// [`Error::Sealed`].
    pub fn unseal(&self, name: &str, file: Vec<u8>) -> Result<Vec<u8>, Error> {
        let Some(sealed) = file.strip_prefix(MARK) else {
            return Ok(file);
        };
        let broken = || Error::Sealed(name.to_owned());
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut sealed = sealed.to_vec();
        let bytes = self.0.open_in_place(nonce, Aad::from(name), &mut sealed);
        bytes.map(|bytes| bytes.to_vec()).map_err(|_| broken())
    }
}

#[cfg(test)]
mod tests;
