//! `docs/*.schema.json` are what `mesh schema` prints. `UPDATE_DOCS=1` writes them anew.

use serde_json::Value;

use crate::process::mesh;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

#[test]
fn the_schemas_in_the_docs_are_those_that_are_printed() {
    for (arguments, file) in [
        (["schema"].as_slice(), "mesh.schema.json"),
        (&["schema", "config.yaml"], "config.schema.json"),
    ] {
        let printed = mesh(arguments).well();
        let file = format!("{DOCS}/{file}");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&file, &printed).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap();
        assert_eq!(
            kept, printed,
            "write {file} anew: UPDATE_DOCS=1 cargo test -p mesh schema"
        );
    }
}

#[test]
fn the_schemas_describe_the_parts_of_their_files() {
    for (file, parts) in [
        ("mesh.yaml", ["datasets", "models"].as_slice()),
        ("config.yaml", &["events"]),
    ] {
        let schema: Value = serde_json::from_str(&mesh(&["schema", file]).well()).unwrap();
        let standard = schema["$schema"].as_str().unwrap();
        assert!(standard.starts_with("https://json-schema.org/"));
        for part in parts {
            assert!(schema["properties"][part].is_object(), "{part}");
        }
    }
}
