use std::fs::File;
use std::io::{Error, Result};
use std::path::PathBuf;

use url::Url;

/// The folder that `url` is, if it is one of this machine.
pub(crate) fn local_folder(url: &Url) -> Option<PathBuf> {
    let is_local = url.scheme() == "file";
    is_local.then(|| url.to_file_path().ok()).flatten()
}

/// Has the files at `paths` below `root`, and the folders they are in, on disk. What is not a local folder is the
/// object store's to keep.
pub(crate) async fn make_durable(root: &Url, paths: Vec<String>) -> Result<()> {
    let Some(root) = local_folder(root) else {
        return Ok(());
    };
    let sync = move || {
        for path in paths {
            let path = root.join(path);
            File::open(&path)?.sync_all()?;
            if let Some(folder) = path.parent() {
                File::open(folder)?.sync_all()?;
            }
        }
        Ok(())
    };
    let synced = tokio::task::spawn_blocking(sync).await;
    synced.unwrap_or_else(|error| Err(Error::other(error)))
}

/// Removes files of a local folder that no version names. One that stays goes with the next clean-up.
pub(crate) fn remove<'a>(root: &Url, paths: impl Iterator<Item = &'a String>) {
    if let Some(root) = local_folder(root) {
        for path in paths {
            let _stays = std::fs::remove_file(root.join(path));
        }
    }
}

/// The log's entry of `version`.
pub(crate) fn log_entry(version: u64) -> String {
    format!("_delta_log/{version:020}.json")
}

/// What the log had come to at `version`, in one file.
pub(crate) fn checkpoint_entry(version: u64) -> String {
    format!("_delta_log/{version:020}.checkpoint.parquet")
}
