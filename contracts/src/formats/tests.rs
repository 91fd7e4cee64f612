use proptest::prelude::*;

use super::{date, holds, pattern, time, timestamp};
use crate::Format;

const FORMATS: [Format; 7] = [
    Format::Uuid,
    Format::Email,
    Format::Uri,
    Format::Hostname,
    Format::Ipv4,
    Format::Ipv6,
    Format::Byte,
];

#[test]
fn good_texts_hold_and_bad_ones_do_not() {
    let long_label = "a".repeat(64);
    let long_host = vec!["abcdefg"; 32].join(".");
    let long_local = format!("{long_label}a@example.com");
    let long_domain = format!("a@{long_label}.com");
    let cases: [(Format, &[&str], &[&str]); 7] = [
        (
            Format::Uuid,
            &["0190d3a4-5b6c-7D8E-9f00-112233445566"],
            &["0190d3a45b6c7d8e9f00112233445566", ""],
        ),
        (
            Format::Email,
            &["a@b", "first.last+tag@mail.example.com", "o'neil@x-1.org"],
            &[
                "",
                "a",
                "@b",
                "a@",
                "a@b@c",
                ".a@b",
                "a..b@c",
                "a.@b",
                "a b@c",
                "a@-b",
                "a@b.",
                "\"a\"@b",
                "a@[127.0.0.1]",
                "ü@b",
                "A <a@b>",
                "a@b\n",
                &long_local,
                &long_domain,
            ],
        ),
        (
            Format::Uri,
            &[
                "https://example.com/a?b=c#d",
                "urn:mesh:a",
                "mailto:a@b",
                "a:",
                "file:///etc/x",
                "http://[::1]:80/",
                "http://u:p@h:1/%20",
                "a:/",
                "http://",
            ],
            &[
                "",
                "example.com",
                "//a/b",
                "/a",
                "1a:b",
                "http://[::1",
                "http://[:::]/",
                "a:%2",
                "a:b c",
                "http://a:b:c",
                "http://h:x/",
                "http://h/[a]",
                "a:b#c#d",
                "a:ü",
            ],
        ),
        (
            Format::Hostname,
            &["localhost", "a-b.example.com", "1.2"],
            &[
                "",
                ".",
                "a.",
                "-a",
                "a-",
                "a--b",
                "xn--mnchen-3ya.de",
                "a_b",
                "a b",
                &long_label,
                &long_host,
            ],
        ),
        (
            Format::Ipv4,
            &["0.0.0.0", "192.168.1.255"],
            &["", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4 "],
        ),
        (
            Format::Ipv6,
            &["::", "2001:db8::1", "::ffff:1.2.3.4"],
            &["", "1.2.3.4", ":::", "12345::", "fe80::1%eth0", "[::1]"],
        ),
        (
            Format::Byte,
            &["", "TWVzaA==", "TWVzaHc=", "+/+/"],
            &["TWVzaA", "TWVzaA=", "TW VzaA", "TWVz=", "-_-_"],
        ),
    ];
    for (format, good, bad) in cases {
        for text in good {
            assert!(holds(format, text), "{format:?} {text:?}");
        }
        for text in bad {
            assert!(!holds(format, text), "{format:?} {text:?}");
        }
    }
}

#[test]
fn a_pattern_takes_all_that_its_format_holds() {
    for format in FORMATS {
        let regex = regex::Regex::new(pattern(format)).unwrap();
        for text in [
            "a@b",
            "a:b",
            "a",
            "1.2.3.4",
            "::1",
            "abcd",
            "0190d3a4-5b6c-7D8E-9f00-112233445566",
        ] {
            assert!(
                !holds(format, text) || regex.is_match(text),
                "{format:?} {text:?}"
            );
        }
    }
}

#[test]
fn moments_are_counted_from_1970() {
    assert_eq!(date("1970-01-01"), Some(0));
    assert_eq!(date("2000-03-01"), Some(11_017));
    assert_eq!(date("1900-02-29"), None);
    assert_eq!(timestamp("1970-01-01T01:00:00.0000019+01:00"), Some(1));
    assert_eq!(timestamp("1969-12-31T23:59:59.9999999Z"), Some(-1));
    assert_eq!(timestamp("1970-01-01T00:00:00"), None);
    assert_eq!(time("23:59:59.5"), Some(86_399_500_000));
    assert_eq!(time("24:00:00"), None);
    assert_eq!(time("00:00:00Z"), None);
    assert_eq!(time("00:00"), None);
}

proptest! {
    #[test]
    fn every_day_is_counted_like_the_calendar_of_chrono(days in -719_528_i32..2_932_897) {
        let calendar = chrono::NaiveDate::from_epoch_days(days).unwrap();
        prop_assert_eq!(date(&calendar.to_string()), Some(days));
    }

    #[test]
    fn every_timestamp_is_counted_like_the_calendar_of_chrono(micros in -62_000_000_000_000_000_i64..253_000_000_000_000_000, offset in -1_439..1_440) {
        let offset = chrono::FixedOffset::east_opt(offset * 60).unwrap();
        let calendar = chrono::DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&offset);
        prop_assert_eq!(timestamp(&calendar.to_rfc3339()), Some(micros));
    }
}
