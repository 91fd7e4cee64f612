//! Declared products: what is told of a mistake in them, and what they do.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod algorithms;
mod clinic;
mod code;
mod congestion;
mod declared;
mod described;
mod fixture;
mod lifecycle;
mod live;
mod mistakes;
#[path = "../../../../contracts/tests/it/mutation.rs"]
mod mutation;
mod mutations;
mod named;
mod online;
mod quality;
mod quarantine;
mod search;
mod tasks;
mod training;
mod transforms;
mod trial;
mod ward;
mod watching;
mod windows;
