//! tmp
mod infer;
mod yaml;
pub use infer::{infer, InferError, InferOptions, Inferred, InferredColumn, Header, Kind, Classification, ContractNames};
