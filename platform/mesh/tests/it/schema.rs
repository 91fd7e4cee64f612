//! `docs/mesh.schema.json` is what `mesh schema` prints. `UPDATE_DOCS=1` writes it anew.

use serde_json::Value;

use crate::process::mesh;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/mesh.schema.json");

#[test]
fn the_schema_in_the_docs_is_the_one_that_is_printed() {
    let printed = mesh(&["schema"]).well();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(FILE, &printed).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap();
    assert_eq!(
        kept, printed,
        "write it anew: UPDATE_DOCS=1 cargo test -p mesh schema"
    );
}

#[test]
fn the_schema_describes_the_parts_of_a_mesh_yaml() {
    let schema: Value = serde_json::from_str(&mesh(&["schema"]).well()).unwrap();
    assert!(
        schema["$schema"]
            .as_str()
            .unwrap()
            .starts_with("https://json-schema.org/")
    );
    for part in ["datasets", "models"] {
        assert!(schema["properties"][part].is_object(), "{part}");
    }
}
