use serde_json::json;

use super::{MAX_RECORDS, parse_record, split_records};
use crate::Violation;

/// `rule field line:column` of what is wrong with a text.
fn wrong(text: &[u8]) -> String {
    let error = parse_record(text).unwrap_err();
    let violation = Violation::from(error.clone());
    let place = format!("{}:{}", error.line(), error.column());
    [error.code(), violation.field(), &place]
        .join(" ")
        .replace("  ", " ")
}

#[test]
fn an_object_is_read_as_it_stands() {
    let record =
        parse_record(br#" {"b": [1, -2, 2.5, 63.0], "a": {"c": null, "d": true, "e": "\u00fc"}} "#)
            .unwrap();
    let expected = json!({"b": [1, -2, 2.5, 63.0], "a": {"c": null, "d": true, "e": "ü"}});
    assert_eq!(serde_json::Value::Object(record.clone()), expected);
    assert_eq!(record.keys().collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn what_is_no_record_is_refused_with_its_place() {
    assert_eq!(wrong(b""), "json 1:0");
    assert_eq!(wrong(b"[1]"), "type 1:1");
    assert_eq!(wrong(b"\n  \"text\""), "type 2:3");
    assert_eq!(wrong(b"{\"a\": 1"), "json 1:7");
    assert_eq!(wrong(b"{\n\"a\": nan}"), "json 2:7");
    assert_eq!(wrong(b"{\"a\": NaN}"), "json 1:7");
    assert_eq!(wrong(b"{\"a\": Infinity}"), "json 1:7");
    assert_eq!(wrong(b"{\"a\": 01}"), "json 1:8");
    assert_eq!(wrong(b"{\"a\": 1,}"), "json 1:9");
    assert_eq!(wrong(b"{\"a\": 1} {}"), "json 1:10");
    assert_eq!(wrong(b"{\"a\": 1e400}"), "number-range 1:11");
    assert_eq!(wrong(b"{\"a\": \"\\ud800\"}"), "json 1:14");
    assert_eq!(wrong(b"{\"a\": \"x\ny\"}"), "json 2:0");
    assert_eq!(wrong(b"{\"a\":\n\"x\xffy\"}"), "utf-8 2:3");
    assert_eq!(wrong(b"\xef\xbb\xbf{}"), "type 1:1");
}

#[test]
fn a_key_that_stands_twice_is_refused_at_any_depth() {
    assert_eq!(wrong(br#"{"age": 1, "age": 1}"#), "duplicate-key age 1:20");
    assert_eq!(
        wrong(br#"{"a": [{}, {"b": {"c": 1, "d": 2, "c": 3}}]}"#),
        "duplicate-key a[1].b.c 1:41"
    );
    assert_eq!(wrong(br#"{"a": 1, "\u0061": 2}"#), "duplicate-key a 1:21");
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        format!("{{\"a\": {text}}}")
    };
    assert!(parse_record(nested(126).as_bytes()).is_ok());
    assert!(wrong(nested(127).as_bytes()).starts_with("nesting"));
    assert!(wrong(nested(10_000).as_bytes()).starts_with("nesting"));
    assert!(wrong(("{\"a\":".repeat(10_000)).as_bytes()).starts_with("nesting"));
}

#[test]
fn one_bad_record_does_not_refuse_the_others() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let text = format!(
        r#" [{{"a": 1}}, 7, {{"a": {deep}}}, {{"a": 1e400}}, {{"a": 1, "a": 2}}, {{"b": 2}}] "#
    );
    let records = split_records(text.as_bytes()).unwrap();
    let read: Vec<_> = records
        .iter()
        .map(|raw| match parse_record(raw.get().as_bytes()) {
            Ok(record) => format!("{record:?}"),
            Err(error) => error.code().to_owned(),
        })
        .collect();
    assert_eq!(
        read[1..5],
        ["type", "nesting", "number-range", "duplicate-key"]
    );
    assert_eq!(
        (records[0].get(), records[5].get()),
        ("{\"a\": 1}", "{\"b\": 2}")
    );
}

#[test]
fn an_object_is_one_record_and_an_empty_array_none() {
    assert_eq!(
        split_records(b"\n{\"a\": [1]} ").unwrap()[0].get(),
        "{\"a\": [1]}"
    );
    assert!(split_records(b" [ ] ").unwrap().is_empty());
}

#[test]
fn what_cannot_be_cut_into_records_is_refused() {
    for (text, code) in [
        (&b""[..], "json"),
        (b"  ", "json"),
        (b"7", "type"),
        (b"\"x\"", "type"),
        (b"[{}", "json"),
        (b"[{},]", "json"),
        (b"{} {}", "json"),
        (b"[1] x", "json"),
        (b"[\xff]", "utf-8"),
        (b"{\"a\": tru}", "json"),
    ] {
        assert_eq!(
            split_records(text).unwrap_err().code(),
            code,
            "{:?}",
            String::from_utf8_lossy(text)
        );
    }
}

#[test]
fn a_text_has_an_end_to_its_records() {
    let ones = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
    assert_eq!(
        split_records(ones(MAX_RECORDS).as_bytes()).unwrap().len(),
        MAX_RECORDS
    );
    let error = split_records(ones(MAX_RECORDS + 1).as_bytes()).unwrap_err();
    assert_eq!(error.code(), "records");
}

#[test]
fn fifty_megabytes_are_cut_and_read() {
    let record = format!("{{\"text\": \"{}\"}}", "x".repeat(1_000));
    let count = 50_000_000 / record.len();
    let text = format!("[{}]", vec![record.as_str(); count].join(","));
    let records = split_records(text.as_bytes()).unwrap();
    assert_eq!(records.len(), count);
    assert!(
        records
            .iter()
            .all(|raw| parse_record(raw.get().as_bytes()).is_ok())
    );
    let one = format!("{{\"text\": \"{}\"}}", "x".repeat(50_000_000));
    assert!(parse_record(one.as_bytes()).is_ok());
    let open = "[".repeat(50_000_000);
    assert_eq!(split_records(open.as_bytes()).unwrap_err().code(), "json");
}
