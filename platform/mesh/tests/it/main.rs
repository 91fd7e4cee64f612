//! The binary, run as a user runs it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod architecture;
mod command_line;
mod crash;
mod process;
