//! Readings from smart bracelets, and the risk of heart disease that a model sees in them.
//!
//! Everything the product is stands in `product.odps.yaml` and `mesh.yaml`; it needs no code of its own.

use include_dir::{Dir, include_dir};
use mesh_sdk::{DataProduct, SdkError};

static FILES: Dir = include_dir!("$CARGO_MANIFEST_DIR");

/// The product as declared.
pub fn product() -> Result<DataProduct, SdkError> {
    DataProduct::from_files(&FILES)
}
