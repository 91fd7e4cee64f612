use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use deltalake::datafusion::common::tree_node::{Transformed, TreeNode};
use deltalake::datafusion::execution::memory_pool::GreedyMemoryPool;
use deltalake::datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use deltalake::datafusion::physical_plan::coop::CooperativeExec;
use deltalake::datafusion::physical_plan::{ExecutionPlan, execute_stream};
use deltalake::datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use deltalake::datafusion::sql::parser::{DFParser, Statement};
use deltalake::datafusion::sql::sqlparser::ast::Statement as SqlStatement;
use futures::{Stream, StreamExt, TryStreamExt};
use tokio::time::Instant;

use crate::{Dataset, StorageError};

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
            time: Duration::from_secs(30),
            memory: 1 << 30,
        }
    }
}

/// Read-only SQL over the datasets of one product.
pub struct Engine {
    datasets: RwLock<BTreeMap<String, Arc<Dataset>>>,
    runtime: Arc<RuntimeEnv>,
    limits: Limits,
}

/// The answer to a query, and where it came from.
pub struct QueryRows {
    schema: SchemaRef,
    sources: BTreeMap<String, u64>,
    batches: Pin<Box<dyn Stream<Item = Result<RecordBatch, StorageError>> + Send>>,
}

impl QueryRows {
    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The datasets the engine answered from, each with the version that was read.
    pub fn sources(&self) -> &BTreeMap<String, u64> {
        &self.sources
    }

    pub(crate) fn into_batches(
        self,
    ) -> impl Stream<Item = Result<RecordBatch, StorageError>> + Send + Unpin {
        self.batches
    }
}

impl Engine {
    pub fn new(limits: Limits) -> Result<Engine, StorageError> {
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(limits.memory)))
            .build_arc()?;
        Ok(Engine {
            datasets: RwLock::default(),
            runtime,
            limits,
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

    /// Runs one SELECT (or EXPLAIN) over the newest version of every dataset.
    ///
    /// # Errors
    /// [`StorageError::NotReadOnly`] for any other statement, [`StorageError::InvalidQuery`] for SQL that
    /// does not parse, names what is not there or fails on the data, [`StorageError::Timeout`] and
    /// [`StorageError::TooLarge`] at the limits; the latter three also from within the rows.
    pub async fn query(&self, sql: &str) -> Result<QueryRows, StorageError> {
        let deadline = Instant::now() + self.limits.time;
        let timeout = StorageError::Timeout {
            seconds: self.limits.time.as_secs(),
        };
        tokio::time::timeout_at(deadline, self.start(sql, deadline))
            .await
            .map_err(|_| timeout)?
    }

    async fn start(&self, sql: &str, deadline: Instant) -> Result<QueryRows, StorageError> {
        only_reads(sql)?;
        let config = SessionConfig::new().with_information_schema(true);
        let session = SessionContext::new_with_config_rt(config, self.runtime.clone());
        let datasets = self
            .datasets
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut sources = BTreeMap::new();
        for (name, dataset) in datasets {
            let table = dataset.table();
            sources.insert(name.clone(), table.version().unwrap_or_default());
            session.register_table(name.as_str(), table.table_provider().await?)?;
        }
        let options = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let frame = session.sql_with_options(sql, options).await?;
        let context = Arc::new(frame.task_ctx());
        let plan = yielding(frame.create_physical_plan().await?)?;
        let batches = execute_stream(plan, context)?;
        let seconds = self.limits.time.as_secs();
        Ok(QueryRows {
            schema: batches.schema(),
            sources,
            batches: until(
                batches.map_err(StorageError::from).boxed(),
                deadline,
                seconds,
            ),
        })
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

/// Ends `batches` with a timeout error when `deadline` passes before they do.
fn until(
    batches: Pin<Box<dyn Stream<Item = Result<RecordBatch, StorageError>> + Send>>,
    deadline: Instant,
    seconds: u64,
) -> Pin<Box<dyn Stream<Item = Result<RecordBatch, StorageError>> + Send>> {
    let step = move |state: Option<Pin<Box<dyn Stream<Item = _> + Send>>>| async move {
        let mut batches = state?;
        match tokio::time::timeout_at(deadline, batches.next()).await {
            Ok(Some(batch)) => Some((batch, Some(batches))),
            Ok(None) => None,
            Err(_) => Some((Err(StorageError::Timeout { seconds }), None)),
        }
    };
    futures::stream::unfold(Some(batches), step).boxed()
}

/// Refuses what is not a single SELECT or EXPLAIN, by the statement's own name.
fn only_reads(sql: &str) -> Result<(), StorageError> {
    let mut statements = DFParser::parse_sql(sql)?;
    let statement = match (statements.pop_front(), statements.is_empty()) {
        (Some(statement), true) => statement,
        (None, _) => {
            return Err(StorageError::InvalidQuery(
                "the statement is empty".to_owned(),
            ));
        }
        (Some(_), false) => {
            let message = "one statement at a time: there is more after the first semicolon";
            return Err(StorageError::InvalidQuery(message.to_owned()));
        }
    };
    let reads = match &statement {
        Statement::Statement(sql) => matches!(
            sql.as_ref(),
            SqlStatement::Query(_) | SqlStatement::ExplainTable { .. }
        ),
        Statement::Explain(explain) => matches!(
            explain.statement.as_ref(),
            Statement::Statement(sql) if matches!(sql.as_ref(), SqlStatement::Query(_))
        ),
        _ => false,
    };
    if reads {
        return Ok(());
    }
    let text = statement.to_string();
    let words = text.split_whitespace().next().unwrap_or("this");
    Err(StorageError::NotReadOnly {
        statement: words.to_uppercase(),
    })
}
