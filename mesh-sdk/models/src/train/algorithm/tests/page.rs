//! `ALGORITHMS.md` is made of what the types say of themselves.

use std::fmt::Write;
use std::path::PathBuf;
use std::{env, fs};

use serde_json::Value;

use crate::{Algorithm, Features, OnlineAlgorithm};

const HEAD: &str = "# Algorithms

What `Algorithm::named` knows, with its hyper-parameters: name, what is usual, what it does. Each is trained from `Features` and exported to
one ONNX file with the preprocessing inside. This page is generated: `UPDATE_DOCS=1 cargo test -p mesh-models page` writes it.
";

fn definitions(schema: &Value) -> Vec<(String, Value)> {
    let variants = schema["oneOf"].as_array().unwrap();
    let definition = |variant: &Value| {
        let name = variant["properties"]["name"]["const"].as_str().unwrap();
        let definition = match variant["$ref"].as_str() {
            Some(reference) => schema.pointer(reference.trim_start_matches('#')).unwrap(),
            None => variant,
        };
        let mut definition = definition.clone();
        if let Some(properties) = definition["properties"].as_object_mut() {
            properties.shift_remove("name");
        }
        (name.to_owned(), definition)
    };
    variants.iter().map(definition).collect()
}

fn section(page: &mut String, title: &str, definition: &Value) {
    let text = |of: &Value| {
        of["description"]
            .as_str()
            .unwrap_or_default()
            .replace('\n', " ")
    };
    writeln!(page, "\n## {title}\n\n{}", text(definition)).unwrap();
    let properties = definition["properties"].as_object().into_iter().flatten();
    for (i, (name, property)) in properties.enumerate() {
        if i == 0 {
            writeln!(page, "\n| | usual | |\n|---|---|---|").unwrap();
        }
        let usual = match &property["default"] {
            Value::Null => String::new(),
            default => format!("`{default}`"),
        };
        writeln!(page, "| `{name}` | {usual} | {} |", text(property)).unwrap();
    }
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    let algorithms = schemars::schema_for!(Algorithm).to_value();
    for (name, definition) in definitions(&algorithms) {
        section(&mut page, &name, &definition);
    }
    page.push_str("\n# Online\n\nWhat `OnlineModel` learns with, from one row after another.\n");
    let online = schemars::schema_for!(OnlineAlgorithm).to_value();
    for (name, definition) in definitions(&online) {
        section(&mut page, &format!("{name} (online)"), &definition);
    }
    page.push_str("\n# Features\n");
    let features = schemars::schema_for!(Features).to_value();
    section(&mut page, "Features", &features);
    page
}

#[test]
fn the_page_says_what_the_types_do() {
    let path = PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap()).join("ALGORITHMS.md");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == page(),
        "ALGORITHMS.md is not what the types say; UPDATE_DOCS=1 writes it"
    );
}

#[test]
fn every_algorithm_is_on_the_page() {
    for name in Algorithm::NAMES {
        assert!(page().contains(&format!("\n## {name}\n")), "{name}");
    }
}
