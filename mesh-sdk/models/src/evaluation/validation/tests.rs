use super::*;
use crate::{Algorithm, Features, Order};

/// Rows whose class depends on a number that the model sees.
fn rows() -> (Table, Target) {
    let mut table = Table::new(vec!["x".to_owned()]);
    let mut classes = Vec::new();
    for row in 0..200i64 {
        table.push_row(&[(row * 37 % 100) as f32]).unwrap();
        classes.push(i64::from(row * 37 % 100 >= 50));
    }
    (table, Target::Classes(classes))
}

fn pipeline(name: &str) -> Pipeline {
    Pipeline {
        features: Features {
            numeric: vec!["x".to_owned()],
            ..Features::default()
        },
        algorithm: Algorithm::named(name, &serde_json::Value::Null).unwrap(),
        seed: 0,
    }
}

fn division(order: Order) -> Division {
    Division {
        order,
        folds: 4,
        repeats: 1,
        seed: 0,
    }
}

#[test]
fn every_algorithm_of_classes_is_validated() {
    let (table, target) = rows();
    for name in [
        "decision-tree",
        "nearest-neighbours",
        "gaussian-naive-bayes",
    ] {
        let mut heard = Vec::new();
        let validation = pipeline(name)
            .validate(
                &table,
                &target,
                division(Order::Stratified),
                &mut |done, total| {
                    heard.push((done, total));
                    ControlFlow::Continue(())
                },
            )
            .unwrap();
        assert!(validation.measures[&Measure::Accuracy].mean > 0.9, "{name}");
        assert_eq!(heard, [(1, 4), (2, 4), (3, 4), (4, 4)]);
    }
}

#[test]
fn in_the_order_of_time_models_learn_from_more_and_more() {
    let (table, target) = rows();
    let tree = pipeline("decision-tree");
    let validation = tree
        .validate(&table, &target, division(Order::Time), &mut |_, _| {
            ControlFlow::Continue(())
        })
        .unwrap();
    let learned: Vec<usize> = validation
        .folds
        .iter()
        .map(|fold| fold.trained_on)
        .collect();
    assert_eq!(learned, [40, 80, 120, 160]);
}

#[test]
fn it_can_be_broken_off() {
    let (table, target) = rows();
    let tree = pipeline("decision-tree");
    let error = tree
        .validate(&table, &target, division(Order::Random), &mut |_, _| {
            ControlFlow::Break(())
        })
        .unwrap_err();
    assert_eq!(error, ModelError::Cancelled);
}
