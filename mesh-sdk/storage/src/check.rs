//! A statement looked at before there is any data: what it reads and what it gives.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use deltalake::datafusion::datasource::empty::EmptyTable;
use deltalake::datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::datafusion::logical_expr::LogicalPlan;

use crate::StorageError;
use crate::engine::{STACK, by_window, only_reading, row_source, session};
use crate::statement::Statement;

/// What a statement is found to do.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The tables it reads, by name, each once.
    pub reads: Vec<String>,
    /// The columns it gives.
    pub gives: SchemaRef,
}

/// Plans `sql` over empty tables with these columns, so that a mistake shows before there is a row.
///
/// # Errors
/// As [`crate::Engine::query`] answers the statement.
pub fn check(sql: &str, tables: &[(&str, SchemaRef)]) -> Result<Checked, StorageError> {
    on_thread(sql, tables, |_| ()).map(|(checked, ())| checked)
}

/// The same of a statement that is run window by window of the table `over`, which has the columns of [`windowed`] rows.
///
/// Also says what the statement does that prevents it, as in "it limits the number of its rows".
///
/// # Errors
/// As [`check`].
///
/// [`windowed`]: crate::windowed
pub fn check_windows(
    sql: &str,
    tables: &[(&str, SchemaRef)],
    over: &str,
) -> Result<(Checked, Result<(), String>), StorageError> {
    on_thread(sql, tables, |plan| by_window(plan, over))
}

/// The same of a statement that is run on new rows alone; it may only take the rows of one table one by one.
///
/// Also gives that table's name, or says what the statement does that prevents it, as in "it aggregates".
///
/// # Errors
/// As [`check`].
pub fn check_row_by_row(
    sql: &str,
    tables: &[(&str, SchemaRef)],
) -> Result<(Checked, Result<String, String>), StorageError> {
    on_thread(sql, tables, row_source)
}

/// What a statement does, and what `judge` finds in its plan.
fn on_thread<T: Send>(
    sql: &str,
    tables: &[(&str, SchemaRef)],
    judge: impl Fn(&LogicalPlan) -> T + Sync,
) -> Result<(Checked, T), StorageError> {
    let plan = || -> Result<(Checked, T), StorageError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(StorageError::Threads)?;
        let (checked, plan) = runtime.block_on(planned(sql, tables))?;
        Ok((checked, judge(&plan)))
    };
    // A statement of as many tokens as are allowed is walked recursively.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("statement".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, plan)
            .map_err(StorageError::Threads)?;
        let ended = |_| StorageError::InvalidQuery("the statement cannot be planned".to_owned());
        thread.join().map_err(ended)?
    })
}

async fn planned(
    sql: &str,
    tables: &[(&str, SchemaRef)],
) -> Result<(Checked, LogicalPlan), StorageError> {
    let statement = Statement::parse(sql)?;
    let session = session(Arc::new(RuntimeEnv::default()));
    let state = session.state();
    let mut reads = statement.tables(&state)?;
    reads.sort_unstable();
    reads.dedup();
    for (name, schema) in tables {
        session.register_table(*name, Arc::new(EmptyTable::new(schema.clone())))?;
    }
    let plan = session
        .state()
        .statement_to_plan(statement.into_parsed())
        .await?;
    only_reading().verify_plan(&plan)?;
    let gives = Arc::new(plan.schema().as_arrow().clone());
    Ok((Checked { reads, gives }, plan))
}
