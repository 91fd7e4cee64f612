//! A mesh in a test: real event log, real Delta tables, real HTTP on a loopback port, in a folder that goes
//! away with it. And the compliance suite: the rules that every data product must keep.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so where it stands"
)]

mod answer;
pub mod compliance;
mod test_mesh;
mod watching;

pub use answer::Answer;
pub use test_mesh::TestMesh;
pub use watching::{Frame, Watching};
