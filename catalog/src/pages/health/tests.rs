use serde_json::{Value, json};

use super::*;

fn entry(datasets: &Value) -> Entry {
    serde_json::from_value(json!({
        "product": "p", "domain": "d", "title": "P", "version": "1.0.0", "status": "active", "purpose": "", "owner": "",
        "tags": [], "urn": "urn:mesh:d:p", "address": "/products/p", "ports": [], "contracts": [], "models": [],
        "registered_at": "2026-05-12T09:00:00Z", "datasets": datasets,
    }))
    .unwrap()
}

fn dataset(name: &str, quality: &Value) -> Value {
    json!({
        "name": name, "contract": name, "rows": 1, "version": 1, "updated_at": "2026-05-12T09:00:00Z",
        "quality": quality,
    })
}

fn quality(minute: u8, statuses: &[&str], levels: &[&str]) -> Value {
    let results: Vec<_> = statuses
        .iter()
        .map(|status| {
            json!({
                "rule": "r", "sentence": "Rows are right.", "threshold": "0 rows", "observed": 3.0,
                "status": status.trim_start_matches("lenient "),
                "severity": if status.starts_with("lenient") { "warning" } else { "error" },
            })
        })
        .collect();
    let levels: Vec<_> = levels
        .iter()
        .map(|status| {
            json!({ "property": "latency", "sentence": "Rows come soon", "status": status, "observed": "9 s" })
        })
        .collect();
    json!({
        "checked_at": format!("2026-05-12T09:{minute:02}:00Z"), "version": 1,
        "results": results, "service_levels": levels,
    })
}

fn health(statuses: &[&str], levels: &[&str]) -> Health {
    Health::of(&entry(&json!([dataset(
        "a",
        &quality(0, statuses, levels)
    )])))
    .unwrap()
}

#[test]
fn contracts_are_kept_when_everything_that_was_checked_passed() {
    let health = health(&["passed", "passed"], &["kept", "not-measured"]);
    assert_eq!(health.standing, Standing::Kept);
    assert_eq!(health.verdict, "Keeps its contracts");
    assert_eq!(
        health.counts.as_deref(),
        Some("2 of 2 rules and 1 of 1 service level kept")
    );
}

#[test]
fn one_failed_rule_breaks_the_contract_and_is_named() {
    let health = health(&["passed", "not-run", "lenient failed", "failed"], &[]);
    assert_eq!(health.standing, Standing::Broken);
    assert_eq!(
        health.verdict,
        "Breaks its contract: \u{201c}Rows are right\u{201d} in a, observed 3"
    );
    assert_eq!(health.counts.as_deref(), Some("1 of 4 rules kept"));
}

#[test]
fn a_broken_service_level_breaks_the_contract() {
    let health = health(&["passed"], &["broken"]);
    assert_eq!(health.standing, Standing::Broken);
    assert!(health.verdict.ends_with("in a, observed 9 s"), "{health:?}");
}

#[test]
fn a_warning_is_a_risk() {
    let health = health(&["passed", "lenient failed"], &[]);
    assert_eq!(health.standing, Standing::AtRisk);
}

#[test]
fn what_could_not_be_run_is_not_called_kept() {
    let health = health(&["passed", "not-run", "not-run"], &[]);
    assert_eq!(
        (health.standing, health.verdict.as_str()),
        (Standing::NotChecked, "2 rules could not be run")
    );
    let unmeasured = self::health(&[], &["not-measured"]);
    assert_eq!(unmeasured.standing, Standing::NotChecked);
}

#[test]
fn a_failed_refresh_is_a_risk_unless_there_is_worse() {
    for (status, standing) in [("passed", Standing::AtRisk), ("failed", Standing::Broken)] {
        let mut dataset = dataset("a", &quality(0, &[status], &[]));
        dataset["failure"] =
            json!({ "message": "no such column", "since": "2026-05-12T09:00:00Z" });
        assert_eq!(
            Health::of(&entry(&json!([dataset]))).unwrap().standing,
            standing
        );
    }
}

#[test]
fn nothing_is_said_where_nothing_is_promised() {
    assert_eq!(Health::of(&entry(&json!([]))), None);
    let nothing = dataset("a", &quality(0, &[], &[]));
    assert_eq!(Health::of(&entry(&json!([nothing]))), None);
    let unchecked = Health::of(&entry(&json!([dataset("a", &json!(null))]))).unwrap();
    assert_eq!(unchecked.standing, Standing::NotChecked);
}

#[test]
fn the_oldest_check_is_the_one_that_counts() {
    let datasets = json!([
        dataset("a", &quality(20, &["passed"], &[])),
        dataset("b", &quality(10, &["passed"], &[])),
    ]);
    let health = Health::of(&entry(&datasets)).unwrap();
    assert_eq!(
        health.checked_at.map(|at| at.to_rfc3339()).as_deref(),
        Some("2026-05-12T09:10:00+00:00")
    );
}

#[test]
fn a_contract_stands_by_its_own_datasets() {
    let entry = entry(&json!([
        dataset("a", &quality(0, &["passed"], &[])),
        dataset("b", &quality(0, &["failed"], &[])),
    ]));
    let standing = |contract| Health::of_contract(&entry, contract).map(|health| health.standing);
    assert_eq!(standing("a"), Some(Standing::Kept));
    assert_eq!(standing("b"), Some(Standing::Broken));
    assert_eq!(standing("c"), None);
}
