use std::fs::File;
use std::io::{Error, Result};

use url::Url;

/// Has the files at `paths` below `root`, and the folders they are in, on disk. What is not a local folder is the
/// object store's to keep.
pub(crate) async fn make_durable(root: &Url, paths: Vec<String>) -> Result<()> {
    let Ok(root) = root.to_file_path() else {
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

/// The log's entry of `version`.
pub(crate) fn log_entry(version: u64) -> String {
    format!("_delta_log/{version:020}.json")
}
