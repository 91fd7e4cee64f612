//! What every part of the mesh shares when it speaks HTTP: who is calling, what went wrong, what a route
//! promises, what is logged and measured, and how connections are served.
//!
//! Nothing in here knows a data product, a contract or a dataset.

pub mod api;
mod error;
pub mod identity;
mod key_file;
pub mod problem;
pub mod server;
pub mod telemetry;
pub mod vault;

pub use error::Error;
