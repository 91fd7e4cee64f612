use std::time::Duration;

use super::Promise;
use crate::{Contract, ServiceLevel};

/// The service levels of a contract with the columns `at` and `place.at`.
fn levels(sla: &str) -> Result<Vec<ServiceLevel>, String> {
    let yaml = format!(
        "apiVersion: v3.2.0\nkind: DataContract\nid: x\nname: x\nversion: 1.0.0\nstatus: draft\ndomain: x\nschema:\n  \
         - name: t\n    properties:\n      - {{ name: at, logicalType: timestamp }}\n      - name: place\n        \
         logicalType: object\n        properties: [{{ name: at, logicalType: timestamp }}]\nslaProperties:\n  - {sla}\n"
    );
    let contract = Contract::parse("c.yaml", &yaml).map_err(|error| error.to_string())?;
    Ok(contract.service_levels().to_vec())
}

fn level(sla: &str) -> ServiceLevel {
    levels(sla).unwrap().remove(0)
}

#[test]
fn promises_are_read_with_their_limits_and_columns() {
    let hour = Duration::from_secs(3600);
    let element = |path: &str| Some(path.to_owned());
    for (sla, kind, sentence) in [
        (
            "{ property: freshness, value: 1, unit: h, element: t.at }",
            Promise::Freshness {
                limit: hour,
                element: element("at"),
            },
            "The newest at is at most 1 hour old",
        ),
        (
            "{ property: Freshness, value: 60, unit: m }",
            Promise::Freshness {
                limit: hour,
                element: None,
            },
            "The newest row is at most 60 minutes old",
        ),
        (
            "{ property: ly, value: \"3600\", unit: Seconds, element: place.at }",
            Promise::Latency {
                limit: hour,
                element: element("place.at"),
            },
            "A row can be read at most 3600 seconds after place.at",
        ),
        (
            "{ property: retention, value: 10, unit: y, element: 't.at,t.place.at' }",
            Promise::Retention {
                limit: 24 * 3650 * hour,
                element: None,
            },
            "Rows are kept for 10 years",
        ),
        (
            "{ property: availability, value: 99.5, unit: percent }",
            Promise::Availability { percent: 99.5 },
            "The data can be read 99.5 % of the time",
        ),
        (
            "{ property: frequency, value: 1, valueExt: 2, unit: d, element: other.at }",
            Promise::Other,
            "frequency: 1 day to 2, on other.at",
        ),
        (
            "{ property: latency, value: near real time }",
            Promise::Other,
            "latency: near real time",
        ),
        (
            "{ property: endOfLife, value: 2042-05-12T09:30:10Z }",
            Promise::Other,
            "endOfLife: 2042-05-12T09:30:10Z",
        ),
    ] {
        let level = level(sla);
        assert_eq!(level.kind(), &kind, "{sla}");
        assert_eq!(level.sentence(), sentence);
    }
}

#[test]
fn units_of_time_are_read_as_people_write_them() {
    for (units, seconds) in [
        (&["ms", "milliseconds"][..], 0.001),
        (&["s", "sec", "second", "seconds", "S"], 1.0),
        (&["m", "min", "minute", "Minutes"], 60.0),
        (&["h", "hr", "hour", "hours"], 3600.0),
        (&["d", "day", "days"], 86_400.0),
        (&["w", "week", "weeks"], 604_800.0),
        (&["mo", "month", "months"], 2_592_000.0),
        (&["y", "yr", "year", "years"], 31_536_000.0),
    ] {
        for unit in units {
            let level = level(&format!(
                "{{ property: retention, value: 1, unit: {unit} }}"
            ));
            let expected = Promise::Retention {
                limit: Duration::from_secs_f64(seconds),
                element: None,
            };
            assert_eq!(level.kind(), &expected, "{unit}");
        }
    }
}

#[test]
fn a_promise_that_nobody_could_measure_by_mistake_is_refused() {
    for (sla, expected) in [
        (
            "{ property: latency, value: 60 }",
            "c.yaml:16:5: slaProperties[0]: `unit` is missing; add `unit:`",
        ),
        (
            "{ property: latency, value: 60, unit: x }",
            "c.yaml:16:43: slaProperties[0].unit: no unit of time; write one of s, min, h, d, w, mo, y",
        ),
        (
            "{ property: latency, value: 60, unit: s, element: t.place.a }",
            "c.yaml:16:55: slaProperties[0].element: there is no property `place.a`; did you mean `t.place.at`?",
        ),
    ] {
        assert_eq!(levels(sla).unwrap_err(), expected);
    }
}

#[test]
fn an_amount_beyond_all_time_is_refused() {
    assert!(levels("{ property: retention, value: 1e300, unit: y }").is_err());
}
