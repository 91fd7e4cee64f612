use chrono::{DateTime, TimeDelta, Utc};

use super::super::{Sample, TimeLine, over_time};
use super::{corners, of_class};

fn day(number: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + number)
}

fn sample(at: i64, value: f64) -> Sample {
    Sample {
        at: day(at),
        value,
        interval: None,
        estimated: false,
        version: Some(1),
    }
}

fn line(samples: Vec<Sample>) -> TimeLine<'static> {
    TimeLine {
        label: "AUC over time",
        samples,
        bound: Some((0.8, "gate at least 0.80".to_owned())),
    }
}

#[test]
fn a_line_needs_two_moments_and_numbers() {
    assert!(over_time(&line(Vec::new())).is_none());
    assert!(over_time(&line(vec![sample(0, 0.9)])).is_none());
    assert!(over_time(&line(vec![sample(3, 0.9), sample(3, 0.8)])).is_none());
    for wrong in [f64::NAN, f64::INFINITY, -1e300] {
        let values = vec![sample(0, wrong), sample(1, wrong)];
        let unbounded = TimeLine {
            bound: None,
            ..line(values)
        };
        assert!(over_time(&unbounded).is_none(), "{wrong}");
    }
}

#[test]
fn a_line_shows_its_bound_its_band_and_what_is_estimated() {
    let band = |sample: Sample| Sample {
        interval: Some((sample.value - 0.05, sample.value + 0.05)),
        ..sample
    };
    let estimated = Sample {
        estimated: true,
        ..sample(14, 0.78)
    };
    let all = vec![band(sample(0, 0.9)), band(sample(7, 0.85)), band(estimated)];
    let svg = over_time(&line(all)).unwrap();
    let path = corners(of_class(&svg, "polyline", "stroke series-1", "points")[0]);
    let bound = corners(of_class(&svg, "polyline", "stroke bound", "points")[0]);
    assert!(path[0].1 < bound[0].1 && path[2].1 > bound[0].1);
    assert_eq!((bound[0].0, bound[1].0), (path[0].0, path[2].0));
    assert!(svg.contains(">gate at least 0.80</text>"));
    assert_eq!(of_class(&svg, "circle", "face series-1", "cx").len(), 2);
    assert_eq!(of_class(&svg, "circle", "stroke series-1", "cx").len(), 1);
    let band = corners(of_class(&svg, "polygon", "face band", "points")[0]);
    assert_eq!(band.len(), 6);
    assert!(band[0].1 > path[0].1 && band[5].1 < path[0].1);
}

#[test]
fn a_line_is_interrupted_where_another_version_answers() {
    let of_second = |sample: Sample| Sample {
        version: Some(2),
        ..sample
    };
    let all = vec![
        sample(0, 0.9),
        sample(7, 0.9),
        of_second(sample(14, 0.9)),
        of_second(sample(21, 0.9)),
    ];
    let svg = over_time(&line(all)).unwrap();
    assert_eq!(
        of_class(&svg, "polyline", "stroke series-1", "points").len(),
        2
    );
    assert!(svg.contains("> v2</text>"));
}
