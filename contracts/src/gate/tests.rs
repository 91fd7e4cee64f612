use serde_json::{Value, json};

use super::{Gate, MAX_VIOLATIONS};
use crate::{Contract, Record, Side};

const EVERYTHING: &str = include_str!("../../tests/it/everything.yaml");

fn gate(side: Side) -> Gate {
    Gate::compile(
        &Contract::parse("everything.yaml", EVERYTHING).unwrap(),
        side,
    )
}

fn record(value: Value) -> Record {
    match value {
        Value::Object(record) => record,
        other => panic!("{other} is no object"),
    }
}

/// A record that keeps the contract, with `change` laid over it.
fn good(change: Value) -> Record {
    let mut good = record(json!({"count": 3, "place": {"name": "ward"}}));
    good.extend(record(change));
    good
}

/// `field rule found` of every violation.
fn broken(side: Side, record: &Record) -> Vec<String> {
    let violations = gate(side).check(record).err().unwrap_or_default();
    let short = |violation: &crate::Violation| {
        format!(
            "{} {} {}",
            violation.field(),
            violation.rule(),
            violation.found()
        )
    };
    violations.iter().map(short).collect()
}

#[test]
fn a_record_that_keeps_the_contract_passes() {
    for change in [
        json!({}),
        json!({"count": 3.0}),
        json!({"count": 9e0, "ratio": 1}),
        json!({"code": null, "flag": null, "visits": null, "day": null, "place": {"name": "ü", "floor": null}}),
        json!({"code": "äöüäöü", "kind": "b", "grade": 1.5, "level": 2.0, "flag": true, "mark": 0.5}),
        json!({"ref": "019A1B2C-3D4E-7F50-8a6b-7c8d9e0f1a2b", "day": "2024-02-29"}),
        json!({"at": "2024-02-29T23:59:59Z", "visits": ["2024-01-01", null], "big": i64::MAX}),
        json!({"at": "2024-02-29T23:59:59.123456789-11:30", "big": i64::MIN}),
        json!({"price": 0.3, "single": -1.5, "small": 127, "wide": 0, "words": ["a", null], "lots": [1, 2]}),
        json!({"since": "2024-02-29T11:00:00.4999999Z", "shift": "22:29:59", "spot": {"x": 0, "y": null}}),
    ] {
        let record = good(change);
        assert_eq!(
            broken(Side::Input, &record),
            Vec::<String>::new(),
            "{record:?}"
        );
    }
}

#[test]
fn every_rule_is_held_and_named() {
    for (change, expected) in [
        (json!({"count": null}), "count required null"),
        (json!({"place": {}}), "place.name required nothing"),
        (json!({"place": "ward"}), "place type string"),
        (
            json!({"place": {"name": "ward", "flor": 1}}),
            "place.flor unknown-field number",
        ),
        (json!({"count": "3"}), "count type string"),
        (json!({"count": 3.5}), "count type number"),
        (json!({"count": true}), "count type boolean"),
        (json!({"count": 0}), "count minimum number"),
        (json!({"count": 33}), "count maximum number"),
        (json!({"count": 4}), "count multiple-of number"),
        (json!({"big": u64::MAX}), "big type number"),
        (
            json!({"big": 9_223_372_036_854_775_808.0}),
            "big type number",
        ),
        (json!({"ratio": "1"}), "ratio type string"),
        (json!({"ratio": 0}), "ratio exclusive-minimum number"),
        (json!({"ratio": 1.5}), "ratio exclusive-maximum number"),
        (json!({"mark": 0.25}), "mark enum number"),
        (json!({"level": 3}), "level enum number"),
        (json!({"kind": "B"}), "kind enum string"),
        (json!({"code": "a"}), "code min-length string"),
        (json!({"code": "äöüäöüä"}), "code max-length string"),
        (json!({"code": "ab1"}), "code pattern string"),
        (json!({"code": 1}), "code type number"),
        (
            json!({"ref": "019a1b2c3d4e7f508a6b7c8d9e0f1a2b"}),
            "ref format string",
        ),
        (json!({"flag": 1}), "flag type number"),
        (json!({"flag": "true"}), "flag type string"),
        (json!({"day": "2023-02-29"}), "day format string"),
        (json!({"day": 20_240_101}), "day type number"),
        (json!({"at": "2024-02-29 23:59:59Z"}), "at format string"),
        (json!({"at": "2024-02-29T23:59:60Z"}), "at format string"),
        (json!({"at": "2024-02-29T23:59:59"}), "at format string"),
        (json!({"at": 1_709_251_199}), "at type number"),
        (json!({"visits": []}), "visits min-items array"),
        (
            json!({"visits": [null, null, null, null]}),
            "visits max-items array",
        ),
        (
            json!({"visits": ["2024-01-01", "x"]}),
            "visits[1] format string",
        ),
        (json!({"visits": {}}), "visits type object"),
        (json!({"mail": "a@"}), "mail format string"),
        (json!({"host": "A"}), "host pattern string"),
        (json!({"host": "a--b"}), "host format string"),
        (json!({"small": 128}), "small maximum number"),
        (json!({"wide": -1}), "wide minimum number"),
        (json!({"price": 0.1 + 0.2}), "price multiple-of number"),
        (json!({"single": 1e39}), "single maximum number"),
        (json!({"born": "1969-12-29"}), "born minimum string"),
        (
            json!({"term": "1999-12-31"}),
            "term exclusive-minimum string",
        ),
        (
            json!({"since": "2024-02-29T11:00:00.5Z"}),
            "since exclusive-maximum string",
        ),
        (
            json!({"until": "2100-01-01T00:00:00Z"}),
            "until maximum string",
        ),
        (
            json!({"shift": "05:59:59.999999999"}),
            "shift minimum string",
        ),
        (json!({"clock": "12:00"}), "clock format string"),
        (
            json!({"words": ["a", "b", "a"]}),
            "words unique-items array",
        ),
        (json!({"lots": [1, 2, 1.0]}), "lots unique-items array"),
        (json!({"spot": {"y": 1}}), "spot.x required nothing"),
        (json!({"event_id": "x"}), "event_id assigned string"),
        (json!({"event_id": null}), "event_id assigned null"),
        (json!({"Count": 3}), "Count unknown-field number"),
    ] {
        assert_eq!(broken(Side::Input, &good(change)), [expected]);
    }
}

#[test]
fn every_violation_of_a_record_is_told() {
    let record = record(json!({"place": {"name": 1, "floor": "x"}, "count": 0, "extra": []}));
    let expected = [
        "count minimum number",
        "place.name type number",
        "place.floor type string",
        "extra unknown-field array",
    ];
    assert_eq!(broken(Side::Input, &record), expected);
}

#[test]
fn the_stored_side_demands_what_the_platform_assigns() {
    let expected = ["event_id required nothing", "received_at required nothing"];
    assert_eq!(broken(Side::Stored, &good(json!({}))), expected);
    let complete = good(json!({
        "event_id": "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b",
        "received_at": "2026-03-14T09:26:53.589793Z",
    }));
    assert_eq!(broken(Side::Stored, &complete), Vec::<String>::new());
}

#[test]
fn a_violation_says_what_is_expected() {
    let told = |change: Value| {
        let violations = gate(Side::Input).check(&good(change)).unwrap_err();
        violations[0].to_string()
    };
    assert_eq!(
        told(json!({"count": 99})),
        "count: expected a whole number from 1 to 30, a multiple of 3 (pieces); found number (maximum)"
    );
    assert_eq!(
        told(json!({"kind": 1})),
        "kind: expected a string, one of \"b\" or \"a\"; found number (type)"
    );
    assert_eq!(
        told(json!({"shift": "23:00:00"})),
        "shift: expected a time of day such as 12:00:00, not before 06:00:00, before 22:30:00; found string \
         (exclusive-maximum)"
    );
    assert_eq!(
        told(json!({"words": ["a", "a"]})),
        "words: expected an array, at most 4 items, no two of them the same; found array (unique-items)"
    );
    assert_eq!(
        told(json!({"cuont": 1})),
        "cuont: expected no such field; did you mean `count`?; found number (unknown-field)"
    );
}

#[test]
fn a_flood_of_mistakes_is_cut() {
    let mut flood = good(json!({}));
    flood.extend((0..10_000).map(|index| (format!("unknown_{index}"), Value::Null)));
    assert_eq!(broken(Side::Input, &flood).len(), MAX_VIOLATIONS);
    let visits = Value::Array(vec![json!(1); 100_000]);
    assert_eq!(
        broken(Side::Input, &good(json!({"visits": visits}))).len(),
        MAX_VIOLATIONS
    );
}

#[test]
fn an_unknown_name_is_shortened_and_made_printable() {
    let name = format!("\u{1b}[31m{}", "é".repeat(1000));
    let violations = gate(Side::Input)
        .check(&good(json!({name: 1})))
        .unwrap_err();
    let field = violations[0].field();
    assert_eq!(field.chars().count(), 65);
    assert!(
        field.starts_with("\u{fffd}[31mé") && field.ends_with('…'),
        "{field}"
    );
}
