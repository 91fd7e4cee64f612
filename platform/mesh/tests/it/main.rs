//! The binary, run as a user runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod architecture;
mod command_line;
mod configuration;
mod contract_data;
mod contract_lint;
mod contract_versions;
mod faults;
mod fixture;
mod hosting;
mod model;
mod new_products;
mod process;
mod profile;
mod quarantine;
mod schema;
