//! The ONNX file format: reading its messages and writing a trained model.

pub(crate) mod export;
pub(crate) mod graph;
pub(crate) mod proto;
pub(crate) mod read;
