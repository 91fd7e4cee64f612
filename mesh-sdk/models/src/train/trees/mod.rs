//! Decision trees, on which three algorithms are built.
//!
//! Grown here and not by linfa-trees: that one breaks ties by the order of a hash map, so that the same rows and seed would not
//! give the same bytes, keeps one class per leaf and no probabilities, has no regression, and looks at every row at every node.

pub(crate) mod bins;
pub(crate) mod grow;
pub(crate) mod histogram;
pub(crate) mod tree;
