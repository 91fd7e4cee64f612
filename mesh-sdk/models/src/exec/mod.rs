//! The tabular executor: an ONNX graph compiled to steps over columns of `f32`.
//!
//! [`compile`] walks the graph once. What only moves data about (picking columns, concatenating, reshaping) is done then, on
//! lists of column numbers, and costs nothing per row; what computes becomes a [`steps::Step`]. [`program`] runs the steps over
//! blocks of rows held column by column, so that the inner loops are over neighbouring numbers.

pub(crate) mod attributes;
pub(crate) mod compile;
pub(crate) mod constants;
pub(crate) mod forest;
pub(crate) mod kernel;
pub(crate) mod linear;
pub(crate) mod machines;
pub(crate) mod model;
pub(crate) mod operators;
pub(crate) mod program;
pub(crate) mod reduce;
pub(crate) mod scores;
pub(crate) mod signature;
pub(crate) mod steps;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod values;
