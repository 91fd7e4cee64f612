//! From the text of a statement to its rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use deltalake::datafusion::common::tree_node::{Transformed, TreeNode};
use deltalake::datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::datafusion::logical_expr::LogicalPlan;
use deltalake::datafusion::physical_plan::coop::CooperativeExec;
use deltalake::datafusion::physical_plan::{
    ExecutionPlan, SendableRecordBatchStream, execute_stream,
};
use deltalake::datafusion::prelude::SessionContext;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};

use super::row_by_row::{Incremental, source};
use super::rows::Budget;
use super::session::{in_order, only_reading, session};
use super::tables::{Pinned, TableSource};
use super::{Begun, Changes, QueryRows, RowFunction};
use crate::StorageError;
use crate::dataset::{Added, NewFiles, added_by, added_since, table_error};
use crate::files::RecordBatches;
use crate::statement::Statement;

/// One statement, on its way through the engine's threads.
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) tables: BTreeMap<String, TableSource>,
    pub(super) functions: Vec<RowFunction>,
    pub(super) environment: Arc<RuntimeEnv>,
    pub(super) budget: Budget,
}

/// A statement that has been planned, and each table of it at one version.
struct Planned {
    session: SessionContext,
    plan: LogicalPlan,
    tables: BTreeMap<String, Pinned>,
}

impl Query {
    pub(super) async fn all(self) -> Result<Begun<QueryRows>, StorageError> {
        let planned = self.plan().await?;
        let sources = planned.sources();
        let rows = planned.run().await?;
        let (schema, rows) = (rows.schema(), batches(rows));
        Ok(QueryRows::begin(sources, schema, rows, self.budget))
    }

    pub(super) async fn judge(self) -> Result<Begun<Incremental>, StorageError> {
        let planned = self.plan().await?;
        let judged = match planned.source() {
            Ok(dataset) => Incremental::RowByRow { dataset },
            Err(reason) => Incremental::Whole { reason },
        };
        Ok((judged, async {}.boxed()))
    }

    pub(super) async fn since(
        self,
        since: BTreeMap<String, u64>,
    ) -> Result<Begun<Changes>, StorageError> {
        let planned = self.plan().await?;
        let sources = planned.sources();
        let added = match planned.source() {
            Ok(dataset) => match planned.added(&dataset, since.get(&dataset)).await? {
                Ok(files) => Ok((dataset, files)),
                Err(reason) => Err(reason),
            },
            Err(reason) => Err(reason),
        };
        let (dataset, files) = match added {
            Ok(added) => added,
            Err(reason) => return Ok((Changes::Whole { reason }, async {}.boxed())),
        };
        let session = session(self.environment.clone());
        let planned = self
            .plan_with(session, &planned.tables, &dataset, &files)
            .await?;
        let rows = planned.run().await?;
        let (schema, rows) = (rows.schema(), batches(rows));
        let (rows, rest) = QueryRows::begin(sources, schema, rows, self.budget);
        Ok((Changes::Rows(rows), rest))
    }

    /// Reads the files of a version one after the other, each from its beginning.
    pub(super) async fn added_by(
        self,
        dataset: String,
        version: u64,
    ) -> Result<Begun<Changes>, StorageError> {
        let planned = self.plan().await?;
        let sources = planned.sources();
        let schema = planned.plan.schema().inner().clone();
        let added = match planned.tables.get(&dataset).and_then(Pinned::delta) {
            Some(table) => added_by(table, version).await,
            None => Ok(Added::Otherwise("is not there")),
        };
        let files = match added.map_err(|error| table_error(&dataset, error))? {
            Added::Files(files) => files,
            Added::Otherwise(what) => {
                let reason = format!("{dataset} {what}");
                return Ok((Changes::Whole { reason }, async {}.boxed()));
            }
        };
        let budget = self.budget;
        let reading = Arc::new((self, planned.tables, dataset));
        let rows = stream::iter(files.each())
            .then(move |file| file_in_order(reading.clone(), file))
            .try_flatten();
        let (rows, rest) = QueryRows::begin(sources, schema, rows.boxed(), budget);
        Ok((Changes::Rows(rows), rest))
    }

    async fn plan(&self) -> Result<Planned, StorageError> {
        let statement = Statement::parse(&self.sql)?;
        let session = session(self.environment.clone());
        for function in &self.functions {
            session.register_udf(function.udf());
        }
        let state = Arc::new(session.state());
        let mut tables = BTreeMap::new();
        for name in statement.tables(&state)? {
            if let Some(table) = self.tables.get(&name) {
                let table = table.pin().await?;
                let rows = table.provider(&name, &state, None).await?;
                session.register_table(name.as_str(), rows)?;
                tables.insert(name, table);
            }
        }
        let plan = logical(&session, statement).await?;
        Ok(Planned {
            session,
            plan,
            tables,
        })
    }

    /// The same statement over some files only of the table `name`, at the same version.
    async fn plan_with(
        &self,
        session: SessionContext,
        tables: &BTreeMap<String, Pinned>,
        name: &str,
        files: &NewFiles,
    ) -> Result<Planned, StorageError> {
        if let Some(table) = tables.get(name) {
            let state = Arc::new(session.state());
            session.register_table(name, table.provider(name, &state, Some(files)).await?)?;
        }
        let plan = logical(&session, Statement::parse(&self.sql)?).await?;
        Ok(Planned {
            session,
            plan,
            tables: BTreeMap::new(),
        })
    }
}

impl Planned {
    fn sources(&self) -> BTreeMap<String, u64> {
        let versions = self.tables.iter();
        versions
            .filter_map(|(name, table)| Some((name.clone(), table.version()?)))
            .collect()
    }

    /// The one dataset that the statement reads row by row, or why there is none.
    fn source(&self) -> Result<String, String> {
        let name = source(&self.plan)?;
        match self.tables.get(&name).and_then(Pinned::delta) {
            Some(_) => Ok(name),
            None => Err(format!("{name} is not a dataset")),
        }
    }

    /// The files of `dataset` that are new since a version, or why they are not all that is new.
    async fn added(
        &self,
        dataset: &str,
        since: Option<&u64>,
    ) -> Result<Result<NewFiles, String>, StorageError> {
        let (Some(since), Some(table)) = (since, self.tables.get(dataset).and_then(Pinned::delta))
        else {
            return Ok(Err(format!("{dataset} was not read before")));
        };
        let added = added_since(table, *since).await;
        Ok(match added.map_err(|error| table_error(dataset, error))? {
            Added::Files(files) => Ok(files),
            Added::Otherwise(what) => Err(format!("{dataset} {what}")),
        })
    }

    async fn run(self) -> Result<SendableRecordBatchStream, StorageError> {
        let frame = self.session.execute_logical_plan(self.plan).await?;
        let context = Arc::new(frame.task_ctx());
        let plan = yielding(frame.create_physical_plan().await?)?;
        Ok(execute_stream(plan, context)?)
    }
}

/// What goes wrong with rows, in the words of this crate.
fn batches(rows: SendableRecordBatchStream) -> RecordBatches {
    rows.map_err(StorageError::from).boxed()
}

/// The rows of one file of the table that `reading` names, as they are in it.
async fn file_in_order(
    reading: Arc<(Query, BTreeMap<String, Pinned>, String)>,
    file: NewFiles,
) -> Result<RecordBatches, StorageError> {
    let (query, tables, name) = &*reading;
    let session = in_order(query.environment.clone());
    let planned = query.plan_with(session, tables, name, &file).await?;
    Ok(batches(planned.run().await?))
}

async fn logical(
    session: &SessionContext,
    statement: Statement,
) -> Result<LogicalPlan, StorageError> {
    let plan = session
        .state()
        .statement_to_plan(statement.into_parsed())
        .await?;
    only_reading().verify_plan(&plan)?;
    Ok(plan)
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
