//! The library as the command line uses it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod inference;
mod products;
mod real_data;
mod support;
mod upgrades;
