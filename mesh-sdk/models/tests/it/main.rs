//! Models trained on the bundled Cleveland table, exported, and run.

mod fixture;

mod executor;
mod explanations;
mod foreign;
mod hostile;
mod parity;
mod training;
