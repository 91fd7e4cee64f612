use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{block, prose, scalar};

fn read(yaml: &str) -> Value {
    mesh_contracts::parse_document("test.yaml", yaml)
        .unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

fn printable() -> impl Strategy<Value = String> {
    "[ -~äß€😀\u{a0}]{0,60}"
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        printable().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn a_text_is_read_back_as_it_was(text in printable()) {
        prop_assert_eq!(&read(&format!("key: {}\n", scalar(&text)))["key"], &Value::from(text));
    }

    #[test]
    fn prose_is_read_back_but_for_its_spaces(text in "[ -~äß€😀]{0,300}") {
        let expected = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let yaml = format!("list:\n  - key: {}\n", prose(&text, 4));
        prop_assert_eq!(&read(&yaml)["list"][0]["key"], &Value::from(expected));
    }

    #[test]
    fn a_document_is_read_back_as_it_was(value in values()) {
        let document = serde_json::json!({ "answers": value });
        prop_assert_eq!(read(&block(&document, 0)), document);
    }
}

#[test]
fn what_a_reader_might_take_for_something_else_is_quoted() {
    for text in ["no", "NULL", "1.0", "", "a: b", "- a", "#", "end "] {
        assert!(scalar(text).starts_with('"'), "{text}");
    }
    assert_eq!(scalar("Weekly cases (flu)"), "Weekly cases (flu)");
}
