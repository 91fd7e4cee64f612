//! Tokens verified a moment ago: a signature costs some 100 µs, a look-up here less than one.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use aws_lc_rs::digest;

use super::Caller;

/// The SHA-256 of a whole token, signature included: no other token can have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(super) fn of(token: &str) -> Self {
        let digest = digest::digest(&digest::SHA256, token.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }
}

/// Callers by token, bounded. Two generations: when the young one is full it becomes the old one, and what was
/// not used since then is forgotten. Only verified tokens come in, so nobody else can push them out.
#[derive(Debug)]
pub(super) struct Cache {
    generations: RwLock<Generations>,
    half: usize,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Fingerprint, Caller>,
    old: HashMap<Fingerprint, Caller>,
}

impl Cache {
    /// A cache of at most `capacity` tokens.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            generations: RwLock::default(),
            half: (capacity / 2).max(1),
        }
    }

    pub(super) fn get(&self, token: &Fingerprint) -> Option<Caller> {
        let generations = self
            .generations
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = generations.young.get(token) {
            return Some(found.clone());
        }
        let found = generations.old.get(token).cloned()?;
        drop(generations);
        self.put(*token, found.clone());
        Some(found)
    }

    pub(super) fn put(&self, token: Fingerprint, caller: Caller) {
        let mut generations = self
            .generations
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if generations.young.len() >= self.half {
            generations.old = std::mem::take(&mut generations.young);
        }
        generations.young.insert(token, caller);
    }
}

#[cfg(test)]
mod tests;
