//! Storage of a data product: every dataset is one Delta table that exactly one product owns.
//!
//! The only crate that knows Delta and DataFusion. Rows that have passed their contract gate are added to a dataset
//! or take the place of all it has, together with how far the writer has read its sources ([`Dataset::writing`]);
//! SQL reads them ([`Engine::query`]), or what is new of them ([`Engine::changes`]). Files that are no dataset can be
//! read in batches ([`read_csv_text`], [`read_parquet`], [`read_delta`]) and named in a query ([`Engine::add_table`]).

mod check;
mod dataset;
mod disk;
mod encode;
mod engine;
mod error;
mod files;
mod local;
mod location;
mod numbers;
mod statement;

pub use check::{Checked, check, check_row_by_row, check_windows};
pub use dataset::{
    Dataset, DatasetInfo, DatasetVersion, Maintained, NewRows, Policy, Spans, WriteMode, Writing,
    export_delta,
};
pub use encode::Format;
pub use engine::{
    Changes, Engine, Incremental, Limits, QueryRows, RowFunction, TableSource, WINDOW_END,
    WINDOW_START, WindowedRows, windowed,
};
pub use error::StorageError;
pub use files::{FileRows, RecordBatches, read_csv_text, read_delta, read_parquet};
pub use location::Location;
pub use numbers::Numbers;
