//! The composition root: every product that this binary runs.

use mesh_sdk::{DataProduct, SdkError};

fn main() -> std::process::ExitCode {
    mesh_cli::main(products)
}

fn products() -> Result<Vec<DataProduct>, SdkError> {
    Ok(vec![
        bracelet_cardiology::product()?,
        declared::epidemiology()?,
        declared::logistics()?,
    ])
}

/// Products that are files and nothing else.
mod declared {
    use include_dir::{Dir, include_dir};
    use mesh_sdk::{DataProduct, SdkError};

    static EPIDEMIOLOGY: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../products/epidemiology");
    static LOGISTICS: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../products/logistics");

    pub(super) fn epidemiology() -> Result<DataProduct, SdkError> {
        DataProduct::from_files(&EPIDEMIOLOGY)
    }

    pub(super) fn logistics() -> Result<DataProduct, SdkError> {
        DataProduct::from_files(&LOGISTICS)
    }
}
