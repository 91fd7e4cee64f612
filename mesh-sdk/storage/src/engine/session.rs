use std::sync::Arc;

use deltalake::datafusion::execution::SessionStateBuilder;
use deltalake::datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};

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

/// Strings as Utf8, as in the tables and the contracts: older Arrow clients know no views.
pub(crate) fn session_config() -> SessionConfig {
    SessionConfig::new().set_bool(
        "datafusion.execution.parquet.schema_force_view_types",
        false,
    )
}

/// Where one statement is planned and run.
pub(crate) fn session(environment: Arc<RuntimeEnv>) -> SessionContext {
    let state = SessionStateBuilder::new()
        .with_config(session_config())
        .with_runtime_env(environment)
        .with_default_features()
        .build();
    // A scan of a Delta table that reads no column says that it keeps a limit, and does not. So the limit stays where it
    // was written.
    let rules = state.physical_optimizers().iter();
    let rules = rules.filter(|rule| rule.name() != "LimitPushdown").cloned();
    let rules = rules.collect();
    let state = SessionStateBuilder::from(state).with_physical_optimizer_rules(rules);
    let session = SessionContext::new_with_state(state.build());
    NO_FUNCTIONS
        .iter()
        .for_each(|name| session.deregister_udf(name));
    session
}

/// The same, where rows come in the order of their file.
pub(crate) fn in_order(environment: Arc<RuntimeEnv>) -> SessionContext {
    let session = session(environment);
    let state = session.state_ref();
    let mut state = state.write();
    state.config_mut().options_mut().execution.target_partitions = 1;
    drop(state);
    session
}

pub(crate) fn only_reading() -> SQLOptions {
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
}
