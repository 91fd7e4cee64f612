//! What training promises.

use std::ops::ControlFlow;

use mesh_models::{
    Division, LogisticRegression, Measure, Model, ModelError, Order, Scores, Table, Target, digest,
};

use crate::fixture::{cleveland, heart_risk};

#[test]
fn cross_validation_on_cleveland_reaches_the_accuracy_of_scikit_learn() {
    let (table, labels) = cleveland();
    let mut heard = Vec::new();
    let report = heart_risk().pipeline().validate(
        &table,
        &Target::yes_or_no(&labels),
        division(10, 10),
        &mut |done, total| {
            heard.push((done, total));
            ControlFlow::Continue(())
        },
    );
    let report = report.unwrap();
    let [accuracy, auc] = [Measure::Accuracy, Measure::Auc].map(|it| report.measures[&it]);
    assert!(accuracy.mean >= 0.835, "accuracy {accuracy:?}");
    assert!(auc.mean >= 0.90, "auc {auc:?}");
    assert_eq!(report.folds.len(), 100);
    let cases = report.folds[..10].iter().map(|fold| fold.cases);
    assert_eq!(cases.sum::<usize>(), 303);
    assert_eq!(heard, (1..=100).map(|done| (done, 100)).collect::<Vec<_>>());
    assert!(accuracy.sd > 0.0 && accuracy.sd < 0.2);
}

fn division(folds: usize, repeats: usize) -> Division {
    Division {
        order: Order::Stratified,
        folds,
        repeats,
        seed: 0,
    }
}

/// linfa calls the more frequent class positive, so a model could come out upside down when positives are the majority.
#[test]
fn a_probability_is_that_of_true_whichever_class_is_more_frequent() {
    for positives in [2, 5, 8] {
        let mut table = Table::new(vec!["x".to_owned()]);
        let labels: Vec<bool> = (0..10).map(|row| row >= 10 - positives).collect();
        (0..10).for_each(|row| table.push_row(&[row as f32]).unwrap());
        let fitted = LogisticRegression::new(["x"], [""; 0])
            .fit(&table, &labels)
            .unwrap();
        let model = Model::from_onnx(&fitted.to_onnx()).unwrap();
        let mut scores = Scores::new();
        model.score(&[-20.0, 30.0], &mut scores).unwrap();
        assert!(
            fitted.probability(&[-20.0]).unwrap() < 0.1,
            "{positives} positives"
        );
        assert!(
            fitted.probability(&[30.0]).unwrap() > 0.9,
            "{positives} positives"
        );
        assert_eq!(
            (scores.labels(), model.classes()),
            (&[0, 1][..], &[0, 1][..])
        );
        assert!(scores.probabilities()[1] < 0.1 && scores.probabilities()[3] > 0.9);
    }
}

#[test]
fn known_risk_factors_raise_the_risk() {
    let (table, labels) = cleveland();
    let fitted = heart_risk().fit(&table, &labels).unwrap();
    let position = |name: &str| {
        fitted
            .features()
            .iter()
            .position(|feature| feature == name)
            .unwrap()
    };
    let base = table.row(0).to_vec();
    for (feature, healthy, ill) in [
        ("ca", 0.0, 3.0),
        ("exang", 0.0, 1.0),
        ("oldpeak", 0.0, 4.0),
        ("sex", 0.0, 1.0),
        ("thal", 3.0, 7.0),
    ] {
        let risk = |value: f32| {
            let mut row = base.clone();
            row[position(feature)] = value;
            fitted.probability(&row).unwrap()
        };
        assert!(risk(ill) > risk(healthy), "{feature}");
    }
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let (table, labels) = cleveland();
    let export = || heart_risk().fit(&table, &labels).unwrap().to_onnx();
    let (first, second) = (export(), export());
    assert_eq!(first, second);
    assert_eq!(digest(&first), digest(&second));
    let fewer: Vec<usize> = (1..table.rows()).collect();
    let other = heart_risk()
        .fit(&table.select_rows(&fewer), &labels[1..])
        .unwrap()
        .to_onnx();
    assert_ne!(digest(&first), digest(&other));
}

#[test]
fn a_solver_that_is_stopped_early_is_an_error_not_a_model() {
    let (table, labels) = cleveland();
    let error = heart_risk()
        .max_iterations(2)
        .fit(&table, &labels)
        .unwrap_err();
    assert_eq!(error, ModelError::NotConverged { iterations: 2 });
}

#[test]
fn cross_validation_refuses_what_the_rows_do_not_allow() {
    let (table, labels) = cleveland();
    let run = |folds, repeats| {
        let refused = heart_risk().pipeline().validate(
            &table,
            &Target::yes_or_no(&labels),
            division(folds, repeats),
            &mut |_, _| ControlFlow::Continue(()),
        );
        refused.unwrap_err().to_string()
    };
    assert_eq!(run(1, 1), "parameter `folds`: must be at least 2");
    assert_eq!(
        run(140, 1),
        "parameter `folds`: a class has 139 rows, fewer than the 140 folds"
    );
    assert_eq!(run(10, 0), "parameter `repeats`: must be at least 1");
}
