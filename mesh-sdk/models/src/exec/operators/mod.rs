//! The operators: each checks its node and says what the node's outputs are, adding steps for what has to be computed.

pub(crate) mod classifier;
pub(crate) mod columns;
pub(crate) mod dispatch;
pub(crate) mod numbers;
