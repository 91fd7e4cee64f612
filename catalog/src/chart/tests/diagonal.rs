use super::super::{Calibrated, calibration, diagonal};
use super::{HOSTILE, all, corners, number, of_class};

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
fn what_is_wholly_right_lies_on_the_diagonal() {
    let dots = [(-2.0, -2.0), (0.5, 3.0), (8.0, 8.0)];
    let svg = diagonal(HOSTILE, "told", HOSTILE, &dots).unwrap();
    let ideal = corners(of_class(&svg, "polyline", "stroke ideal", "points")[0]);
    let [(left, bottom), (right, top)] = ideal[..] else {
        panic!("{ideal:?}");
    };
    let (x, y) = (all(&svg, "circle", "cx"), all(&svg, "circle", "cy"));
    let above = |dot: usize| {
        let (x, y) = (number(x[dot]), number(y[dot]));
        assert!(left < x && x < right && top < y && y < bottom);
        bottom - (x - left) * (bottom - top) / (right - left) - y
    };
    assert!(above(0).abs() <= 2 && above(1) > 100 && above(2).abs() <= 2);
    assert!(svg.contains(">-2</text>") && !svg.contains("<script"));
}

#[test]
fn a_diagonal_needs_two_dots_and_numbers() {
    let of = |dots: &[(f64, f64)]| diagonal("Predicted", "told", "true", dots);
    assert!(of(&[]).is_none() && of(&[(1.0, 1.0)]).is_none());
    assert!(of(&[(1.0, 1.0), (2.0, f64::NAN)]).is_none());
    assert!(of(&[(5.0, 5.0), (5.0, 5.0)]).is_some());
    // Of long numbers there are few, so that they stand beside each other.
    let long = of(&[(0.0, 0.0), (2.5e11, 2e11)]).unwrap();
    assert!(long.matches("00000000</text>").count() <= 4);
}
