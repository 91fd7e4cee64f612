use serde_json::{Value, json};

use super::worst_first;
use crate::entry::ModelEntry;
use crate::pages::health::{Health, Standing};

/// Version 2 in Production, with what is given put over it.
fn verdict(with: Value) -> Health {
    let mut model = json!({
        "name": "heart-risk", "description": "", "algorithm": "", "version": 2, "stage": "Production",
        "trained_on": "", "address": "", "gate": { "auc": { "at-least": 0.8 } },
        "versions": [{
            "version": 2, "stage": "Production", "trained_at": "2026-05-01T07:00:00Z", "algorithm": "",
            "features": [], "cases": 303, "held_out": 61,
            "measures": {
                "accuracy": { "value": 0.84, "low": 0.72, "high": 0.91 },
                "auc": { "value": 0.91, "low": 0.84, "high": 0.96 }
            }
        }]
    });
    let (all, Value::Object(with)) = (model.as_object_mut().unwrap(), with) else {
        panic!("members of a model")
    };
    all.extend(with);
    Health::of_model(&serde_json::from_value::<ModelEntry>(model).unwrap())
}

fn watched(measures: &Value, drift: &Value) -> Health {
    verdict(json!({ "watch": {
        "as_of": "2026-05-12T09:00:00Z", "asked": { "version": 2, "answers": 500 },
        "labelled": { "version": 2, "answers": 214 }, "measures": measures, "drift": drift
    }}))
}

fn point(version: u64, value: f64, estimated: bool) -> Value {
    json!({
        "at": "2026-05-12T00:00:00Z", "version": version, "value": value, "low": value - 0.04,
        "high": value + 0.04, "cases": 214, "estimated": estimated
    })
}

fn auc(points: &[Value]) -> Value {
    json!([{ "measure": "auc", "bound": { "at-least": 0.8 }, "points": points }])
}

fn drift(feature: &str, statistic: f64) -> Value {
    json!({
        "feature": feature, "test": "PSI", "statistic": statistic, "threshold": 0.25,
        "drifted": statistic >= 0.25, "reference_cases": 242, "current_cases": 1902
    })
}

#[test]
fn a_model_that_nobody_watches_stands_on_the_cases_held_out() {
    let health = verdict(json!({}));
    assert_eq!(health.standing, Standing::NotChecked);
    assert_eq!(
        health.verdict,
        "Version 2 answers; how well since then is not watched"
    );
    assert_eq!(
        health.counts.unwrap(),
        "on 61 cases held out, AUC 0.91 [0.84, 0.96], gate at least 0.80"
    );
    assert_eq!(health.checked_at, None);
}

#[test]
fn a_version_that_is_not_in_production_does_not_answer() {
    let health = verdict(json!({ "stage": "Staging" }));
    assert_eq!(health.standing, Standing::NotChecked);
    assert_eq!(
        health.verdict,
        "Version 2 does not answer: it is in stage Staging"
    );
}

#[test]
fn a_model_within_its_gate_is_fine() {
    let health = watched(
        &auc(&[point(2, 0.88, false)]),
        &json!([drift("chol", 0.02)]),
    );
    assert_eq!(health.standing, Standing::Kept);
    assert_eq!(
        health.verdict,
        "AUC is within its gate; none of 1 input has drifted"
    );
    assert_eq!(
        health.counts.unwrap(),
        "AUC 0.88 [0.84, 0.92] on 214 labelled cases, gate at least 0.80"
    );
    assert!(health.checked_at.is_some());
}

#[test]
fn an_input_that_has_drifted_is_a_risk_and_is_named() {
    let health = watched(
        &auc(&[point(2, 0.88, false)]),
        &json!([drift("age", 0.1), drift("chol", 0.31), drift("ca", 0.4)]),
    );
    assert_eq!(health.standing, Standing::AtRisk);
    assert_eq!(
        health.verdict,
        "AUC is within its gate; 2 of 3 inputs have drifted"
    );
    assert!(
        health
            .counts
            .as_ref()
            .unwrap()
            .contains("ca: PSI 0.40, alarm from 0.25"),
        "{health:?}"
    );
}

#[test]
fn a_measure_under_its_gate_is_broken_whatever_else_there_is() {
    let health = watched(
        &auc(&[
            point(2, 0.9, false),
            point(2, 0.71, false),
            point(2, 0.9, true),
        ]),
        &json!([drift("chol", 0.31)]),
    );
    assert_eq!(health.standing, Standing::Broken);
    assert_eq!(
        health.verdict,
        "AUC is under its gate; 1 of 1 input has drifted"
    );
    assert!(
        health
            .counts
            .unwrap()
            .starts_with("AUC 0.71 [0.67, 0.75] on 214 labelled cases")
    );
}

#[test]
fn what_should_be_small_is_over_its_gate() {
    let brier = json!([{ "measure": "brier", "bound": { "at-most": 0.2 }, "points": [point(2, 0.3, false)] }]);
    let health = watched(&brier, &json!([]));
    assert_eq!(health.standing, Standing::Broken);
    assert_eq!(health.verdict, "Brier score is over its gate");
}

#[test]
fn an_estimate_under_the_gate_is_a_doubt_not_a_fact() {
    let health = watched(
        &auc(&[point(2, 0.88, false), point(2, 0.7, true)]),
        &json!([]),
    );
    assert_eq!(health.standing, Standing::AtRisk);
    assert_eq!(health.verdict, "AUC is estimated to be under its gate");
    assert!(
        health
            .counts
            .unwrap()
            .starts_with("AUC 0.70 [0.66, 0.74], estimated on 214 cases")
    );
}

#[test]
fn without_labels_of_this_version_nothing_is_claimed() {
    for points in [
        vec![],
        vec![point(1, 0.88, false)],
        vec![point(2, 0.88, true)],
    ] {
        let health = watched(&auc(&points), &json!([]));
        assert_eq!(health.standing, Standing::NotChecked);
        assert_eq!(
            health.verdict,
            "No labels yet, so how right its answers are is not known"
        );
        assert!(
            health
                .counts
                .unwrap()
                .starts_with("on 61 cases held out, AUC 0.91")
        );
    }
}

#[test]
fn a_version_whose_answers_were_not_looked_at_says_so() {
    let before = json!({ "version": 1, "answers": 500 });
    for asked in [json!(null), before] {
        let health = verdict(json!({
            "watch": { "as_of": "2026-05-12T09:00:00Z", "asked": asked, "labelled": asked }
        }));
        assert_eq!(health.standing, Standing::NotChecked);
        assert_eq!(health.verdict, "Its answers have not been looked at yet");
        assert!(!health.counts.unwrap().contains("labelled"));
    }
}

#[test]
fn inputs_are_sorted_by_how_far_they_have_drifted() {
    let all: Vec<crate::entry::DriftEntry> = serde_json::from_value(json!([
        drift("age", 0.1),
        drift("ca", 0.3),
        drift("chol", 0.5)
    ]))
    .unwrap();
    let names: Vec<&str> = worst_first(&all)
        .iter()
        .map(|drift| drift.feature.as_str())
        .collect();
    assert_eq!(names, ["chol", "ca", "age"]);
}
