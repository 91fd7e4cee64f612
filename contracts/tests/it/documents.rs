//! Every document in `tests/documents`: what is `valid` is read, what is `invalid` breaks its standard, and what is
//! `refused-here` keeps the standard but not the rules of this mesh. `expected.txt` says what is told first of each
//! that is not `valid`, in the order of their names.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use mesh_contracts::{Contract, DocumentError, ProductDescription};

/// Name and text of each.
fn documents() -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let documents = entries.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    documents
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn folder() -> PathBuf {
    PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("tests/documents")
}

fn lint(file: &str, yaml: &str) -> Vec<DocumentError> {
    match file.ends_with(".odps.yaml") {
        true => ProductDescription::lint(file, yaml),
        false => Contract::lint(file, yaml),
    }
}

fn parse(file: &str, yaml: &str) -> Option<DocumentError> {
    match file.ends_with(".odps.yaml") {
        true => ProductDescription::parse(file, yaml).err(),
        false => Contract::parse(file, yaml).err(),
    }
}

#[test]
fn valid_documents_are_read() {
    for (file, yaml) in documents() {
        if file.starts_with("valid-") {
            assert_eq!(lint(&file, &yaml), []);
            assert_eq!(parse(&file, &yaml), None);
        }
    }
}

#[test]
fn what_is_wrong_with_the_others_is_told_with_its_place_and_a_way_out() {
    let mut told = String::new();
    for (file, yaml) in documents() {
        if !file.starts_with("valid-") {
            let errors = lint(&file, &yaml);
            assert_eq!(parse(&file, &yaml).as_ref(), errors.first(), "{file}");
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            told.push_str(&format!("{first}\n"));
        }
    }
    let expected = fs::read_to_string(folder().join("expected.txt")).unwrap();
    for (told, expected) in told.lines().zip(expected.lines()) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.lines().count(), expected.lines().count());
}

#[test]
fn all_mistakes_are_told_at_once() {
    let yaml = documents()
        .remove("invalid-two-mistakes.odcs.yaml")
        .unwrap();
    let errors = Contract::lint("c.yaml", &yaml);
    let paths: Vec<_> = errors
        .iter()
        .map(|error| (error.line(), error.path()))
        .collect();
    assert_eq!(
        paths,
        [(3, "kind"), (64, "schema[0].properties[0].required")]
    );
}

#[test]
fn what_is_told_is_short() {
    for (file, yaml) in documents() {
        for error in lint(&file, &yaml) {
            assert!(error.to_string().len() < 500, "{error}");
        }
    }
}
