use std::path::Path;
use std::thread;

use mesh_models::{
    Algorithm, Comparison, Interval, Measure, Measured, Pipeline, Table, Target, drawn,
};
use serde_json::{Value, json};

use super::*;
use crate::DataProduct;
use crate::declaration::Golden;
use crate::registry::{ModelVersion, Parity};
use crate::training::Cases;

const FEATURES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// A model of [`FEATURES`], by this algorithm.
fn plan(algorithm: &str, parameters: &Value) -> ModelPlan {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../products/bracelet-cardiology");
    let product = DataProduct::from_files(sources).unwrap();
    let mut plan = product.models()[0].clone();
    let features = &mut plan.declared.features;
    features.numeric = FEATURES.map(str::to_owned).to_vec();
    features.categorical.clear();
    plan.pipeline = Pipeline {
        features: features.encoded(),
        algorithm: Algorithm::named(algorithm, parameters).unwrap(),
        seed: 1,
    };
    plan
}

/// Cases of a made-up world: their features, and what comes of them, in which chance has a part.
fn world(cases: usize) -> (Table, Vec<f32>) {
    let mut table = Table::new(FEATURES.map(str::to_owned).to_vec());
    let mut outcomes = Vec::new();
    for case in 0..cases {
        let chance = |what: &str| drawn(0, format!("{what} of {case}").as_bytes()) as f32;
        let row = FEATURES.map(chance);
        table.push_row(&row).unwrap();
        outcomes.push(row[0] * row[1] + row[2] + 0.6 * chance("outcome"));
    }
    (table, outcomes)
}

/// Whether so much comes of them.
fn yes_or_no(cases: usize) -> (Table, Target) {
    let (table, outcomes) = world(cases);
    let labels: Vec<bool> = outcomes.iter().map(|outcome| *outcome > 1.0).collect();
    (table, Target::yes_or_no(&labels))
}

/// What is trained by `plan`.
fn trained(plan: &ModelPlan, (table, target): &(Table, Target)) -> Model {
    let trained = plan.pipeline.fit(table, target).unwrap();
    Model::from_onnx(&trained.to_onnx().unwrap()).unwrap()
}

fn serving(version: u64, model: Model) -> Serving {
    let version: ModelVersion = serde_json::from_value(json!({
        "model": "m", "version": version, "description": "", "algorithm": "", "trained_at": "2026-11-21T12:00:00Z",
        "sha256": "", "features": model.features(),
        "trained_on": { "datasets": {}, "sql": "", "cases": 0, "held_out": 0.3, "seed": 1 },
    }))
    .unwrap();
    let worth = serde_json::from_value(json!({ "value": 0, "cases": 0, "low": 0, "high": 0 }));
    Serving {
        model,
        version,
        worth: worth.unwrap(),
    }
}

/// A version that passes.
fn usual() -> (ModelPlan, Serving, HeldOut) {
    let plan = plan("logistic-regression", &json!({}));
    let cases = yes_or_no(200);
    let model = trained(&plan, &cases);
    (plan, serving(1, model), HeldOut::of(cases.0, cases.1))
}

/// What the gate found of this check.
#[track_caller]
fn check(report: &GateReport, name: &str) -> (bool, String) {
    let check = report.checks.iter().find(|check| check.check == name);
    let check = check.unwrap_or_else(|| panic!("{name} was not checked: {report:?}"));
    (check.passed, check.found.clone())
}

/// That this check alone keeps the version out.
#[track_caller]
fn fails(report: &GateReport, name: &str) -> String {
    let failed: Vec<&str> = report.failed().map(|check| &check.check[..]).collect();
    assert_eq!(failed, [name], "{report:?}");
    assert!(!report.passed);
    check(report, name).1
}

#[test]
fn what_shows_all_that_is_asked_passes() {
    let (mut plan, mut version, held_out) = usual();
    plan.declared.gate.golden = vec![golden_example(0.9, 1.0, 0.0)];
    version.version.parity = Some(parity_of(1e-6, 0));
    let report = judge(&plan, &version, None, &held_out).unwrap();
    assert!(report.passed, "{report:?}");
    let checks: Vec<&str> = report.checks.iter().map(|check| &check.check[..]).collect();
    assert_eq!(
        checks,
        ["inputs", "parity", "champion", "latency", "golden"]
    );
}

#[test]
fn what_takes_other_features_is_asked_nothing_else() {
    let (mut plan, version, held_out) = usual();
    plan.declared.features.numeric.truncate(5);
    let report = judge(&plan, &version, None, &held_out).unwrap();
    assert_eq!(
        fails(&report, "inputs"),
        r#"takes ["a", "b", "c", "d", "e", "f"]; ["a", "b", "c", "d", "e"] are declared"#
    );
    assert_eq!(report.checks.len(), 1);
}

#[test]
fn what_was_made_under_a_contract_that_broke_since_is_to_be_made_anew() {
    let (plan, mut version, held_out) = usual();
    let (name, major) = (plan.input.name(), plan.input.major());
    let made_under = |version: &mut Serving, input: String| version.version.input = Some(input);
    made_under(&mut version, format!("{name} {major}.99.0"));
    let report = judge(&plan, &version, None, &held_out).unwrap();
    assert!(report.passed, "compatible: {report:?}");
    made_under(&mut version, format!("{name} {}.0.0", major + 1));
    let report = judge(&plan, &version, None, &held_out).unwrap();
    let found = fails(&report, "inputs");
    assert!(found.contains("of its calls, which is"), "{found}");

    let (mut plan, mut version, held_out) = usual();
    let read = "heart_readings".to_owned();
    plan.learns_from.insert(read.clone(), "2.0.0".to_owned());
    let learned = &mut version.version.trained_on.contracts;
    learned.insert(read, "1.4.0".to_owned());
    let report = judge(&plan, &version, None, &held_out).unwrap();
    assert_eq!(
        fails(&report, "inputs"),
        "was made under contract 1.4.0 of heart_readings, which is 2.0.0 now: make it anew"
    );
}

fn parity_of(largest_difference: f64, other_labels: usize) -> Parity {
    Parity {
        cases: 200,
        largest_difference,
        other_labels,
    }
}

#[test]
fn an_artifact_that_answers_otherwise_than_what_was_trained_does_not_pass() {
    let (plan, mut version, held_out) = usual();
    for (parity, told) in [
        (parity_of(2e-5, 0), "differ by at most 2.0e-5"),
        (parity_of(0.0, 3), "classes of 3 of 200 cases; 1e-5 and 0"),
    ] {
        version.version.parity = Some(parity);
        let report = judge(&plan, &version, None, &held_out).unwrap();
        let found = fails(&report, "parity");
        assert!(found.contains(told), "{found}");
    }
}

#[test]
fn what_is_slower_than_allowed_does_not_pass() {
    let (mut plan, version, held_out) = usual();
    plan.declared.gate.latency_ms = 1e-6;
    let report = judge(&plan, &version, None, &held_out).unwrap();
    let found = fails(&report, "latency");
    assert!(
        found.ends_with("of the processor's time, 1.0ns is allowed"),
        "{found}"
    );
}

#[test]
fn a_thread_that_waits_takes_no_time_of_the_processor() {
    let before = processor_time();
    thread::sleep(Duration::from_millis(200));
    let waited = processor_time() - before;
    assert!(waited < Duration::from_millis(50), "{waited:?}");
    let mut sum = 0u64;
    while processor_time() - before < Duration::from_millis(60) {
        sum = std::hint::black_box(sum + 1);
    }
    assert!(sum > 0, "work takes some");
}

/// Alike in everything, with this prediction.
fn golden_example(each: f64, prediction: f64, within: f64) -> Golden {
    let record = FEATURES.map(|feature| (feature.to_owned(), json!(each)));
    Golden {
        record: record.into_iter().collect(),
        prediction,
        within,
    }
}

#[test]
fn a_golden_example_that_is_answered_otherwise_is_told_by_its_place() {
    let (mut plan, version, held_out) = usual();
    let right = golden_example(0.9, 1.0, 0.0);
    plan.declared.gate.golden = vec![right.clone(), golden_example(0.1, 1.0, 0.0), right];
    let report = judge(&plan, &version, None, &held_out).unwrap();
    assert_eq!(fails(&report, "golden"), "example 1 is 0, not 1");
}

#[test]
fn a_golden_quantity_may_be_off_by_as_much_as_is_declared() {
    let mut plan = plan("linear-regression", &json!({}));
    plan.declared.predicts = Task::Quantity;
    plan.compare_by = Measure::Mae;
    let (table, _) = world(50);
    let sums = (0..table.rows()).map(|row| table.row(row).iter().sum());
    let sums = Target::Values(sums.collect());
    let cases = (table, sums);
    let version = serving(1, trained(&plan, &cases));
    let held_out = HeldOut::of(cases.0, cases.1);

    plan.declared.gate.golden = vec![golden_example(0.5, 3.2, 0.25)];
    let report = judge(&plan, &version, None, &held_out).unwrap();
    let all = "all 1 examples are answered as declared".to_owned();
    assert_eq!(check(&report, "golden"), (true, all));
    plan.declared
        .gate
        .golden
        .push(golden_example(0.5, 3.2, 0.15));
    let report = judge(&plan, &version, None, &held_out).unwrap();
    let found = fails(&report, "golden");
    assert!(found.starts_with("example 1 is "), "{found}");
    assert!(found.ends_with(", not 3.2 within 0.15"), "{found}");
}

/// A forest knows the cases that it learned from nearly by heart: on them it is better than any that did not see them.
#[test]
fn a_forest_that_learned_from_more_cases_takes_the_place_of_the_one_before() {
    let plan = plan("random-forest", &json!({ "trees": 50 }));
    let forest = |version, cases: &Cases| {
        serving(
            version,
            trained(&plan, &cases.to_learn_from(&plan).unwrap()),
        )
    };
    let [before, now] = [1000, 1300].map(|cases| {
        let (table, target) = yes_or_no(cases);
        Cases::of(table, target)
    });
    let (champion, challenger) = (forest(1, &before), forest(2, &now));
    let held_out = now.held_out(&plan).unwrap();
    let report = judge(&plan, &challenger, Some(&champion), &held_out).unwrap();
    let (passed, found) = check(&report, "champion");
    assert!(passed, "{found}");
    assert!(found.contains(" on 390 cases"), "{found}");
}

fn comparison(value: f64, low: f64, high: f64) -> Comparison {
    Comparison {
        measure: Measure::Brier,
        cases: 61,
        champion: 0.15,
        challenger: 0.15 - value,
        better_by: Measured {
            value,
            interval: Interval { low, high },
        },
    }
}

#[test]
fn as_good_as_the_champion_is_good_enough() {
    assert!(compared(1, comparison(0.0, 0.0, 0.0), 0.01).passed);
    assert!(compared(1, comparison(0.02, -0.01, 0.05), 0.01).passed);
    assert!(compared(1, comparison(-0.005, -0.03, 0.02), 0.01).passed);
}

#[test]
fn worse_by_more_than_the_margin_is_not() {
    let check = compared(7, comparison(-0.02, -0.06, 0.03), 0.01);
    assert!(!check.passed);
    let told = "brier is 0.1700, that of version 7 in Production 0.1500: worse by 0.0200 [-0.0600, 0.0300] on 61 cases";
    assert!(check.found.starts_with(told), "{}", check.found);
}

#[test]
fn worse_beyond_doubt_is_not_however_little_it_is() {
    assert!(!compared(1, comparison(-0.004, -0.006, -0.002), 0.01).passed);
}

#[test]
fn more_is_asked_of_a_measure_that_rises_and_less_of_the_others() {
    assert!(required(Measure::Auc, 0.8, Some(0.8)).passed);
    assert!(!required(Measure::Auc, 0.8, Some(0.79)).passed);
    assert!(required(Measure::LogLoss, 0.5, Some(0.5)).passed);
    assert!(!required(Measure::LogLoss, 0.5, Some(0.51)).passed);
    assert!(!required(Measure::Auc, 0.8, None).passed);
}
