//! A statement looked at before there is any data: what it reads and what it gives.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use deltalake::datafusion::datasource::empty::EmptyTable;
use deltalake::datafusion::execution::runtime_env::RuntimeEnv;

use crate::StorageError;
use crate::engine::{STACK, only_reading, session};
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
    let plan = || -> Result<Checked, StorageError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(StorageError::Threads)?;
        runtime.block_on(planned(sql, tables))
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

async fn planned(sql: &str, tables: &[(&str, SchemaRef)]) -> Result<Checked, StorageError> {
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
    Ok(Checked {
        reads,
        gives: Arc::new(plan.schema().as_arrow().clone()),
    })
}
