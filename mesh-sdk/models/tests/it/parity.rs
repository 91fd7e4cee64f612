//! Every algorithm's export in the executor against what was trained.

use mesh_models::{Model, Scores, Trained};

use crate::fixture::{models, random_rows, threshold_rows, train_models};

/// The class of the highest answer, the first of equals, and by how much it is the highest.
fn best(answers: &[f64]) -> (usize, f64) {
    let mut best = 0;
    for (class, answer) in answers.iter().enumerate() {
        if *answer > answers[best] {
            best = class;
        }
    }
    let others = answers
        .iter()
        .enumerate()
        .filter(|(class, _)| *class != best);
    let second = others
        .map(|(_, answer)| *answer)
        .fold(f64::NEG_INFINITY, f64::max);
    (best, answers[best] - second)
}

fn agrees(name: &str, trained: &Trained, rows: &[f32]) {
    let model = Model::from_onnx(&trained.to_onnx().unwrap()).unwrap();
    assert_eq!(model.features(), trained.features(), "{name}");
    assert_eq!(model.classes(), trained.classes(), "{name}");
    let mut scores = Scores::new();
    model.score(rows, &mut scores).unwrap();
    let classes = model.classes().len();
    let exact = ["tree", "forest"].iter().any(|sum| name.ends_with(sum));
    for (i, row) in rows.chunks(model.features().len()).enumerate() {
        let reference = trained.scores(row).unwrap();
        if classes == 0 {
            let (value, reference) = (f64::from(scores.quantities()[i]), reference[0]);
            let tolerance = 1e-5 * reference.abs().max(1.0);
            assert!(
                (value - reference).abs() <= tolerance,
                "{name} {i}: {value} {reference}"
            );
            continue;
        }
        let probabilities = &scores.probabilities()[i * classes..(i + 1) * classes];
        for (class, (value, reference)) in probabilities.iter().zip(&reference).enumerate() {
            let difference = (f64::from(*value) - reference).abs();
            let tolerance = if exact { 0.0 } else { 1e-5 };
            assert!(
                difference <= tolerance,
                "{name} {i} {class}: {value} {reference}"
            );
        }
        let (label, margin) = best(&reference);
        if exact || margin > 1e-5 {
            assert_eq!(scores.labels()[i], model.classes()[label], "{name} {i}");
        }
    }
}

#[test]
fn every_export_scores_as_the_model_that_was_trained() {
    let (random, thresholds) = (random_rows(10_000), threshold_rows(2_000));
    for (name, trained) in models() {
        agrees(name, trained, &random);
        agrees(name, trained, &thresholds);
    }
}

#[test]
fn the_same_rows_and_seed_give_the_same_bytes_whatever_the_algorithm() {
    for ((name, first), (_, second)) in models().iter().zip(train_models()) {
        assert!(
            first.to_onnx().unwrap() == second.to_onnx().unwrap(),
            "{name}"
        );
    }
}
