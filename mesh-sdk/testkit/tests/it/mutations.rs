use std::fs;

use mesh_sdk::DataProduct;

use crate::fixture::Wards;

/// Whatever stands in mesh.yaml, the product is read or refused.
#[test]
fn a_broken_declaration_is_refused_and_nothing_worse() {
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let products = ["bracelet-cardiology", "epidemiology", "logistics"];
    let mut documents: Vec<String> = products
        .iter()
        .map(|name| format!("{root}/../../products/{name}/mesh.yaml"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let wards = Wards::new();
    documents.push(fs::read_to_string(wards.path().join("mesh.yaml")).unwrap());
    let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
    crate::mutation::try_mutations_of(&documents, |text| {
        wards.write("mesh.yaml", text);
        // What is refused says in which file, and where.
        if let Err(error) = DataProduct::from_files(wards.path().to_owned()) {
            assert!(!error.to_string().is_empty());
        }
    });
}
