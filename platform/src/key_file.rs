//! The secrets of a local mesh: keys in files that only their owner can read.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::Error;

/// Reads the key `name` in `dir`, and makes it by `generate` first where there is none. Of several processes that start at once one
/// makes the key and all use it.
pub(crate) fn open(
    dir: &Path,
    name: &str,
    generate: fn() -> Result<Vec<u8>, Error>,
) -> Result<(PathBuf, Vec<u8>), Error> {
    let path = dir.join(name);
    let failed = |source| Error::KeyFile {
        path: path.clone(),
        source,
    };
    private_dir(dir).map_err(failed)?;
    let key = match fs::read(&path) {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            publish(&generate()?, &path).map_err(failed)?;
            fs::read(&path).map_err(failed)?
        }
        Err(error) => return Err(failed(error)),
    };
    if exposed(&path).map_err(failed)? {
        return Err(Error::KeyExposed { path });
    }
    Ok((path, key))
}

/// Gives the key its name only when it is complete, and never over another one.
fn publish(key: &[u8], path: &Path) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.draft", uuid::Uuid::now_v7()));
    let written = private_file(&draft).and_then(|mut file| {
        file.write_all(key)?;
        file.sync_all()
    });
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    fs::remove_file(&draft)?;
    linked
}

#[cfg(unix)]
fn private_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};

    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(unix)]
fn exposed(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;

    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn private_dir(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Elsewhere the user's own directory keeps others out by default.
#[cfg(not(unix))]
fn exposed(_: &Path) -> io::Result<bool> {
    Ok(false)
}
