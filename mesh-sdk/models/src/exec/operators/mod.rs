//! The operators: each checks its node and says what the node's outputs are, adding steps for what has to be computed.

pub(crate) mod classifier;
pub(crate) mod columns;
pub(crate) mod dense;
pub(crate) mod dispatch;
pub(crate) mod elementwise;
pub(crate) mod ensemble;
pub(crate) mod layout;
pub(crate) mod numbers;
pub(crate) mod reductions;
pub(crate) mod svm;
pub(crate) mod tables;
pub(crate) mod trees;
