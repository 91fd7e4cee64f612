use std::path::Path;

use anyhow::{Context, bail};
use mesh_sdk::DataProduct;

/// The product whose files are in `folder`.
pub(super) fn read(folder: &Path) -> anyhow::Result<DataProduct> {
    let shown = folder.display();
    if !folder.is_dir() {
        bail!("there is no folder {shown}: name that of a product; `mesh new` makes one");
    }
    if !folder.join("product.odps.yaml").is_file() {
        bail!(
            "{shown} has no product.odps.yaml: name the folder of a product; `mesh new` makes one"
        );
    }
    DataProduct::from_files(folder.to_owned())
        .with_context(|| format!("the product in {shown} cannot be read"))
}
