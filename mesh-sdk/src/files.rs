use std::path::{Path, PathBuf};

use include_dir::Dir;

/// The files of a product: built into the binary, or a folder on disk.
#[derive(Clone, Debug)]
pub enum ProductFiles {
    /// `include_dir!("$CARGO_MANIFEST_DIR")` in the product's crate: the binary runs where it is copied to.
    Embedded(&'static Dir<'static>),
    Folder(PathBuf),
}

impl ProductFiles {
    /// The bytes of the file at `path`, relative to the product.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, std::io::Error> {
        let relative = Path::new(path);
        let inside = relative
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_)));
        if !inside {
            let message = "the path leads out of the product's folder";
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                message,
            ));
        }
        match self {
            Self::Embedded(folder) => folder
                .get_file(relative)
                .map(|file| file.contents().to_vec())
                .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::NotFound)),
            Self::Folder(folder) => std::fs::read(folder.join(relative)),
        }
    }
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
