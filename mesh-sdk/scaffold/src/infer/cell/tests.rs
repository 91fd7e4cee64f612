use super::{Value, missing, timestamp_text};

fn read(text: &str) -> Value {
    Value::read(text, false)
}

#[test]
fn missing_markers_are_known_in_any_case() {
    for text in ["", "NA", "n/a", "NULL", "?", "-", "NaN", "#N/A"] {
        assert!(missing(text).is_some(), "{text}");
    }
    for text in ["0", "none", "--", "unknown"] {
        assert!(missing(text).is_none(), "{text}");
    }
}

#[test]
fn whole_numbers_are_integers_however_they_are_written() {
    assert_eq!(read("63"), Value::Integer(63));
    assert_eq!(read("63.0"), Value::Integer(63));
    assert_eq!(read("-9."), Value::Integer(-9));
    assert_eq!(read("2.3"), Value::Number(2.3));
    assert_eq!(read("1e3"), Value::Number(1000.0));
    assert_eq!(Value::read("1,5", true), Value::Number(1.5));
    assert_eq!(read("1,5"), Value::Text);
}

#[test]
fn digits_that_a_number_would_lose_are_a_code() {
    assert_eq!(read("01067"), Value::Code);
    assert_eq!(read("98765432109876543210"), Value::Code);
    assert_eq!(read("1e999"), Value::Code);
    assert_eq!(read("0.5"), Value::Number(0.5));
}

#[test]
fn text_that_only_begins_like_a_number_is_text() {
    for text in [
        "inf",
        "NaN",
        "1.2.3",
        "12 mg",
        "-",
        "+49 30 1234567",
        "1_000",
        "0x10",
    ] {
        assert_eq!(read(text), Value::Text, "{text}");
    }
}

#[test]
fn only_iso_days_that_exist_are_dates() {
    assert!(matches!(read("2024-02-29"), Value::Date(_)));
    for text in ["2023-02-29", "2-Jun-06", "6/13/08", "2024-2-9", "20240229x"] {
        assert_eq!(read(text), Value::Text, "{text}");
    }
}

#[test]
fn times_become_rfc_3339_in_utc() {
    let utc = |text: &str| match read(text) {
        Value::Timestamp(moment) => (timestamp_text(moment), moment.zoneless),
        other => panic!("{text}: {other:?}"),
    };
    let written = |text: &str| text.to_owned();
    assert_eq!(
        utc("2024-03-01 10:20"),
        (written("2024-03-01T10:20:00.000000Z"), true)
    );
    assert_eq!(
        utc("2024-03-01T10:20:30.5Z"),
        (written("2024-03-01T10:20:30.500000Z"), false)
    );
    assert_eq!(
        utc("2024-03-01T00:20:30+0130"),
        (written("2024-02-29T22:50:30.000000Z"), false)
    );
    for text in [
        "2016-12-31T23:59:60Z",
        "2024-03-01T25:00Z",
        "0001-01-01T00:00+01:00",
    ] {
        assert_eq!(read(text), Value::Text, "{text}");
    }
}
