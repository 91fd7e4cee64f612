use super::*;
use crate::random::Random;
use crate::watching::testing::{assert_not_above, normal};

fn draw(rows: usize, of: fn(f64) -> f64, random: &mut Random) -> (Vec<f64>, Vec<bool>) {
    let score = |random: &mut Random| 1.0 / (1.0 + (-normal(random)).exp());
    let scores: Vec<f64> = (0..rows).map(|_| score(random)).collect();
    let labels = scores
        .iter()
        .map(|&score| random.unit() < of(score))
        .collect();
    (scores, labels)
}

#[test]
fn probabilities_true_to_frequencies_are_seldom_called_off() {
    let mut random = Random::new(1);
    for rows in [40, 500] {
        let tries = 300;
        let off = (0..tries).filter(|_| {
            let (scores, labels) = draw(rows, |score| score, &mut random);
            is_off(&labels, &scores)
        });
        assert_not_above(off.count(), tries, LEVEL);
    }
}

#[test]
fn others_are_called_off_and_calibration_helps() {
    let mut random = Random::new(2);
    let worlds: [fn(f64) -> f64; 3] = [|p| 0.3 + 0.4 * p, |p| p * p, |p| (p + 0.2).min(1.0)];
    for of in worlds {
        let (scores, labels) = draw(1500, of, &mut random);
        assert!(is_off(&labels, &scores) && calibration_helps(&labels, &scores, 0).unwrap());
    }
}

#[test]
fn the_error_weighs_bins_by_their_cases() {
    // Ten bins of two: in nine 0.5 beside a half, in the last 0.9 beside none.
    let mut cases: Vec<(f64, bool)> = (0..18).map(|i| (0.5, i % 2 == 0)).collect();
    cases.extend([(0.9, false); 2]);
    assert!((calibration_error(&mut cases) - 0.09).abs() < 1e-12);
}

#[test]
fn certainty_that_is_wrong_is_off_and_right_is_not() {
    let scores: Vec<f64> = (0..40).map(|i| f64::from(i % 2)).collect();
    let right: Vec<bool> = scores.iter().map(|score| *score == 1.0).collect();
    let wrong: Vec<bool> = right.iter().map(|label| !label).collect();
    assert!(is_off(&wrong, &scores) && !is_off(&right, &scores));
}
