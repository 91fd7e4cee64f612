use std::time::Duration;

use super::duration;

#[test]
fn durations_are_read_as_iso_8601_writes_them() {
    for (text, seconds) in [
        ("PT0S", 0),
        ("PT1H", 3600),
        ("PT90M", 5400),
        ("P1D", 86_400),
        ("P1W", 7 * 86_400),
        ("P1DT12H30M5S", 86_400 + 12 * 3600 + 30 * 60 + 5),
    ] {
        assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
    }
}

#[test]
fn what_is_no_duration_or_has_no_fixed_length_is_none() {
    for text in [
        "",
        "P",
        "PT",
        "P1DT",
        "1H",
        "PT1",
        "PTH",
        "PT1M1H",
        "PT1H1H",
        "P1H",
        "PT1D",
        "P1M",
        "P1Y",
        "PT1.5H",
        "PT-1H",
        "pt1h",
        "PT1H ",
        "PT99999999999999999999S",
        "P30500568904944W",
        "PT1Ä",
    ] {
        assert_eq!(duration(text), None, "{text}");
    }
}
