//! The fault matrix: what may go wrong around a mesh goes wrong while producers write to it over HTTP and through Kafka.
//! Whatever it is, what was acknowledged is stored exactly once, and the mesh goes on by itself.
//!
//! docs/fault-matrix.md says which test proves what; deploy/integration/run faults runs them.

mod brokers;
mod clock;
mod disk;
mod kafka;
mod killed;
mod matrix;
mod producers;
mod sharing;
mod trial;
