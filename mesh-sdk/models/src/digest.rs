//! The name of an artifact by its content.

use sha2::{Digest, Sha256};

/// SHA-256 of a model's bytes, in lower-case hexadecimal (64 characters): the same model, wherever it lies.
pub fn digest(onnx: &[u8]) -> String {
    Sha256::digest(onnx)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
