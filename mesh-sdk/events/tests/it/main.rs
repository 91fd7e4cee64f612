//! The conformance suite on each home of the log, and what only the embedded one can be tested for.

mod conformance;
mod crash;
mod embedded;
mod kafka;
mod mock;
mod support;
