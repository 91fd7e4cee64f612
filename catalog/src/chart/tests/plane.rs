use super::super::{Bin, Curve, Plane, bars, histogram, plane};
use super::{HOSTILE, corners, of_class};

fn curve(name: &str, points: &[(f64, f64)]) -> Curve {
    Curve {
        name: name.to_owned(),
        points: points.to_vec(),
    }
}

fn of(curves: Vec<Curve>) -> String {
    beside(curves, None)
}

fn beside(curves: Vec<Curve>, previous: Option<Curve>) -> String {
    plane(&Plane {
        label: HOSTILE,
        across: "False positive rate",
        up: HOSTILE,
        ideal: None,
        curves,
        previous,
        mark: None,
    })
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
    // It is dashed like the curve that it names.
    let paths = of_class(&two, "polyline", "stroke series-2", "points");
    assert_eq!(paths.len(), 2);
    let [(from, y), (to, same)] = corners(paths[1])[..] else {
        panic!("{paths:?}");
    };
    assert!(from < to && y == same);
}

#[test]
fn the_version_before_is_dashed_and_both_are_named() {
    let now = curve("version 2", &[(0.0, 0.0), (0.2, 0.8), (1.0, 1.0)]);
    let before = curve("version 1", &[(0.0, 0.0), (0.2, 0.6), (1.0, 1.0)]);
    let svg = beside(vec![now], Some(before));
    let of = |ink| of_class(&svg, "polyline", ink, "points");
    // Each has its curve and what stands beside its name.
    let ([now, _], [before, _]) = (&of("stroke series-1")[..], &of("stroke previous")[..]) else {
        panic!("{svg}");
    };
    let (now, before) = (corners(now), corners(before));
    assert_eq!(now[0], before[0]);
    assert!(now[1].1 < before[1].1);
    assert!(svg.contains(">version 2</text>") && svg.contains(">version 1</text>"));
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
