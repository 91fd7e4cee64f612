use std::fs;
use std::path::{Path, PathBuf};

use mesh_contracts::{Contract, Gate, LogicalType, Property, Record, Side, published};
use serde_json::Value;

fn documents(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("tests"));
    let documents = entries.flat_map(|path| match path.is_dir() {
        true => documents(&path),
        false => vec![path],
    });
    documents
        .filter(|path| path.to_string_lossy().ends_with(".odcs.yaml"))
        .collect()
}

#[test]
fn every_document_is_published_under_its_domain_name_and_version() {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let documents = documents(&root);
    assert!(!documents.is_empty());
    for path in &documents {
        let file = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let yaml = fs::read_to_string(path).unwrap();
        let contract = Contract::parse(file, &yaml).unwrap_or_else(|error| panic!("{error}"));
        let expected = format!(
            "{}/{}/{}.odcs.yaml",
            contract.domain(),
            contract.name(),
            contract.version()
        );
        assert_eq!(file, expected);
        let found = published::find(contract.id(), Some(contract.version())).unwrap();
        assert_eq!(found.source(), yaml);
    }
    assert_eq!(published::all().len(), documents.len());
}

#[test]
fn ids_and_names_are_unique() {
    let all = published::all();
    for (index, contract) in all.iter().enumerate() {
        for other in &all[index + 1..] {
            let same_contract = contract.id() == other.id();
            assert_eq!(
                same_contract,
                contract.name() == other.name(),
                "{contract:?} {other:?}"
            );
            assert!(
                !same_contract || contract.version() != other.version(),
                "{contract:?}"
            );
        }
    }
}

#[test]
fn a_contract_is_found_by_id_or_name() {
    let id = "urn:mesh:contract:cardiology:heart-readings";
    assert_eq!(published::find(id, None).unwrap().name(), "heart-readings");
    assert_eq!(
        published::find("heart-readings", Some("1.0.0"))
            .unwrap()
            .id(),
        id
    );
    assert!(published::find("heart-readings", Some("9.0.0")).is_none());
    assert!(published::find("heart-reading", None).is_none());
}

/// A value made of the examples of the contract itself; none where a required property has no example.
fn example(property: &Property) -> Option<Value> {
    match property.logical_type() {
        LogicalType::Object(properties) => object(properties, Side::Stored),
        LogicalType::Array(item) => Some(Value::Array(vec![example(item)?])),
        _ => property.examples().first().cloned(),
    }
}

fn object(properties: &[Property], side: Side) -> Option<Value> {
    let mut object = Record::new();
    for property in properties
        .iter()
        .filter(|property| side == Side::Stored || property.assigned().is_none())
    {
        match example(property) {
            Some(example) => object.insert(property.name().to_owned(), example),
            None if property.required() => return None,
            None => None,
        };
    }
    Some(Value::Object(object))
}

#[test]
fn the_examples_of_a_contract_make_a_record_that_keeps_it() {
    let mut tried = Vec::new();
    for contract in published::all() {
        for side in [Side::Input, Side::Stored] {
            let Some(Value::Object(record)) = object(contract.schema().properties(), side) else {
                continue;
            };
            if let Err(violations) = Gate::compile(contract, side).check(&record) {
                panic!("{contract:?} {side:?}: {violations:?}");
            }
            tried.push(contract.name());
        }
    }
    for name in ["heart-readings", "heart-risk-scores", "diagnoses"] {
        assert!(tried.contains(&name), "{name} has not enough examples");
    }
}

#[test]
fn every_property_is_described_and_classified() {
    fn check(contract: &Contract, properties: &[Property]) {
        for property in properties {
            let name = property.name();
            assert!(
                !property.description().is_empty(),
                "{contract:?} {name} has no description"
            );
            assert!(
                property.classification().is_some(),
                "{contract:?} {name} has no classification"
            );
            if let LogicalType::Object(properties) = property.logical_type() {
                check(contract, properties);
            }
        }
    }
    for contract in published::all() {
        check(contract, contract.schema().properties());
    }
}
