//! Dependencies point one way. What this test refuses, docs/ARCHITECTURE.md explains.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Crate -> what it may depend on, of this workspace.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("mesh-contracts", &[]),
    ("mesh-storage", &["mesh-contracts"]),
    ("mesh-events", &["mesh-contracts"]),
    ("mesh-models", &["mesh-contracts"]),
    ("mesh-platform", &["mesh-contracts"]),
    ("mesh-scaffold", &["mesh-contracts"]),
    (
        "mesh-sdk",
        &[
            "mesh-contracts",
            "mesh-events",
            "mesh-models",
            "mesh-platform",
            "mesh-storage",
        ],
    ),
    ("mesh-testkit", &["mesh-platform", "mesh-sdk"]),
    ("mesh-catalog", &["mesh-contracts", "mesh-platform"]),
    ("bracelet-cardiology", &["mesh-sdk"]),
    (
        "mesh",
        &[
            "bracelet-cardiology",
            "mesh-catalog",
            "mesh-contracts",
            "mesh-platform",
            "mesh-scaffold",
            "mesh-sdk",
        ],
    ),
    (LOAD, &["mesh-contracts"]),
];

/// Measures a mesh from outside, beside what it is made of.
const LOAD: &str = "mesh-load";

/// Library -> the only crate that may know it.
const KNOWN_TO: [(&str, &str); 11] = [
    ("deltalake", "mesh-storage"),
    ("datafusion", "mesh-storage"),
    ("arrow-csv", "mesh-storage"),
    ("arrow-ipc", "mesh-storage"),
    ("rdkafka", "mesh-events"),
    ("redb", "mesh-events"),
    ("linfa", "mesh-models"),
    ("linfa-logistic", "mesh-models"),
    ("prost", "mesh-models"),
    ("minijinja", "mesh-scaffold"),
    ("diffy", "mesh-scaffold"),
];

/// Crate -> its dependencies, without those of its tests.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let all = package["dependencies"].as_array().unwrap().iter();
            let used = all
                .filter(|dependency| dependency["kind"] != "dev")
                .map(name);
            (name(package), used.collect())
        })
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    let dependencies = dependencies();
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let there: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
    assert_eq!(
        there, known,
        "a crate is missing from the rules, or from the workspace"
    );
    for (name, may_use) in MAY_USE {
        for used in dependencies[name]
            .iter()
            .filter(|used| known.contains(used.as_str()))
        {
            assert!(
                may_use.contains(&used.as_str()),
                "{name} must not depend on {used}"
            );
        }
    }
}

#[test]
fn each_engine_is_known_to_one_crate() {
    for (name, dependencies) in dependencies() {
        if name == LOAD {
            continue;
        }
        for (library, home) in KNOWN_TO {
            assert!(
                name == home || !dependencies.contains(library),
                "{name} must not know {library}"
            );
        }
    }
}

/// `cargo run` and `cargo test` build one tree: had a dependency other features in the tests, it and all that uses it
/// would be built a second time.
#[test]
fn the_tests_ask_no_other_features_of_what_the_binary_uses() {
    let tree = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--offline",
                "--prefix",
                "none",
                "--format",
                "{p} [{f}]",
            ])
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let lines = String::from_utf8(output.stdout).unwrap();
        let packages = lines.lines().filter_map(|line| {
            let (package, features) = line.split_once(" [")?;
            Some((
                package.to_owned(),
                features.trim_end_matches(" (*)").to_owned(),
            ))
        });
        packages.collect::<BTreeSet<_>>()
    };
    let tests = tree(&["--workspace", "--edges", "all"]);
    for (package, features) in tree(&["--package", "mesh", "--edges", "normal,build"]) {
        let same = tests.contains(&(package.clone(), features.clone()));
        assert!(
            same,
            "{package}: cargo run builds it with [{features}, the tests with more"
        );
    }
}
