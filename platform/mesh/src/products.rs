//! The composition root's list: every product that this binary runs.

use mesh_sdk::{DataProduct, SdkError};

pub(crate) fn all() -> Result<Vec<DataProduct>, SdkError> {
    Ok(vec![bracelet_cardiology::product()?])
}
