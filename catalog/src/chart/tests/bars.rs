use super::super::{Bar, Bin, bars, histogram, spread};
use super::{HOSTILE, all, corners, number, of_class};

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
