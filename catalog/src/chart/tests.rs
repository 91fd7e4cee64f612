use chrono::{DateTime, TimeDelta, Utc};
use plotters::style::Color;

use super::ink::Ink;
use super::{
    Bar, Bin, Calibrated, Curve, Plane, Sample, TimeLine, bars, calibration, histogram, over_time,
    plane, shortened, span, spread,
};
use crate::assets::CSS;

const HOSTILE: &str = "\"><script>alert('&')</script>";

/// What elements of that name have as value of the attribute, in the order of the drawing.
fn all<'a>(svg: &'a str, element: &str, attribute: &str) -> Vec<&'a str> {
    let start = format!("<{element} ");
    let name = format!(" {attribute}=\"");
    svg.lines()
        .filter(|line| line.starts_with(&start))
        .filter_map(|line| line.split_once(&name)?.1.split('"').next())
        .collect()
}

fn of_class<'a>(svg: &'a str, element: &str, class: &str, attribute: &str) -> Vec<&'a str> {
    let classes = all(svg, element, "class");
    let values = all(svg, element, attribute);
    assert_eq!(classes.len(), values.len());
    let both = classes.into_iter().zip(values);
    both.filter(|(found, _)| *found == class)
        .map(|(_, value)| value)
        .collect()
}

fn number(text: &str) -> i32 {
    text.parse().unwrap()
}

fn corners(points: &str) -> Vec<(i32, i32)> {
    points
        .split(' ')
        .map(|point| point.split_once(',').unwrap())
        .map(|(x, y)| (number(x), number(y)))
        .collect()
}

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

fn curve<'a>(name: &'a str, points: &[(f64, f64)]) -> Curve<'a> {
    Curve {
        name,
        points: points.to_vec(),
    }
}

fn of(curves: Vec<Curve<'_>>) -> String {
    plane(&Plane {
        label: HOSTILE,
        across: "False positive rate",
        up: HOSTILE,
        ideal: None,
        curves,
        mark: None,
    })
}

#[test]
fn an_ink_survives_its_way_through_plotters() {
    for index in 0..4 {
        let ink = Ink::series(index);
        assert_eq!(Ink::of(ink.to_rgba().to_backend_color()), ink);
        assert_eq!(ink.class(), format!("series-{}", index + 1));
    }
    assert_eq!(Ink::series(4), Ink::Series1);
}

#[test]
fn the_style_sheet_knows_every_ink() {
    for number in 0..13 {
        let colour = plotters_backend::BackendColor {
            alpha: 1.0,
            rgb: (number, 0, 0),
        };
        let rule = format!(".plot .{} {{", Ink::of(colour).class());
        assert!(CSS.content().contains(&rule), "{rule}");
    }
}

#[test]
fn a_curve_runs_from_corner_to_corner_and_stays_within() {
    let inside = of(vec![curve("1", &[(0.0, 0.0), (0.0, 0.5), (1.0, 1.0)])]);
    let path = corners(of_class(&inside, "polyline", "stroke series-1", "points")[0]);
    let [(left, bottom), (_, middle), (right, top)] = path[..] else {
        panic!("{path:?}");
    };
    assert!(left < right && top < bottom);
    assert!((middle - (top + bottom) / 2).abs() <= 1);
    let outside = of(vec![curve(
        "1",
        &[(-9.0, f64::NAN), (0.0, 0.5), (f64::INFINITY, 7.0)],
    )]);
    assert_eq!(
        corners(of_class(&outside, "polyline", "stroke series-1", "points")[0]),
        path
    );
}

#[test]
fn several_curves_are_named_and_one_is_not() {
    let points = [(0.0, 0.0), (1.0, 1.0)];
    let one = of(vec![curve("sinus", &points)]);
    assert!(!one.contains("sinus"));
    let two = of(vec![curve("sinus", &points), curve(HOSTILE, &points)]);
    assert!(two.contains(">sinus</text>"));
    assert_eq!(
        of_class(&two, "polyline", "stroke series-2", "points").len(),
        1
    );
}

#[test]
fn texts_stay_texts_and_nothing_has_a_style_of_its_own() {
    let points = [(0.0, 0.0), (1.0, 1.0)];
    let bin = Bin {
        name: HOSTILE,
        reference: 0.5,
        current: 0.5,
    };
    for svg in [
        of(vec![curve(HOSTILE, &points), curve(HOSTILE, &points)]),
        histogram(HOSTILE, &[bin]).unwrap(),
        bars(HOSTILE, &[(HOSTILE, 1.0)]).unwrap(),
    ] {
        assert!(svg.starts_with("<svg class=\"plot\" viewBox=\"0 0 720 "));
        for part in ["<script", "\"><", "style=", "fill=", "stroke=", "font-"] {
            assert!(!svg.contains(part), "{part} in {svg}");
        }
        assert!(
            svg.contains("&#60;script") || svg.contains("&#60;scr"),
            "{svg}"
        );
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

#[test]
fn bars_are_as_long_as_their_values_and_the_first_is_at_the_top() {
    let svg = bars(
        "Importance",
        &[
            ("thal", 1.0),
            ("a-name-that-is-much-too-long", 0.5),
            ("age", -1.0),
        ],
    )
    .unwrap();
    let [first, second, third] = all(&svg, "rect", "width")[..] else {
        panic!("{svg}");
    };
    assert!((number(first) - 2 * number(second)).abs() <= 1);
    // To the left, as far.
    assert!((number(first) - number(third)).abs() <= 1);
    let starts = all(&svg, "rect", "x");
    assert!((number(starts[2]) + number(third) - number(starts[0])).abs() <= 1);
    let tops = all(&svg, "rect", "y");
    assert!(number(tops[0]) < number(tops[1]) && number(tops[1]) < number(tops[2]));
    let names: Vec<i32> = svg
        .lines()
        .filter(|line| line.contains(">thal<") || line.contains(">a-name-that-is-mu\u{2026}<"))
        .map(|line| {
            number(
                line.split_once(" y=\"")
                    .unwrap()
                    .1
                    .split('"')
                    .next()
                    .unwrap(),
            )
        })
        .collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&(number(tops[0]) + number(all(&svg, "rect", "height")[0]) / 2)));
    assert!(bars("Importance", &[]).is_none());
}

#[test]
fn a_small_histogram_shows_rows_as_areas() {
    let bar = |from, to, rows| Bar { from, to, rows };
    let svg = spread(HOSTILE, &[bar(0.0, 1.0, 20.0), bar(1.0, 3.0, 20.0)]).unwrap();
    assert!(!svg.contains("<script") && svg.starts_with("<svg class=\"plot small\""));
    let [high, low] = all(&svg, "rect", "height")[..] else {
        panic!("{svg}");
    };
    assert!((number(high) - 2 * number(low)).abs() <= 1);
    for nothing in [vec![], vec![bar(0.0, 1.0, 0.0)], vec![bar(1.0, 1.0, 5.0)]] {
        assert!(spread("nothing", &nothing).is_none());
    }
}

#[test]
fn a_histogram_sets_then_against_now_on_one_scale() {
    let bin = |name, reference, current| Bin {
        name,
        reference,
        current,
    };
    assert!(histogram("Values", &[]).is_none());
    let svg = histogram("Values", &[bin("0", 0.25, 0.5), bin("1", 0.75, 0.5)]).unwrap();
    let outline = corners(of_class(&svg, "polyline", "stroke reference", "points")[0]);
    let tops = all(&svg, "rect", "y");
    assert_eq!(outline.len(), 6);
    assert!(outline[1].1 > number(tops[0]) && outline[3].1 < number(tops[1]));
    let many: Vec<Bin<'_>> = (0..60)
        .map(|_| bin("a range of values", 0.01, 0.01))
        .collect();
    let svg = histogram("Values", &many).unwrap();
    assert!(svg.matches("a range of va\u{2026}</text>").count() <= 4);
    assert_eq!(all(&svg, "rect", "y").len(), 60);
}

#[test]
fn calibration_has_a_bar_of_cases_below_each_range() {
    let range = |low: f64, cases, frequency| Calibrated {
        low,
        high: low + 0.1,
        cases,
        probability: low + 0.05,
        frequency,
    };
    let svg = calibration("Calibration", &[range(0.0, 10, 0.05), range(0.5, 20, 0.55)]);
    let heights = all(&svg, "rect", "height");
    assert!((2 * number(heights[0]) - number(heights[1])).abs() <= 1);
    let ideal = corners(of_class(&svg, "polyline", "stroke ideal", "points")[0]);
    let (left, bottom) = ideal[0];
    let (right, top) = ideal[1];
    for (x, y) in corners(of_class(&svg, "polyline", "stroke series-1", "points")[0]) {
        let on_line = bottom - (x - left) * (bottom - top) / (right - left);
        assert!(
            (y - on_line).abs() <= 2,
            "{y} is not on the line at {on_line}"
        );
    }
}

#[test]
fn an_axis_shows_all_of_its_values_and_parts_stay_parts() {
    let of = |values: &[f64]| span(values.iter().copied());
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[0.0, 1.0]), Some(0.0..1.0));
    let narrow = of(&[0.9]).unwrap();
    assert!(narrow.start < 0.9 && narrow.end > 0.9 && narrow.end <= 1.0);
    let wide = of(&[-5.0, 100.0]).unwrap();
    assert!(wide.start < -5.0 && wide.end > 100.0);
    assert!(of(&[0.0, 40.0]).unwrap().start >= 0.0);
}

#[test]
fn a_long_text_is_cut_between_characters() {
    assert_eq!(shortened("größe", 5), "größe");
    assert_eq!(shortened("größer", 5), "größ\u{2026}");
}
