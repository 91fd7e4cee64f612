//! The exported model in the executor against the reference.

use mesh_models::{Fitted, Model, ModelError, Scores};

use crate::fixture::{cleveland, heart_risk, random_rows};

fn trained() -> (Fitted, Model) {
    let (table, labels) = cleveland();
    let fitted = heart_risk().fit(&table, &labels).unwrap();
    let model = Model::from_onnx(&fitted.to_onnx()).unwrap();
    (fitted, model)
}

#[test]
fn agrees_with_the_reference_on_rows_with_missing_values_and_unknown_categories() {
    let (fitted, model) = trained();
    let rows = random_rows(10_000);
    let mut scores = Scores::new();
    model.score(&rows, &mut scores).unwrap();
    assert_eq!(
        (scores.labels().len(), scores.probabilities().len()),
        (10_000, 20_000)
    );
    for (i, row) in rows.chunks(13).enumerate() {
        let reference = fitted.probability(row).unwrap();
        let [negative, positive] = [
            scores.probabilities()[2 * i],
            scores.probabilities()[2 * i + 1],
        ]
        .map(f64::from);
        assert!(
            (positive - reference).abs() <= 1e-5,
            "row {i}: {positive} against {reference}"
        );
        assert!((negative + positive - 1.0).abs() <= 1e-6, "row {i}");
        if (reference - 0.5).abs() > 1e-5 {
            assert_eq!(scores.labels()[i], i64::from(reference > 0.5), "row {i}");
        }
    }
}

#[test]
fn a_row_scores_the_same_alone_and_in_any_batch() {
    let (_, model) = trained();
    let rows = random_rows(600);
    let mut all = Scores::new();
    model.score(&rows, &mut all).unwrap();
    let mut scores = Scores::new();
    for (i, row) in rows.chunks(13).enumerate() {
        model.score(row, &mut scores).unwrap();
        assert_eq!(scores.labels(), &all.labels()[i..=i]);
        assert_eq!(
            scores.probabilities(),
            &all.probabilities()[2 * i..2 * i + 2]
        );
    }
}

#[test]
fn the_features_keep_their_names_and_order() {
    let (fitted, model) = trained();
    assert_eq!(model.features(), fitted.features());
    assert_eq!(model.features()[..3], ["age", "sex", "cp"]);
}

#[test]
fn rows_that_are_not_whole_are_refused_and_leave_no_scores() {
    let (fitted, model) = trained();
    let error = ModelError::RowShape {
        values: 14,
        features: 13,
    };
    let mut scores = Scores::new();
    model.score(&random_rows(1), &mut scores).unwrap();
    assert_eq!(model.score(&[0.0; 14], &mut scores), Err(error.clone()));
    assert!(scores.labels().is_empty() && scores.probabilities().is_empty());
    assert_eq!(fitted.probability(&[0.0; 14]), Err(error));
}

#[test]
fn no_rows_give_no_scores_even_into_used_buffers() {
    let (_, model) = trained();
    let mut scores = Scores::new();
    model.score(&random_rows(3), &mut scores).unwrap();
    model.score(&[], &mut scores).unwrap();
    assert!(scores.labels().is_empty() && scores.probabilities().is_empty());
}

#[test]
fn a_row_of_missing_values_only_scores_like_the_usual_patient() {
    let (fitted, model) = trained();
    let mut scores = Scores::new();
    model.score(&[f32::NAN; 13], &mut scores).unwrap();
    let reference = fitted.probability(&[f32::NAN; 13]).unwrap();
    assert!((f64::from(scores.probabilities()[1]) - reference).abs() <= 1e-5);
}

/// Infinities of both signs cancel to no number at all. The other rows keep their scores.
#[test]
fn a_row_without_an_answer_is_named() {
    let (_, model) = trained();
    let mut rows = random_rows(300);
    rows[13 * 280 + 3] = f32::INFINITY;
    rows[13 * 280 + 7] = f32::INFINITY;
    let mut scores = Scores::new();
    assert_eq!(
        model.score(&rows, &mut scores),
        Err(ModelError::UndefinedScore { row: 280 })
    );
    assert!(scores.probabilities()[2 * 280 + 1].is_nan());
    assert_eq!(
        scores
            .probabilities()
            .iter()
            .filter(|probability| probability.is_nan())
            .count(),
        2
    );
}

#[test]
fn threads_share_a_model() {
    let (_, model) = trained();
    let rows = random_rows(500);
    let mut alone = Scores::new();
    model.score(&rows, &mut alone).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut scores = Scores::new();
                (0..20).for_each(|_| model.score(&rows, &mut scores).unwrap());
                assert_eq!(scores.probabilities(), alone.probabilities());
            });
        }
    });
}
