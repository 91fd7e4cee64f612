use mesh_models::{Algorithm, Features, Pipeline, Scores, Table, Target};
use serde_json::Value;

use super::super::said::said;
use super::*;

fn explained(task: Task, algorithm: &str, target: &Target, x: f32) -> Option<Explained> {
    let mut table = Table::new(vec!["x".to_owned()]);
    for row in 0..40u8 {
        table.push_row(&[f32::from(row / 20)]).unwrap();
    }
    let pipeline = Pipeline {
        features: Features {
            numeric: vec!["x".to_owned()],
            ..Features::default()
        },
        algorithm: Algorithm::named(algorithm, &Value::Null).unwrap(),
        seed: 1,
    };
    let onnx = pipeline.fit(&table, target).unwrap().to_onnx().unwrap();
    let model = Model::from_onnx(&onnx).unwrap();
    let mut scores = Scores::new();
    model.score(&[x], &mut scores).unwrap();
    let said = said(task, &model, &scores).next().unwrap();
    Explained::of(&model, said, &[x]).unwrap()
}

fn explains(task: Task, algorithm: &str, target: &Target) -> &'static str {
    explained(task, algorithm, target, 1.0).unwrap().explains
}

/// Where both are as likely, a share of votes looks like the softmax of two shares.
#[test]
fn what_is_explained_is_told_where_classes_are_as_likely_as_each_other_too() {
    let even = Target::Classes((0..40).map(|row| row % 2).collect());
    let one_sided = Target::Classes((0..40).map(|row| i64::from(row % 20 < 5)).collect());
    for target in [&even, &one_sided] {
        assert_eq!(
            explains(Task::YesOrNo, "decision-tree", target),
            "probability"
        );
        assert_eq!(
            explains(Task::YesOrNo, "logistic-regression", target),
            "log-odds"
        );
    }
    let three = Target::Classes((0..40).map(|row| row * 7 % 3).collect());
    assert_eq!(
        explains(Task::Class, "random-forest", &three),
        "probability"
    );
    assert_eq!(
        explains(Task::Class, "logistic-regression", &three),
        "log-odds"
    );
    let quantities = Target::Values((0..40u8).map(f32::from).collect());
    assert_eq!(explains(Task::Quantity, "ridge", &quantities), "quantity");
}

/// A sure answer to a number that 32 bits cannot hold is an answer; infinitely much of it is no explanation.
#[test]
fn what_is_infinitely_far_out_is_answered_and_not_explained() {
    let target = Target::Classes((0..40).map(|row| row / 20).collect());
    let of = |algorithm, x| explained(Task::YesOrNo, algorithm, &target, x);
    assert!(of("logistic-regression", f32::INFINITY).is_none());
    assert!(of("logistic-regression", 1e30).is_some());
    assert!(of("decision-tree", f32::INFINITY).is_some());
}
