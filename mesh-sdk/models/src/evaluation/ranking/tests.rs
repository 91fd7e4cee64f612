use super::*;

fn ranking() -> Ranking {
    let positive = [0, 1, 1, 0, 1, 0, 0, 1, 1, 0];
    let probabilities = [0.1, 0.8, 0.4, 0.4, 0.9, 0.6, 0.2, 0.35, 0.4, 0.05];
    Ranking::new(10, |row| probabilities[row], |row| positive[row] == 1)
}

fn pairs(points: &[Point]) -> Vec<(f64, f64)> {
    points.iter().map(|point| (point.x, point.y)).collect()
}

/// As scikit-learn's `roc_curve` with `drop_intermediate=False`.
#[test]
fn the_roc_curve_has_a_point_for_each_probability() {
    let expected = [
        (0.0, 0.0),
        (0.0, 0.2),
        (0.0, 0.4),
        (0.2, 0.4),
        (0.4, 0.8),
        (0.4, 1.0),
        (0.6, 1.0),
        (0.8, 1.0),
        (1.0, 1.0),
    ];
    assert_eq!(pairs(&ranking().roc()), expected);
    assert_eq!(ranking().roc()[4].threshold, 0.4);
}

#[test]
fn the_precision_recall_curve_goes_down_to_the_share_of_the_class() {
    let points = pairs(&ranking().precision_recall());
    assert_eq!(points[..3], [(0.0, 1.0), (0.2, 1.0), (0.4, 1.0)]);
    assert_eq!(points[3], (0.4, 2.0 / 3.0));
    assert_eq!(points[4], (0.8, 4.0 / 6.0));
    assert_eq!(*points.last().unwrap(), (1.0, 0.5));
}

#[test]
fn many_rows_make_no_more_points_than_a_picture_shows() {
    let ranking = Ranking::new(
        100_000,
        |row| row as f64 / 1e5,
        |row| row * 7919 % 100_000 < row,
    );
    let roc = ranking.roc();
    assert!(roc.len() <= 402, "{}", roc.len());
    let last = roc.last().unwrap();
    assert_eq!((last.x, last.y), (1.0, 1.0));
    let area: f64 = roc
        .windows(2)
        .map(|pair| (pair[1].x - pair[0].x) * (pair[0].y + pair[1].y) / 2.0)
        .sum();
    assert!((area - ranking.auc(&vec![1; 100_000]).unwrap()).abs() < 1e-4);
}

#[test]
fn one_class_has_no_curve() {
    assert!(Ranking::new(3, |_| 0.5, |_| true).roc().is_empty());
    assert!(
        Ranking::new(3, |_| 0.5, |_| false)
            .precision_recall()
            .is_empty()
    );
}
