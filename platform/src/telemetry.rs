//! What the mesh says about its own work: logs and metrics. Neither ever holds a header or a body.

mod chain;
mod context;
mod exchange;
mod logs;
mod metrics;

pub use chain::Chain;
pub(crate) use context::REQUEST_ID;
pub use context::RequestContext;
pub(crate) use exchange::Exchange;
pub use logs::{LogFormat, init};
pub use metrics::metrics_api;
pub(crate) use metrics::{HttpMetrics, upkeep};
