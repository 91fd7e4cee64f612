//! An upgrade, written: each file whole or not at all, the record last.

use std::path::Path;

use super::{Upgrade, read};
use crate::{ScaffoldError, disk, record};

pub(super) fn apply(upgrade: &Upgrade, product: &Path) -> Result<(), ScaffoldError> {
    let changed = || {
        upgrade
            .files
            .iter()
            .filter(|file| file.after != file.before)
    };
    for file in changed() {
        let path = product.join(&file.path);
        if read(&path)? != file.before {
            return Err(ScaffoldError::Changed { path });
        }
    }
    for file in changed() {
        let path = product.join(&file.path);
        match &file.after {
            Some(bytes) => disk::replace(&path, bytes)?,
            None => std::fs::remove_file(&path).map_err(ScaffoldError::file(&path))?,
        }
    }
    match upgrade.is_available() {
        true => disk::replace(
            &product.join(record::PATH),
            upgrade.record.to_yaml().as_bytes(),
        ),
        false => Ok(()),
    }
}
