//! Files that are written whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use crate::ScaffoldError;
use crate::templates::Files;

/// Puts the file in place of the one that may be there, whose permissions it takes.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), ScaffoldError> {
    let mut beside: OsString = path.as_os_str().to_owned();
    beside.push(".mesh-new");
    let write = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        if let Ok(there) = fs::metadata(path) {
            fs::set_permissions(&beside, there.permissions())?;
        }
        fs::rename(&beside, path)
    };
    write().map_err(|error| {
        // What could not be put in place is of no use to anybody.
        let _ = fs::remove_file(&beside);
        ScaffoldError::file(path)(error)
    })
}

/// Makes a folder of these files, which is there with all of them or not at all.
pub(crate) fn create(folder: &Path, files: &Files) -> Result<(), ScaffoldError> {
    let taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(ScaffoldError::file(folder)(error)),
    };
    if taken {
        return Err(ScaffoldError::NotEmpty {
            path: folder.to_owned(),
        });
    }
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(ScaffoldError::file(parent))?;
    let beside = tempfile::Builder::new()
        .prefix(".mesh-new-")
        .tempdir_in(parent)
        .map_err(ScaffoldError::file(parent))?;
    // The folder itself is made within: a temporary one is open to nobody else.
    let made = beside.path().join("product");
    for (path, bytes) in files {
        let path = made.join(path);
        let write = || -> io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, bytes)
        };
        write().map_err(ScaffoldError::file(&path))?;
    }
    fs::rename(&made, folder).map_err(ScaffoldError::file(folder))
}
