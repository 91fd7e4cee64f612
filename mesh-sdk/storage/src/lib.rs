//! Storage of a data product: every dataset is one Delta table that exactly one product owns.
//!
//! The only crate that knows Delta and DataFusion. Two things are possible here and no more: append a
//! batch that has passed its contract gate, together with how far the writer has read its sources
//! ([`Dataset::append`]), and read with SQL ([`Engine::query`]).

mod check;
mod dataset;
mod encode;
mod error;
mod numbers;
mod query;
mod statement;

pub use check::{Checked, check};
pub use dataset::{Dataset, DatasetInfo};
pub use encode::Format;
pub use error::StorageError;
pub use numbers::Numbers;
pub use query::{Engine, Limits, QueryRows};
