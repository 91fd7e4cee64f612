//! Folders of this machine as an object store.

use std::fmt::{Display, Formatter};
use std::fs::Metadata;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use deltalake::logstore::object_store::local::LocalFileSystem;
use deltalake::logstore::object_store::path::Path;
use deltalake::logstore::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};

/// The local file system, which finds what is new in a log without looking at what is old.
///
/// Every commit asks twice what came after a version. The file system has no order: [`LocalFileSystem`] goes through
/// the whole folder each time, and that was most of the time of a commit to a table of a thousand versions. The names
/// of what comes next are known, so it is asked for by name.
#[derive(Debug, Default)]
pub(crate) struct LocalStore(Arc<LocalFileSystem>);

impl LocalStore {
    /// The log's entries from the version on that `offset` names, if it names one and that is there.
    fn entries(&self, offset: &Path) -> Option<Vec<ObjectMeta>> {
        let (folder, first) = version(offset)?;
        let mut entries = Vec::new();
        for version in first.. {
            entries.extend(self.entry(&folder, format!("{version:020}.checkpoint.parquet")));
            match self.entry(&folder, format!("{version:020}.json")) {
                Some(commit) => entries.push(commit),
                None => break,
            }
        }
        // Else the first may have been cleaned up, and be followed by what was not.
        let is_known = !entries.is_empty()
            || first
                .checked_sub(1)
                .is_some_and(|last| self.entry(&folder, format!("{last:020}.json")).is_some());
        is_known.then_some(entries)
    }

    async fn sync(&self, location: &Path) -> Result<()> {
        let path = self.0.path_to_filesystem(location)?;
        let sync = move || std::fs::File::open(path)?.sync_all();
        let synced = tokio::task::spawn_blocking(sync).await;
        let synced = synced.map_err(|source| Error::JoinError { source })?;
        synced.map_err(|source| Error::Generic {
            store: "local",
            source: source.into(),
        })
    }

    fn entry(&self, folder: &Path, name: String) -> Option<ObjectMeta> {
        let location = folder.clone().join(name);
        let path = self.0.path_to_filesystem(&location).ok()?;
        let found = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
        Some(ObjectMeta {
            location,
            last_modified: found.modified().ok()?.into(),
            size: found.len(),
            e_tag: None,
            version: None,
        })
    }
}

/// A checkpoint has to be on disk before it has its name: what a power failure left of one, empty and with its name, would
/// keep the table from being opened. An empty commit is one that changes nothing, and nobody was told that it does.
fn is_checkpoint(location: &Path) -> bool {
    location.as_ref().ends_with(".checkpoint.parquet")
}

/// The folder of a log and the version, where `offset` is what comes right before the version's entries.
fn version(offset: &Path) -> Option<(Path, u64)> {
    let (folder, name) = offset.as_ref().rsplit_once('/')?;
    let is_version = name.len() == 20 && folder.ends_with("_delta_log");
    let version: u64 = is_version.then(|| name.parse().ok()).flatten()?;
    Some((Path::parse(folder).ok()?, version))
}

impl Display for LocalStore {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for LocalStore {
    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        let (store, prefix, offset) = (Self(self.0.clone()), prefix.cloned(), offset.clone());
        let listed = async move {
            let all = store.0.list_with_offset(prefix.as_ref(), &offset);
            let entries = tokio::task::spawn_blocking(move || store.entries(&offset)).await;
            match entries {
                Ok(Some(entries)) => Ok(stream::iter(entries).map(Ok).boxed()),
                Ok(None) => Ok(all),
                Err(source) => Err(Error::JoinError { source }),
            }
        };
        listed.into_stream().try_flatten().boxed()
    }

    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        if !is_checkpoint(location) {
            return self.0.put_opts(location, payload, options).await;
        }
        let unfinished = Path::from(format!("{location}.{}", std::process::id()));
        let put = self.0.put_opts(&unfinished, payload, options).await?;
        self.sync(&unfinished).await?;
        let renamed = self
            .0
            .rename_opts(&unfinished, location, RenameOptions::default());
        renamed.await?;
        Ok(put)
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.0.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.0.rename_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests;
