//! Read-only SQL, answered by threads of its own: whatever a statement does to them, the ports and sinks of the
//! product go on.

mod by_window;
mod files;
mod functions;
mod plan;
mod row_by_row;
mod rows;
mod session;
mod tables;
mod windows;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use deltalake::datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use deltalake::datafusion::execution::memory_pool::GreedyMemoryPool;
use deltalake::datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use futures::future::BoxFuture;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::{Dataset, StorageError};
use plan::Query;
use rows::Budget;

pub(crate) use by_window::by_window;
pub use functions::RowFunction;
pub use row_by_row::Incremental;
pub(crate) use row_by_row::source as row_source;
pub use rows::QueryRows;
pub(crate) use session::{only_reading, session, session_config};
pub use tables::TableSource;
pub(crate) use tables::scan;
pub(crate) use windows::in_times;
pub use windows::{WINDOW_END, WINDOW_START, WindowedRows, windowed};

/// Queries of one engine that run at once; the next wait.
const AT_ONCE: usize = 4;
const THREADS: usize = 2;
/// A statement of as many tokens as are allowed is walked recursively.
pub(crate) const STACK: usize = 64 << 20;

/// What one query may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the statement to the last row.
    pub time: Duration,
    /// Bytes of working memory, shared by the queries of an engine that run at once.
    pub memory: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(25),
            memory: 1 << 30,
        }
    }
}

/// Read-only SQL over the datasets of one product.
pub struct Engine {
    tables: RwLock<BTreeMap<String, TableSource>>,
    functions: RwLock<Vec<RowFunction>>,
    environment: Arc<RuntimeEnv>,
    limits: Limits,
    slots: Arc<Semaphore>,
    /// Gone only while the engine is dropped.
    threads: Option<Runtime>,
}

/// What a statement gives for the rows that came since it was last run.
pub enum Changes {
    /// The rows to append to those it gave before.
    Rows(QueryRows),
    /// The statement must be run on all rows, and what it gives replace what it gave before.
    Whole { reason: String },
}

impl Engine {
    pub fn new(limits: Limits) -> Result<Engine, StorageError> {
        Engine::on(limits, || {})
    }

    /// An engine whose threads each do `first` before anything else, such as to take a lower priority.
    pub fn on(limits: Limits, first: fn()) -> Result<Engine, StorageError> {
        let no_files = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(limits.memory)))
            .with_disk_manager_builder(no_files)
            .build_arc()?;
        let threads = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("query")
            .thread_stack_size(STACK)
            .on_thread_start(first)
            .enable_all()
            .build()
            .map_err(StorageError::Threads)?;
        Ok(Engine {
            tables: RwLock::default(),
            functions: RwLock::default(),
            environment,
            limits,
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            threads: Some(threads),
        })
    }

    /// Makes `dataset` a table under its own name.
    pub fn add(&self, dataset: Arc<Dataset>) {
        let name = dataset.name().to_owned();
        self.add_table(&name, TableSource::Dataset(dataset));
    }

    /// Makes `source` the table `name`, in the place of one that has the name.
    pub fn add_table(&self, name: &str, source: TableSource) {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        tables.insert(name.to_owned(), source);
    }

    /// Lets statements call `function` by its name.
    pub fn add_function(&self, function: RowFunction) {
        let mut functions = self
            .functions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        functions.push(function);
    }

    /// Runs one SELECT (or EXPLAIN) over the newest version of every dataset that it names.
    ///
    /// # Errors
    /// [`StorageError::NotReadOnly`] for any other statement, [`StorageError::InvalidQuery`] for SQL that
    /// does not parse, names what is not there or fails on the data, [`StorageError::Timeout`] and
    /// [`StorageError::TooLarge`] at the limits; the latter three also from within the rows.
    pub async fn query(&self, sql: &str) -> Result<QueryRows, StorageError> {
        self.query_over(sql, []).await
    }

    /// The same with `tables` in the place of those of their names.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn query_over(
        &self,
        sql: &str,
        tables: impl IntoIterator<Item = (String, TableSource)>,
    ) -> Result<QueryRows, StorageError> {
        let tables: Vec<_> = tables.into_iter().collect();
        self.on_threads(sql, |mut query| {
            query.tables.extend(tables);
            Box::pin(query.all())
        })
        .await
    }

    /// Whether the rows that one SELECT gives for new rows of its dataset, appended to those it gave before, are
    /// what it gives for all.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn incremental(&self, sql: &str) -> Result<Incremental, StorageError> {
        self.on_threads(sql, |query| Box::pin(query.judge())).await
    }

    /// Runs one SELECT over the rows alone that its dataset got since the version that `since` has for it.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn changes(
        &self,
        sql: &str,
        since: &BTreeMap<String, u64>,
    ) -> Result<Changes, StorageError> {
        let since = since.clone();
        self.on_threads(sql, |query| Box::pin(query.since(since)))
            .await
    }

    /// The rows that one version of `dataset` added, in the same order whenever they are asked for.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub async fn added_by(&self, dataset: &str, version: u64) -> Result<Changes, StorageError> {
        let sql = format!("SELECT * FROM \"{dataset}\"");
        let name = dataset.to_owned();
        self.on_threads(&sql, move |query| Box::pin(query.added_by(name, version)))
            .await
    }

    /// Runs `job` on the engine's own threads, and when its first part is handed over, the rest of it.
    async fn on_threads<T: Send + 'static>(
        &self,
        sql: &str,
        job: impl FnOnce(Query) -> BoxFuture<'static, Result<Begun<T>, StorageError>>,
    ) -> Result<T, StorageError> {
        let budget = Budget {
            timeout: self.limits.time,
            deadline: Instant::now() + self.limits.time,
            memory: self.limits.memory,
        };
        let Some(threads) = &self.threads else {
            return Err(budget.too_late());
        };
        let slot = budget.wait(self.slots.clone().acquire_owned()).await?;
        let job = job(Query {
            sql: sql.to_owned(),
            tables: self
                .tables
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            functions: self
                .functions
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            environment: self.environment.clone(),
            budget,
        });
        let (begun, begins) = oneshot::channel();
        threads.spawn(async move {
            // Given back when the query has really ended, not when its caller is gone.
            let _slot = slot;
            match job.await {
                Ok((first, rest)) => {
                    if begun.send(Ok(first)).is_ok() {
                        let _late = timeout_at(budget.deadline, rest).await;
                    }
                }
                Err(error) => drop(begun.send(Err(error))),
            }
        });
        let ended = |_| StorageError::InvalidQuery("the query ended without an answer".to_owned());
        budget.wait(begins).await?.map_err(ended)?
    }
}

/// What a job hands over, and what it has to do after that.
type Begun<T> = (T, BoxFuture<'static, ()>);

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}
