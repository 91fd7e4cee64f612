//! A real server on a loopback port, spoken to over real connections.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connections;
mod identity;
mod limits;
mod problems;
mod raw;
mod self_description;
mod telemetry;
mod test_server;
