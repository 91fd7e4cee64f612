//! Read-only SQL, answered by threads of its own: whatever a statement does to them, the ports and sinks of the
//! product go on.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use deltalake::datafusion::common::tree_node::{Transformed, TreeNode};
use deltalake::datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use deltalake::datafusion::execution::memory_pool::GreedyMemoryPool;
use deltalake::datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use deltalake::datafusion::physical_plan::coop::CooperativeExec;
use deltalake::datafusion::physical_plan::{
    ExecutionPlan, SendableRecordBatchStream, execute_stream,
};
use deltalake::datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use futures::{Stream, StreamExt, stream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::statement::Statement;
use crate::{Dataset, StorageError};

/// Queries of one engine that run at once; the next wait.
const AT_ONCE: usize = 4;
const THREADS: usize = 2;
/// A statement of as many tokens as are allowed is walked recursively.
pub(crate) const STACK: usize = 64 << 20;
/// Functions whose cost is out of proportion to their arguments, inside one call that nothing can interrupt.
const NO_FUNCTIONS: [&str; 8] = [
    "levenshtein",
    "repeat",
    "lpad",
    "rpad",
    "range",
    "generate_series",
    "array_repeat",
    "array_resize",
];

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
    datasets: RwLock<BTreeMap<String, Arc<Dataset>>>,
    environment: Arc<RuntimeEnv>,
    limits: Limits,
    slots: Arc<Semaphore>,
    /// Gone only while the engine is dropped.
    threads: Option<Runtime>,
}

/// The answer to a query, and where it came from.
pub struct QueryRows {
    schema: SchemaRef,
    sources: BTreeMap<String, u64>,
    batches: mpsc::Receiver<Result<RecordBatch, StorageError>>,
    deadline: Instant,
    timeout: Duration,
}

impl QueryRows {
    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The datasets that were read, each with the version.
    pub fn sources(&self) -> &BTreeMap<String, u64> {
        &self.sources
    }

    pub(crate) fn into_batches(
        self,
    ) -> impl Stream<Item = Result<RecordBatch, StorageError>> + Send + Unpin {
        let (deadline, timeout) = (self.deadline, self.timeout);
        let step = move |batches: Option<mpsc::Receiver<_>>| async move {
            let mut batches = batches?;
            match timeout_at(deadline, batches.recv()).await {
                Ok(Some(batch)) => Some((batch, Some(batches))),
                Ok(None) => None,
                Err(_) => Some((Err(too_late(timeout)), None)),
            }
        };
        stream::unfold(Some(self.batches), step).boxed()
    }
}

impl Engine {
    pub fn new(limits: Limits) -> Result<Engine, StorageError> {
        let no_files = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(limits.memory)))
            .with_disk_manager_builder(no_files)
            .build_arc()?;
        let threads = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("query")
            .thread_stack_size(STACK)
            .enable_all()
            .build()
            .map_err(StorageError::Threads)?;
        Ok(Engine {
            datasets: RwLock::default(),
            environment,
            limits,
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            threads: Some(threads),
        })
    }

    /// Makes `dataset` a table under its own name.
    pub fn add(&self, dataset: Arc<Dataset>) {
        let mut datasets = self
            .datasets
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        datasets.insert(dataset.name().to_owned(), dataset);
    }

    /// Runs one SELECT (or EXPLAIN) over the newest version of every dataset that it names.
    ///
    /// # Errors
    /// [`StorageError::NotReadOnly`] for any other statement, [`StorageError::InvalidQuery`] for SQL that
    /// does not parse, names what is not there or fails on the data, [`StorageError::Timeout`] and
    /// [`StorageError::TooLarge`] at the limits; the latter three also from within the rows.
    pub async fn query(&self, sql: &str) -> Result<QueryRows, StorageError> {
        let (timeout, deadline) = (self.limits.time, Instant::now() + self.limits.time);
        let Some(threads) = &self.threads else {
            return Err(too_late(timeout));
        };
        let slot = timeout_at(deadline, self.slots.clone().acquire_owned()).await;
        let slot = slot.map_err(|_| too_late(timeout))?;
        let query = Query {
            sql: sql.to_owned(),
            datasets: self
                .datasets
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
            environment: self.environment.clone(),
        };
        let (started, start) = oneshot::channel();
        let (rows, batches) = mpsc::channel(2);
        let memory = self.limits.memory;
        threads.spawn(async move {
            // Given back when the query has really ended, not when its caller is gone.
            let _slot = slot;
            match query.start().await {
                Ok((sources, stream)) => {
                    if started.send(Ok((stream.schema(), sources))).is_ok() {
                        let _late = timeout_at(deadline, send(stream, rows, memory)).await;
                    }
                }
                Err(error) => drop(started.send(Err(error))),
            }
        });
        let start = timeout_at(deadline, start)
            .await
            .map_err(|_| too_late(timeout))?;
        let ended = |_| StorageError::InvalidQuery("the query ended without an answer".to_owned());
        let (schema, sources) = start.map_err(ended)??;
        Ok(QueryRows {
            schema,
            sources,
            batches,
            deadline,
            timeout,
        })
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

fn too_late(time: Duration) -> StorageError {
    StorageError::Timeout {
        seconds: time.as_secs(),
    }
}

/// One statement, on its way through the engine's threads.
struct Query {
    sql: String,
    datasets: BTreeMap<String, Arc<Dataset>>,
    environment: Arc<RuntimeEnv>,
}

impl Query {
    async fn start(
        self,
    ) -> Result<(BTreeMap<String, u64>, SendableRecordBatchStream), StorageError> {
        let statement = Statement::parse(&self.sql)?;
        let session = SessionContext::new_with_config_rt(session_config(), self.environment);
        without_costly_functions(&session);
        let state = Arc::new(session.state());
        let mut sources = BTreeMap::new();
        for name in statement.tables(&state)? {
            if let Some(dataset) = self.datasets.get(&name) {
                let table = dataset.table();
                let scan = table.table_provider().with_session(state.clone());
                session.register_table(name.as_str(), scan.await?)?;
                sources.insert(name, table.version().unwrap_or_default());
            }
        }
        let options = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let plan = session
            .state()
            .statement_to_plan(statement.into_parsed())
            .await?;
        options.verify_plan(&plan)?;
        let frame = session.execute_logical_plan(plan).await?;
        let context = Arc::new(frame.task_ctx());
        let plan = yielding(frame.create_physical_plan().await?)?;
        Ok((sources, execute_stream(plan, context)?))
    }
}

/// Strings as Utf8, as in the tables and the contracts: older Arrow clients know no views.
pub(crate) fn session_config() -> SessionConfig {
    SessionConfig::new().set_bool(
        "datafusion.execution.parquet.schema_force_view_types",
        false,
    )
}

pub(crate) fn without_costly_functions(session: &SessionContext) {
    NO_FUNCTIONS
        .iter()
        .for_each(|name| session.deregister_udf(name));
}

/// Passes the rows on until their reader has enough.
async fn send(
    mut stream: SendableRecordBatchStream,
    rows: mpsc::Sender<Result<RecordBatch, StorageError>>,
    memory: usize,
) {
    while let Some(batch) = stream.next().await {
        let batch = match batch {
            Ok(batch) if batch.get_array_memory_size() > memory => Err(StorageError::TooLarge(
                format!("a part of the answer has more than {memory} bytes"),
            )),
            other => other.map_err(StorageError::from),
        };
        let last = batch.is_err();
        if rows.send(batch).await.is_err() || last {
            return;
        }
    }
}

/// Makes every operator give way after some batches. DataFusion does so where rows come from; a join that makes
/// millions of rows of each would run on past its deadline.
fn yielding(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, StorageError> {
    let wrapped = plan.transform_up(|operator| {
        let cooperative: Arc<dyn ExecutionPlan> = Arc::new(CooperativeExec::new(operator));
        Ok(Transformed::yes(cooperative))
    });
    Ok(wrapped?.data)
}
