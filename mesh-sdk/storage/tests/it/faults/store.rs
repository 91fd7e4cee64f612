//! An object store in memory that errs when it is told to.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use deltalake::DeltaTableError;
use deltalake::logstore::object_store::memory::InMemory;
use deltalake::logstore::object_store::path::Path;
use deltalake::logstore::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
};
use deltalake::logstore::{
    LogStore, LogStoreFactory, ObjectStoreFactory, ObjectStoreRef, StorageConfig, default_logstore,
    logstore_factories, object_store_factories,
};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use mesh_storage::Location;
use tokio::sync::Notify;
use url::Url;

/// How the store errs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A commit does not get there.
    CommitLost,
    /// A commit gets there, and the answer does not come back.
    AnswerLost,
    /// A commit gets there, the answer does not come back, and the client of the store tries once more by itself.
    CommitTwice,
    /// A commit does not get there, and no answer comes.
    CommitHangs,
    /// A commit gets there, and no answer comes.
    AnswerHangs,
    /// A data file does not get there.
    DataLost,
    /// Half of a data file gets there.
    DataTorn,
    /// What is there is not told.
    List,
    /// The second time that it is asked for, what is there is not told.
    SecondList,
    /// Nothing can be read.
    Get,
}

impl Fault {
    pub(crate) const ALL: [Fault; 10] = [
        Self::CommitLost,
        Self::AnswerLost,
        Self::CommitTwice,
        Self::CommitHangs,
        Self::AnswerHangs,
        Self::DataLost,
        Self::DataTorn,
        Self::List,
        Self::SecondList,
        Self::Get,
    ];
}

#[derive(Clone, Debug, Default)]
pub(crate) struct FaultyStore {
    memory: Arc<InMemory>,
    /// The next fault; it happens once.
    fault: Arc<Mutex<Option<Fault>>>,
    hangs: Arc<Notify>,
}

/// What the scheme `faulty` stands for: a store per host.
static STORES: OnceLock<Mutex<BTreeMap<String, FaultyStore>>> = OnceLock::new();

struct Faulty;

impl FaultyStore {
    /// A new store, and where in it a dataset may be.
    pub(crate) fn new() -> (FaultyStore, Location) {
        let stores = STORES.get_or_init(|| {
            let scheme = Url::parse("faulty://").unwrap();
            object_store_factories().insert(scheme.clone(), Arc::new(Faulty));
            logstore_factories().insert(scheme, Arc::new(Faulty));
            Mutex::default()
        });
        let mut stores = stores.lock().unwrap();
        let (host, store) = (format!("store{}", stores.len()), FaultyStore::default());
        let url = Url::parse(&format!("faulty://{host}/beats/")).unwrap();
        stores.insert(host, store.clone());
        (store, url.into())
    }

    pub(crate) fn next(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    /// Waits for what is done by way of this store, unless it gives no answer: then that is dropped.
    pub(crate) async fn answered<T>(&self, done: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = done => Some(done),
            () = self.hangs.notified() => None,
        }
    }

    async fn hang(&self) -> Result<PutResult> {
        self.hangs.notify_one();
        std::future::pending().await
    }

    /// Which of `faults` is to happen now.
    fn errs(&self, faults: &[Fault]) -> Option<Fault> {
        let mut next = self.fault.lock().unwrap();
        match *next {
            Some(Fault::SecondList) if faults.contains(&Fault::List) => {
                *next = Some(Fault::List);
                None
            }
            Some(fault) if faults.contains(&fault) => next.take(),
            _ => None,
        }
    }
}

fn broken() -> Error {
    Error::Generic {
        store: "faulty",
        source: "it was told to".into(),
    }
}

impl ObjectStoreFactory for Faulty {
    fn parse_url_opts(
        &self,
        url: &Url,
        _config: &StorageConfig,
    ) -> std::result::Result<(ObjectStoreRef, Path), DeltaTableError> {
        let stores = STORES.get().unwrap().lock().unwrap();
        let store = stores[url.host_str().unwrap()].clone();
        Ok((Arc::new(store), Path::from_url_path(url.path())?))
    }
}

impl LogStoreFactory for Faulty {
    fn with_options(
        &self,
        prefixed: ObjectStoreRef,
        root: ObjectStoreRef,
        location: &Url,
        options: &StorageConfig,
    ) -> std::result::Result<Arc<dyn LogStore>, DeltaTableError> {
        Ok(default_logstore(prefixed, root, location, options))
    }
}

impl Display for FaultyStore {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "FaultyStore")
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let is_commit = location.as_ref().ends_with(".json");
        let is_checkpoint = location.as_ref().contains("_delta_log");
        let faults: &[Fault] = match is_commit {
            true => &[
                Fault::CommitLost,
                Fault::AnswerLost,
                Fault::CommitTwice,
                Fault::CommitHangs,
                Fault::AnswerHangs,
            ],
            // Of what is put as one object, a store never has a part.
            false if is_checkpoint => &[Fault::DataLost],
            false => &[Fault::DataLost, Fault::DataTorn],
        };
        let put = |payload| self.memory.put_opts(location, payload, options.clone());
        match self.errs(faults) {
            None => put(payload).await,
            Some(Fault::AnswerLost) => {
                put(payload).await?;
                Err(broken())
            }
            Some(Fault::CommitTwice) => {
                put(payload.clone()).await?;
                put(payload).await
            }
            Some(Fault::CommitHangs) => self.hang().await,
            Some(Fault::AnswerHangs) => {
                put(payload).await?;
                self.hang().await
            }
            Some(Fault::DataTorn) => {
                let whole = bytes::Bytes::from(payload);
                put(whole.slice(..whole.len() / 2).into()).await?;
                Err(broken())
            }
            Some(_) => Err(broken()),
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        match self.errs(&[Fault::DataLost, Fault::DataTorn]) {
            Some(_) => Err(broken()),
            None => self.memory.put_multipart_opts(location, options).await,
        }
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        match self.errs(&[Fault::Get]) {
            Some(_) => Err(broken()),
            None => self.memory.get_opts(location, options).await,
        }
    }

    async fn get_ranges(
        &self,
        location: &Path,
        ranges: &[Range<u64>],
    ) -> Result<Vec<bytes::Bytes>> {
        match self.errs(&[Fault::Get]) {
            Some(_) => Err(broken()),
            None => self.memory.get_ranges(location, ranges).await,
        }
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.memory.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.errs(&[Fault::List]) {
            Some(_) => stream::iter([Err(broken())]).boxed(),
            None => self.memory.list(prefix),
        }
    }

    fn list_with_offset(
        &self,
        prefix: Option<&Path>,
        offset: &Path,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.errs(&[Fault::List]) {
            Some(_) => stream::iter([Err(broken())]).boxed(),
            None => self.memory.list_with_offset(prefix, offset),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        match self.errs(&[Fault::List]) {
            Some(_) => Err(broken()),
            None => self.memory.list_with_delimiter(prefix).await,
        }
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.memory.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.memory.rename_opts(from, to, options).await
    }
}
