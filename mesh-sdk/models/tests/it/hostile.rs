//! Files that are damaged or made to do harm: an error, never a panic.

use mesh_models::{Algorithm, Model, Pipeline, Scores, Target};
use serde_json::json;

use crate::fixture::{Random, cleveland, features, heart_risk};

fn exported() -> Vec<u8> {
    let (table, labels) = cleveland();
    heart_risk().fit(&table, &labels).unwrap().to_onnx()
}

/// A few small trees.
fn exported_trees() -> Vec<u8> {
    let (table, labels) = cleveland();
    let parameters = json!({"trees": 3, "max_depth": 4});
    let pipeline = Pipeline {
        features: features(),
        algorithm: Algorithm::named("random-forest", &parameters).unwrap(),
        seed: 0,
    };
    let trained = pipeline.fit(&table, &Target::yes_or_no(&labels)).unwrap();
    trained.to_onnx().unwrap()
}

/// Loads it and, where that works, scores: a file that loads must also run.
fn exercise(onnx: &[u8]) -> bool {
    let Ok(model) = Model::from_onnx(onnx) else {
        return false;
    };
    let rows = vec![1.0; model.features().len() * 3];
    let _ = model.score(&rows, &mut Scores::new());
    let _ = model.explain(&rows[..model.features().len()]);
    true
}

#[test]
fn a_file_cut_at_any_length_is_refused_or_still_runs() {
    let onnx = exported();
    let refused = (0..onnx.len())
        .filter(|&length| !exercise(&onnx[..length]))
        .count();
    // Cut inside the metadata at the end, a graph may still be whole.
    assert!(refused > onnx.len() * 9 / 10, "{refused} of {}", onnx.len());
    assert!(exercise(&onnx));
}

#[test]
fn flipped_bytes_never_panic() {
    for onnx in [exported(), exported_trees()] {
        let mut random = Random(7);
        for _ in 0..20_000 {
            let mut damaged = onnx.clone();
            for _ in 0..=random.next() % 3 {
                let position = random.next() as usize % damaged.len();
                damaged[position] = random.next() as u8;
            }
            exercise(&damaged);
        }
    }
}

#[test]
fn random_bytes_are_refused() {
    let mut random = Random(9);
    for length in 0..2_000 {
        let bytes: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        assert!(!exercise(&bytes), "length {length}");
    }
}
