use serde_json::{Value, json};

use crate::Contract;

#[test]
fn cells_are_typed_by_the_contract() {
    let yaml = include_str!("../../tests/it/everything.yaml");
    let contract = Contract::parse("everything.yaml", yaml).unwrap();
    let typed = |column: &str, cell: &str| {
        let record = contract.record_from_text(&[column.to_owned()], &[cell]);
        record[column].clone()
    };
    for (column, cell, expected) in [
        ("count", "", Value::Null),
        ("code", "", Value::Null),
        ("count", "63", json!(63)),
        ("count", " -63 ", json!(-63)),
        ("count", "63.0", json!(63.0)),
        ("count", "?", json!("?")),
        ("count", "6 3", json!("6 3")),
        ("big", "9223372036854775807", json!(i64::MAX)),
        (
            "big",
            "9223372036854775808",
            json!(9_223_372_036_854_775_808.0),
        ),
        ("ratio", "2.5", json!(2.5)),
        ("ratio", "-.5e1", json!(-5.0)),
        ("ratio", "1e400", json!("1e400")),
        ("ratio", "NaN", json!("NaN")),
        ("ratio", "inf", json!("inf")),
        ("ratio", "2,5", json!("2,5")),
        ("flag", "TRUE", json!(true)),
        ("flag", "false", json!(false)),
        ("flag", "1", json!("1")),
        ("code", " 12 ", json!(" 12 ")),
        ("day", "2024-02-29", json!("2024-02-29")),
        ("nothing", "7", json!("7")),
    ] {
        assert_eq!(typed(column, cell), expected, "{column} {cell:?}");
    }
}

#[test]
fn columns_keep_their_order() {
    let yaml = include_str!("../../tests/it/everything.yaml");
    let contract = Contract::parse("everything.yaml", yaml).unwrap();
    let header = ["ratio".to_owned(), "count".to_owned()];
    let record = contract.record_from_text(&header, &["1", "2"]);
    assert_eq!(
        Value::Object(record).to_string(),
        r#"{"ratio":1.0,"count":2}"#
    );
}
