//! Explanations of every kind of model: their sum is the answer.

use mesh_models::{Model, ModelError, Scores};

use crate::fixture::{models, random_rows};

/// From raw scores to what the model answers.
fn answers(raw: &[f64], reference: &[f64]) -> bool {
    let close = |a: &[f64]| {
        a.iter()
            .zip(reference)
            .all(|(a, b)| (a - b).abs() < 1e-4 * b.abs().max(1.0))
    };
    let logistic: Vec<f64> = raw.iter().map(|raw| 1.0 / (1.0 + (-raw).exp())).collect();
    let highest = raw.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = raw.iter().map(|raw| (raw - highest).exp()).collect();
    let softmax: Vec<f64> = odds.iter().map(|o| o / odds.iter().sum::<f64>()).collect();
    close(raw) || close(&logistic) || close(&softmax)
}

#[test]
fn base_and_contributions_add_up_to_the_answer() {
    let rows = random_rows(10);
    let mut explained = 0;
    for (name, trained) in models() {
        let model = Model::from_onnx(&trained.to_onnx().unwrap()).unwrap();
        let mut scores = Scores::new();
        for row in rows.chunks(13) {
            let explanations = match model.explain(row) {
                Ok(explanations) => explanations,
                Err(ModelError::NotExplainable { .. }) => break,
                Err(error) => panic!("{name}: {error}"),
            };
            model.score(row, &mut scores).unwrap();
            let values = [scores.probabilities(), scores.quantities()].concat();
            let reference: Vec<f64> = values.into_iter().map(f64::from).collect();
            let raw: Vec<f64> = explanations.iter().map(|e| e.raw()).collect();
            assert!(answers(&raw, &reference), "{name}: {raw:?} {reference:?}");
            explained += 1;
        }
    }
    // Principal components mix features; Gaussian naive Bayes and nearest neighbours are neither linear nor trees.
    assert_eq!(explained, 10 * (25 - 7));
}

#[test]
fn what_cannot_be_explained_says_why() {
    let reason = |suffix: &str| {
        let (_, trained) = models()
            .iter()
            .find(|(name, _)| name.ends_with(suffix))
            .unwrap();
        let model = Model::from_onnx(&trained.to_onnx().unwrap()).unwrap();
        model.explain(&[1.0; 13]).unwrap_err().to_string()
    };
    assert!(reason("02-linear-regression").contains("means of its training rows"));
    assert!(reason("18-gaussian-naive-bayes").starts_with("the model cannot be explained"));
}

#[test]
fn the_features_that_matter_are_known_risk_factors() {
    let (_, forest) = models()
        .iter()
        .find(|(name, _)| name == "12-random-forest")
        .unwrap();
    let model = Model::from_onnx(&forest.to_onnx().unwrap()).unwrap();
    let importance = model
        .importance(crate::fixture::cleveland().0.values())
        .unwrap();
    let of = |name: &str| {
        let position = model.features().iter().position(|feature| feature == name);
        importance[position.unwrap()]
    };
    for strong in ["thal", "cp", "ca"] {
        for weak in ["fbs", "restecg"] {
            assert!(
                of(strong) > 2.0 * of(weak),
                "{strong} {weak} {importance:?}"
            );
        }
    }
}
