use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};

use serde_json::json;

use super::{Finding, FindingKind, Rule, RuleState};
use crate::declaration::{Action, Found};

fn rule(looks: u32, pause: u64) -> Rule {
    Rule {
        when: Found::Drift,
        then: vec![Action::Alert],
        looks,
        pause: Duration::from_secs(pause),
    }
}

fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(second, 0).unwrap()
}

/// The seconds at which something is done, where a look each second finds what `found` says.
fn done(rule: &Rule, found: &[bool]) -> Vec<usize> {
    let mut state = RuleState::default();
    let looks = found.iter().enumerate();
    looks
        .filter(|(second, found)| state.look(rule, **found, at(*second as i64)))
        .map(|(second, _)| second)
        .collect()
}

#[test]
fn nothing_is_done_for_a_single_look() {
    assert_eq!(
        done(&rule(2, 0), &[true, false, true, false, true]),
        [0usize; 0]
    );
    assert_eq!(done(&rule(2, 0), &[false, true, true, false]), [2]);
}

#[test]
fn what_goes_on_is_acted_on_again_only_after_the_pause() {
    assert_eq!(done(&rule(2, 5), &[true; 14]), [1, 6, 11]);
}

#[test]
fn what_flaps_is_not_acted_on_within_the_pause() {
    let flapping = [true, true, false, true, true, false, true, true];
    assert_eq!(done(&rule(2, 100), &flapping), [1]);
}

#[test]
fn what_was_found_of_another_version_does_not_count() {
    let (rule, mut state) = (rule(2, 0), RuleState::default());
    assert!(!state.look(&rule, true, at(0)));
    state.begins_anew();
    assert!(!state.look(&rule, true, at(1)));
    assert!(state.look(&rule, true, at(2)));
}

#[test]
fn the_pause_outlives_a_restart_and_a_clock_that_is_set_back() {
    let rule = rule(1, 10);
    let mut state = RuleState::recalled(&rule, Some(at(100)), &[]);
    assert!(!state.look(&rule, true, at(109)));
    assert!(state.look(&rule, true, at(110)));
    assert!(!state.look(&rule, true, at(50)));
    assert!(state.look(&rule, true, at(120)));
}

fn finding(look: u64, kind: FindingKind, found: bool) -> Finding {
    Finding {
        look,
        at: at(look as i64),
        version: 1,
        kind,
        subject: "a".to_owned(),
        value: None,
        low: None,
        high: None,
        bound: None,
        found,
        cases: 100,
        detail: json!({ "rule": "drift" }),
    }
}

#[test]
fn looks_that_found_it_before_a_restart_count() {
    let rule = rule(3, 0);
    let drift = |look, found| finding(look, FindingKind::Drift, found);
    let looks = [
        drift(1, true),
        drift(2, false),
        drift(3, true),
        finding(4, FindingKind::Performance, true),
        drift(5, true),
    ];
    let mut state = RuleState::recalled(&rule, None, &looks);
    assert!(state.look(&rule, true, at(6)), "it is the third in a row");
    let acted = [drift(1, true), finding(1, FindingKind::Action, true)];
    let mut state = RuleState::recalled(&rule, Some(at(1)), &acted);
    assert!(!state.look(&rule, true, at(2)));
    assert!(!state.look(&rule, true, at(3)));
    assert!(state.look(&rule, true, at(4)));
}
