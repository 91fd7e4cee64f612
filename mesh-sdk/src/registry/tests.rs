use std::sync::Arc;

use mesh_models::{Baseline, LogisticRegression, Table, Task, digest};
use mesh_platform::vault::Vault;
use serde_json::{from_value, json};

use super::{ModelVersion, Registry};
use crate::watching::Reference;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// Versions that each of two adds.
const EACH: usize = 20;

/// A model of one feature, and what its answers are compared with.
fn model() -> (Vec<u8>, Reference) {
    let mut table = Table::new(vec!["x".to_owned()]);
    (0..10).for_each(|row| table.push_row(&[row as f32]).unwrap());
    let labels: Vec<bool> = (0..10).map(|row| row > 4).collect();
    let regression = LogisticRegression::new(["x"], [""; 0]);
    let onnx = regression.fit(&table, &labels).unwrap().to_onnx();
    let baseline = Baseline::of(&table, &[], Task::YesOrNo, &[0.5; 10], 0).unwrap();
    let reference = json!({"baseline": baseline, "estimator": null});
    (onnx, from_value(reference).unwrap())
}

fn record(version: u64, by: &str, onnx: &[u8]) -> ModelVersion {
    let record = json!({
        "model": "m",
        "version": version,
        "description": by,
        "algorithm": "logistic_regression",
        "trained_at": "2026-05-03T10:00:00Z",
        "sha256": digest(onnx),
        "features": ["x"],
        "trained_on": {"datasets": {}, "sql": "", "cases": 10, "held_out": 0.2, "seed": 0},
    });
    from_value(record).unwrap()
}

#[test]
fn versions_that_are_added_at_once_have_numbers_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(Vault::with_key(KEY, "test").unwrap());
    // As each process does.
    let open = || Registry::open(folder.path().to_owned(), "m", vault.clone()).unwrap();
    let (onnx, reference) = model();
    let add = |by: &str| -> Vec<u64> {
        let registry = open();
        let add = || registry.add(&onnx, &reference, |number| record(number, by, &onnx));
        (0..EACH).map(|_| add().unwrap().version).collect()
    };
    let (ours, theirs) = std::thread::scope(|threads| {
        let other = threads.spawn(|| add("other"));
        (add("one"), other.join().unwrap())
    });

    let registry = open();
    let versions = registry.versions().unwrap();
    let numbers: Vec<u64> = versions.iter().map(|version| version.version).collect();
    assert_eq!(numbers, (1..=2 * EACH as u64).collect::<Vec<_>>());
    for version in &versions {
        let added = match version.description.as_str() {
            "one" => &ours,
            _ => &theirs,
        };
        assert!(added.contains(&version.version));
        registry.load(version).unwrap();
        assert!(registry.reference(version.version).unwrap().is_some());
    }
}
