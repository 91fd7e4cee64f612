use std::io::{Error, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use include_dir::Dir;
use uuid::Uuid;

/// Deepest folder that is looked into.
const DEEPEST: usize = 8;

/// The files of a product: built into the binary, or a folder on disk.
#[derive(Clone, Debug)]
pub enum ProductFiles {
    /// `include_dir!("$CARGO_MANIFEST_DIR")` in the product's crate: the binary runs where it is copied to.
    Embedded(&'static Dir<'static>),
    Folder(PathBuf),
}

impl ProductFiles {
    /// The bytes of the file at `path`, relative to the product.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        match self {
            Self::Embedded(folder) => folder
                .get_file(inside(path)?)
                .map(|file| file.contents().to_vec())
                .ok_or_else(|| Error::from(ErrorKind::NotFound)),
            Self::Folder(folder) => std::fs::read(within(folder, path)?),
        }
    }

    pub(crate) fn read_text(&self, path: &str) -> Result<String, Error> {
        String::from_utf8(self.read(path)?).map_err(|_| Error::from(ErrorKind::InvalidData))
    }

    /// The file at `path` to be read bit by bit, for what may be large.
    pub(crate) fn open(&self, path: &str) -> Result<Box<dyn std::io::Read + Send>, Error> {
        match self {
            Self::Embedded(_) => Ok(Box::new(std::io::Cursor::new(self.read(path)?))),
            Self::Folder(folder) => Ok(Box::new(std::fs::File::open(within(folder, path)?)?)),
        }
    }

    /// The file at `path` as one on disk; an embedded one is there as long as what is returned.
    pub(crate) fn on_disk(&self, path: &str) -> Result<OnDisk, Error> {
        match self {
            Self::Folder(folder) => Ok(OnDisk::There(within(folder, path)?)),
            Self::Embedded(_) => {
                let mut file = tempfile::NamedTempFile::new()?;
                std::io::Write::write_all(&mut file, &self.read(path)?)?;
                Ok(OnDisk::Copy(file.into_temp_path()))
            }
        }
    }

    /// What changes whenever the file at `path` does: of an embedded file its content, of one on disk its size and time.
    pub(crate) fn fingerprint(&self, path: &str) -> Result<String, Error> {
        match self {
            Self::Embedded(_) => {
                let content = self.read(path)?;
                Ok(Uuid::new_v5(&Uuid::NAMESPACE_OID, &content).to_string())
            }
            Self::Folder(folder) => {
                let known = std::fs::metadata(within(folder, path)?)?;
                let time = known.modified()?.duration_since(UNIX_EPOCH);
                let time = time.map(|time| time.as_nanos()).unwrap_or_default();
                Ok(format!("{path}/{}/{time}", known.len()))
            }
        }
    }

    /// The files below `folder` whose names end in `ending`, relative to the product, in order; none if there is no
    /// such folder.
    pub(crate) fn list(&self, folder: &str, ending: &str) -> Result<Vec<String>, Error> {
        let mut found = Vec::new();
        match self {
            Self::Embedded(root) => {
                if let Some(folder) = root.get_dir(inside(folder)?) {
                    embedded(folder, &mut found);
                }
            }
            Self::Folder(root) => walk(root, &inside(folder)?, DEEPEST, &mut found)?,
        }
        found.retain(|path| path.ends_with(ending));
        found.sort_unstable();
        Ok(found)
    }
}

/// A file that can be opened by its path.
pub(crate) enum OnDisk {
    There(PathBuf),
    /// Removed when this is dropped.
    Copy(tempfile::TempPath),
}

impl std::ops::Deref for OnDisk {
    type Target = Path;

    fn deref(&self) -> &Path {
        match self {
            Self::There(path) => path,
            Self::Copy(path) => path,
        }
    }
}

/// No path may lead out of the product's folder.
fn inside(path: &str) -> Result<PathBuf, Error> {
    let relative = Path::new(path);
    let normal = |part| matches!(part, Component::Normal(_));
    match relative.components().all(normal) {
        true => Ok(relative.to_owned()),
        false => Err(leads_out()),
    }
}

/// Where the file at `path` is; a link may not lead out of the product's folder either.
fn within(folder: &Path, path: &str) -> Result<PathBuf, Error> {
    let found = folder.join(inside(path)?).canonicalize()?;
    match found.starts_with(folder.canonicalize()?) {
        true => Ok(found),
        false => Err(leads_out()),
    }
}

fn leads_out() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "the path leads out of the product's folder",
    )
}

fn embedded(folder: &Dir<'_>, found: &mut Vec<String>) {
    found.extend(
        folder
            .files()
            .map(|file| file.path().to_string_lossy().into_owned()),
    );
    folder.dirs().for_each(|below| embedded(below, found));
}

fn walk(root: &Path, below: &Path, deepest: usize, found: &mut Vec<String>) -> Result<(), Error> {
    let entries = match std::fs::read_dir(root.join(below)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let path = below.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_file() {
            found.push(path.to_string_lossy().into_owned());
        } else if kind.is_dir() && deepest > 0 {
            walk(root, &path, deepest - 1, found)?;
        }
    }
    Ok(())
}

impl From<&'static Dir<'static>> for ProductFiles {
    fn from(folder: &'static Dir<'static>) -> Self {
        Self::Embedded(folder)
    }
}

impl From<PathBuf> for ProductFiles {
    fn from(folder: PathBuf) -> Self {
        Self::Folder(folder)
    }
}
