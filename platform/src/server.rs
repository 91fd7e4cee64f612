//! From an open socket to a router and back: connections, limits, and the answers that every route shares.

mod closing;
mod connections;
mod headers;
mod health;
mod layers;
mod limits;
mod live;
mod plain_errors;

pub use closing::Closing;
pub use connections::serve;
pub use health::{Part, Readiness};
pub use layers::layers;
pub use limits::Limits;
pub use live::LiveRouter;
