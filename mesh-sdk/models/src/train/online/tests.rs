use super::*;
use crate::random::Random;
use crate::{Algorithm, Answers, Bootstrap, Measure, Model, Pipeline};

fn rows(count: usize, seed: u64) -> (Table, Target) {
    let mut random = Random::new(seed);
    let mut table = Table::new(vec!["x".to_owned(), "code".to_owned()]);
    let mut classes = Vec::new();
    for _ in 0..count {
        let (x, code) = (random.unit() as f32 * 10.0, random.below(3) as f32);
        let odds = f64::from(x - 5.0) + f64::from(code - 1.0);
        classes.push(i64::from(random.unit() < 1.0 / (1.0 + (-odds).exp())));
        table.push_row(&[x, code]).unwrap();
    }
    (table, Target::Classes(classes))
}

fn features() -> Features {
    Features {
        numeric: vec!["x".to_owned()],
        categorical: vec!["code".to_owned()],
        ..Features::default()
    }
}

fn both() -> [OnlineAlgorithm; 2] {
    [
        OnlineAlgorithm::Ftrl(Ftrl::default()),
        OnlineAlgorithm::GaussianNaiveBayes(GaussianNaiveBayes::default()),
    ]
}

fn onnx(model: &OnlineModel) -> Vec<u8> {
    model.trained().unwrap().to_onnx().unwrap()
}

#[test]
fn it_becomes_as_good_as_a_model_that_saw_all_rows_at_once() {
    let (table, target) = rows(4_000, 1);
    let (test, truth) = rows(2_000, 2);
    let auc = |trained: &Trained| {
        let model = Model::from_onnx(&trained.to_onnx().unwrap()).unwrap();
        let answers = Answers::of(&model, &test, &truth).unwrap();
        let bootstrap = Bootstrap {
            resamples: 100,
            seed: 0,
        };
        answers.report(bootstrap).unwrap().measures[&Measure::Auc].value
    };
    let pipeline = Pipeline {
        features: features(),
        algorithm: Algorithm::named("logistic-regression", &serde_json::Value::Null).unwrap(),
        seed: 0,
    };
    let at_once = auc(&pipeline.fit(&table, &target).unwrap());
    for algorithm in both() {
        let mut model = OnlineModel::new(algorithm, &features(), &table).unwrap();
        model.learn(&table, &target).unwrap();
        let online = auc(&model.trained().unwrap());
        assert!(online > at_once - 0.01, "{algorithm:?}: {online} {at_once}");
    }
}

#[test]
fn batches_and_breaks_make_no_difference() {
    let (table, target) = rows(300, 3);
    for algorithm in both() {
        let mut at_once = OnlineModel::new(algorithm, &features(), &table).unwrap();
        let mut in_parts = at_once.clone();
        at_once.learn(&table, &target).unwrap();
        for part in [0..1, 1..117, 117..300] {
            let part: Vec<usize> = part.collect();
            in_parts
                .learn(&table.select_rows(&part), &target.select(&part))
                .unwrap();
            in_parts = OnlineModel::restore(&in_parts.snapshot().unwrap()).unwrap();
        }
        assert_eq!(in_parts.rows(), 300);
        assert_eq!(at_once.snapshot().unwrap(), in_parts.snapshot().unwrap());
        assert_eq!(onnx(&at_once), onnx(&in_parts));
    }
}

#[test]
fn columns_may_come_in_any_order_but_must_be_the_same() {
    let (table, target) = rows(50, 4);
    let mut model = OnlineModel::new(both()[0], &features(), &table).unwrap();
    let mut other = model.clone();
    let mut turned = Table::new(vec!["code".to_owned(), "x".to_owned()]);
    for row in 0..50 {
        turned
            .push_row(&[table.row(row)[1], table.row(row)[0]])
            .unwrap();
    }
    model.learn(&table, &target).unwrap();
    other.learn(&turned, &target).unwrap();
    assert_eq!(onnx(&model), onnx(&other));
    let error = model.learn(
        &Table::new(vec!["x".to_owned()]),
        &Target::Classes(Vec::new()),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "training data: the columns must be x, code"
    );
}

#[test]
fn rows_that_cannot_be_learned_leave_the_model_as_it_was() {
    let (table, target) = rows(50, 5);
    let mut model = OnlineModel::new(both()[0], &features(), &table).unwrap();
    model.learn(&table, &target).unwrap();
    let before = model.snapshot().unwrap();
    let mut broken = table.select_rows(&[0, 1]);
    broken.push_row(&[f32::INFINITY, 1.0]).unwrap();
    assert!(
        model
            .learn(&broken, &Target::Classes(vec![0, 1, 0]))
            .is_err()
    );
    assert!(
        model
            .learn(&table.select_rows(&[0]), &Target::Classes(vec![7]))
            .is_err()
    );
    assert_eq!(model.snapshot().unwrap(), before);
}

#[test]
fn naive_bayes_learns_of_classes_that_turn_up_later() {
    let (table, target) = rows(100, 6);
    let mut model = OnlineModel::new(both()[1], &features(), &table).unwrap();
    assert!(model.trained().is_err(), "no classes yet");
    model.learn(&table, &target).unwrap();
    assert_eq!(model.trained().unwrap().classes(), [0, 1]);
    model.learn(&table, &Target::Classes(vec![9; 100])).unwrap();
    assert_eq!(model.trained().unwrap().classes(), [0, 1, 9]);
}

#[test]
fn a_damaged_snapshot_is_refused_without_a_word_of_what_is_in_it() {
    let (table, target) = rows(50, 7);
    let mut model = OnlineModel::new(both()[0], &features(), &table).unwrap();
    model.learn(&table, &target).unwrap();
    let snapshot = model.snapshot().unwrap();
    let text = String::from_utf8(snapshot.clone()).unwrap();
    let wrong = text.replace("\"snapshot\":1", "\"snapshot\":2");
    for damaged in [
        &snapshot[..snapshot.len() / 2],
        wrong.as_bytes(),
        b"{\"secret\": 1}",
    ] {
        let error = OnlineModel::restore(damaged).unwrap_err();
        assert_eq!(error.code(), "invalid-model-snapshot");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
