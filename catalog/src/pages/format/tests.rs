use super::*;

fn seen(age: TimeDelta) -> String {
    let now = DateTime::parse_from_rfc3339("2026-05-12T09:30:00Z")
        .unwrap()
        .to_utc();
    Moment::new(now - age, now).relative
}

#[test]
fn times_are_relative_to_now_until_they_are_old() {
    assert_eq!(seen(TimeDelta::seconds(-30)), "just now");
    assert_eq!(seen(TimeDelta::seconds(59)), "just now");
    assert_eq!(seen(TimeDelta::minutes(1)), "1 minute ago");
    assert_eq!(seen(TimeDelta::minutes(119)), "1 hour ago");
    assert_eq!(seen(TimeDelta::days(2)), "2 days ago");
    assert_eq!(seen(TimeDelta::days(40)), "on 2 Apr 2026");
}

#[test]
fn counts_are_grouped_by_thousands() {
    assert_eq!(count(0), "0");
    assert_eq!(count(918), "918");
    assert_eq!(count(48_112), "48\u{202f}112");
    assert_eq!(count(1_000_000), "1\u{202f}000\u{202f}000");
    assert_eq!(counted(1, "port"), "1 port");
    assert_eq!(counted(0, "port"), "0 ports");
}

#[test]
fn shares_never_claim_perfection_by_rounding() {
    assert_eq!(share(0.834), "0.83");
    assert_eq!(share(0.9999), "0.999");
    assert_eq!(share(1.0), "1.00");
    assert_eq!(percent(0.834), "83%");
    assert_eq!(percent(0.9999), "over 99%");
    assert_eq!(percent(1.0), "100%");
    assert_eq!(percent(0.001), "under 1%");
    assert_eq!(percent(0.0), "0%");
}

#[test]
fn lists_read_as_sentences() {
    let parts = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(listed(&parts[..1]), "a");
    assert_eq!(listed(&parts[..2]), "a and b");
    assert_eq!(listed(&parts), "a, b and c");
}

#[test]
fn measured_numbers_have_three_digits_that_say_something() {
    assert_eq!(number(0.0), "0");
    assert_eq!(number(-3.0), "-3");
    assert_eq!(number(10_324.0), "10\u{202f}324");
    assert_eq!(number(2.417), "2.42");
    assert_eq!(number(0.012_34), "0.0123");
    assert_eq!(number(1234.5), "1234");
    assert_eq!(number(-0.5), "-0.500");
}
