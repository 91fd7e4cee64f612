mod examples;
mod page;
mod silence;
mod table;

use serde_json::Value;

use super::{Change, Diff, Direction, Kind, Verdict, contract, diff, rules};
use crate::document::Node;
use crate::{Contract, published};
use table::BASE;

fn tree(yaml: &str) -> Value {
    Node::parse("c.yaml", yaml).unwrap().to_json()
}

/// Compares documents that need not be contracts which the gate can hold.
fn compare(old: &str, new: &str) -> Diff {
    Diff {
        changes: contract::compare(&tree(old), &tree(new)),
    }
}

/// What becomes of the base document when `from` is replaced by `to`.
fn edited(from: &str, to: &str) -> Diff {
    assert_eq!(BASE.matches(from).count(), 1, "{from}");
    compare(BASE, &BASE.replace(from, to))
}

fn only(diff: &Diff) -> &Change {
    let [change] = diff.changes() else {
        panic!("{diff:#?}");
    };
    change
}

#[test]
fn a_change_is_told_with_its_place_and_both_values() {
    let diff = edited(
        "{ minimum: 0, maximum: 120 }",
        "{ minimum: 18, maximum: 120 }",
    );
    let change = only(&diff);
    assert_eq!(
        change.path(),
        "schema.heart_readings.age.logicalTypeOptions.minimum"
    );
    assert_eq!(change.sentence(), "age: the least value rises from 0 to 18");
    assert_eq!(
        change.to_string(),
        "age: the least value rises from 0 to 18 (minimum-raised)"
    );
    assert_eq!((change.before(), change.after()), (Some("0"), Some("18")));
    assert_eq!(change.kind(), Kind::Changed);
    assert_eq!(change.rule().id, "minimum-raised");
    assert_eq!(change.verdict(Direction::Input), Verdict::Breaking);
    assert_eq!(change.verdict(Direction::Output), Verdict::Compatible);
}

#[test]
fn nested_parts_are_named_by_the_way_to_them() {
    let diff = edited(
        "{ name: floor, logicalType: integer }",
        "{ name: floor, logicalType: number }",
    );
    let change = only(&diff);
    assert_eq!(
        change.path(),
        "schema.heart_readings.place.floor.logicalType"
    );
    assert!(change.sentence().starts_with("place.floor: "));
    let diff = edited(
        "items: { logicalType: date }",
        "items: { logicalType: string }",
    );
    let change = only(&diff);
    assert_eq!(change.path(), "schema.heart_readings.visits[].logicalType");
    assert!(change.sentence().starts_with("visits[]: "));
}

#[test]
fn the_verdict_is_the_worst_of_the_changes() {
    let yaml = BASE
        .replace("minimum: 0,", "minimum: 18,")
        .replace("description: Age in years.", "description: Years lived.");
    let diff = compare(BASE, &yaml);
    assert_eq!(diff.changes().len(), 2);
    assert_eq!(diff.verdict(Direction::Input), Verdict::Breaking);
    assert_eq!(diff.verdict(Direction::Output), Verdict::Compatible);
    assert_eq!(diff.verdict_both(), Verdict::Breaking);
    assert_eq!(compare(BASE, BASE).verdict_both(), Verdict::Cosmetic);
}

#[test]
fn producers_are_not_held_to_what_the_platform_assigns() {
    let change = "{ name: received_at, logicalType: timestamp, ";
    let option = format!("{change}logicalTypeOptions: {{ minimum: \"2020-01-01T00:00:00Z\" }}, ");
    let diff = edited(change, &option);
    assert_eq!(only(&diff).rule().id, "minimum-added");
    assert_eq!(diff.verdict(Direction::Input), Verdict::Compatible);
}

#[test]
fn a_rule_that_only_warns_turns_no_producer_away() {
    let warning = "mustBeLessThan: 5, severity: warning";
    let diff = edited(warning, "mustBeLessThan: 4, severity: warning");
    assert_eq!(only(&diff).rule().id, "quality-tightened");
    assert_eq!(diff.verdict(Direction::Input), Verdict::Compatible);
    let diff = edited(warning, "mustBeLessThan: 5, severity: error");
    assert_eq!(only(&diff).rule().id, "quality-tightened");
    assert_eq!(diff.verdict(Direction::Input), Verdict::Breaking);
}

#[test]
fn limits_that_let_the_same_values_through_are_the_same() {
    for (from, to) in [
        (
            "{ minimum: 0, maximum: 120 }",
            "{ exclusiveMinimum: -1, maximum: 120 }",
        ),
        (
            "{ minimum: 0, maximum: 120 }",
            "{ minimum: 0, exclusiveMaximum: 121 }",
        ),
        (
            "{ minimum: 0, maximum: 120 }",
            "{ minimum: 0, maximum: 120, exclusiveMinimum: -7 }",
        ),
        ("{ maxLength: 64 }", "{ maxLength: 64, minLength: 0 }"),
        ("mustBe: 0", "mustBeBetween: [0, 0]"),
        ("value: 60, unit: s", "value: 1, unit: min"),
    ] {
        let diff = edited(from, to);
        assert!(
            diff.changes()
                .iter()
                .all(|change| change.rule().id == "rewritten"),
            "{diff:#?}"
        );
        assert_eq!(diff.verdict_both(), Verdict::Cosmetic);
        assert!(!diff.is_empty());
    }
}

#[test]
fn a_limit_that_loses_its_own_value_narrows() {
    let diff = edited(
        "{ minimum: 50.5, maximum: 300 }",
        "{ exclusiveMinimum: 50.5, maximum: 300 }",
    );
    let change = only(&diff);
    assert_eq!(
        change.sentence(),
        "trestbps: the least value rises from 50.5 to above 50.5"
    );
    assert_eq!(change.rule().id, "minimum-raised");
}

#[test]
fn large_whole_numbers_are_told_apart() {
    let limit = |value: u64| {
        BASE.replace(
            "{ minimum: 0, maximum: 120 }",
            &format!("{{ minimum: 0, maximum: {value} }}"),
        )
    };
    let diff = compare(&limit(9_007_199_254_740_993), &limit(9_007_199_254_740_992));
    assert_eq!(only(&diff).rule().id, "maximum-lowered");
}

#[test]
fn times_with_offsets_are_not_ordered_by_their_text() {
    let limited = |at: &str| {
        let options = format!("name: received_at, logicalTypeOptions: {{ minimum: \"{at}\" }},");
        BASE.replace("name: received_at,", &options)
    };
    let rule = |old: &str, new: &str| only(&compare(&limited(old), &limited(new))).rule().id;
    let (early, late) = ("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z");
    assert_eq!(rule(early, late), "minimum-raised");
    assert_eq!(rule(late, early), "minimum-lowered");
    let (east, west) = ("2020-01-01T00:00:00+02:00", "2020-01-01T00:00:00+01:00");
    assert_eq!(rule(east, west), "limit-changed");
}

#[test]
fn a_text_that_looks_like_a_place_for_a_value_is_left_alone() {
    let diff = edited("[A-Z]{2}[0-9]+", "{new}{old}");
    assert_eq!(
        only(&diff).sentence(),
        "device: the pattern changes from [A-Z]{2}[0-9]+ to {new}{old}"
    );
}

#[test]
fn contracts_are_compared_by_what_is_written_in_them() {
    let old = published::find("heart-readings", Some("1.0.0")).unwrap();
    let yaml = old
        .source()
        .replacen("minimum: 0, maximum: 120", "minimum: 0, maximum: 130", 1);
    let new = Contract::parse("new.yaml", &yaml).unwrap();
    let diff = diff(&old, &new);
    assert_eq!(
        only(&diff).sentence(),
        "age: the greatest value rises from 120 to 130"
    );
    assert!(super::diff(&new, &new).is_empty());
}

#[test]
fn changes_come_in_the_order_of_the_older_document() {
    let yaml = BASE
        .replace("maximum: 300", "maximum: 280")
        .replace(
            "- { name: note,",
            "- { name: mood, logicalType: string }\n      - { name: note,",
        )
        .replace("{ name: session, ", "{ name: session, deprecated: true, ")
        .replace("status: draft", "status: active");
    let diff = compare(BASE, &yaml);
    let paths: Vec<_> = diff.changes().iter().map(Change::path).collect();
    assert_eq!(
        paths,
        [
            "status",
            "schema.heart_readings.trestbps.logicalTypeOptions.maximum",
            "schema.heart_readings.session.deprecated",
            "schema.heart_readings.mood",
        ]
    );
    assert_eq!(diff.changes()[3].kind(), Kind::Added);
    assert_eq!(diff.changes()[3].before(), None);
}

#[test]
fn long_texts_are_shortened_in_sentences_and_complete_beside_them() {
    let long = "Research ".repeat(20);
    let diff = edited("usage: Research.", &format!("usage: {long}"));
    let change = only(&diff);
    assert_eq!(change.after(), Some(long.trim_end()));
    assert!(change.sentence().ends_with('…'));
    assert!(change.sentence().chars().count() < 120);
}

#[test]
fn a_value_of_an_enumeration_is_its_number_however_written() {
    let diff = edited("{ value: 1, label: male", "{ value: 1.0, label: male");
    assert_eq!(only(&diff).rule().id, "rewritten");
    let diff = edited("{ value: 1, label: male", "{ value: \"1\", label: male");
    let ids: Vec<_> = diff
        .changes()
        .iter()
        .map(|change| change.rule().id)
        .collect();
    assert_eq!(ids, ["enum-value-removed", "enum-value-added"]);
}

#[test]
fn a_default_that_is_written_out_changes_nothing() {
    let typed = "- name: heart_readings\n    logicalType: object";
    let diff = edited("- name: heart_readings", typed);
    assert_eq!(only(&diff).rule().id, "rewritten");
}

#[test]
fn rules_have_names_of_their_own_and_reasons() {
    let all: Vec<_> = rules().collect();
    for (index, rule) in all.iter().enumerate() {
        assert!(
            rule.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{}",
            rule.id
        );
        assert!(rule.because.ends_with('.'), "{}", rule.id);
        assert!(
            all[index + 1..].iter().all(|other| other.id != rule.id),
            "{}",
            rule.id
        );
    }
}
