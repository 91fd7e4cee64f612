use super::*;
use crate::Interval;

/// Probabilities that are right by so much, less where a row is hard.
fn answers(rows: usize, sure: f64, hard: impl Fn(usize) -> bool) -> Answers {
    let truth: Vec<usize> = (0..rows).map(|row| row % 2).collect();
    let of = |row: usize| {
        let right = if hard(row) { 1.0 - sure } else { sure };
        if truth[row] == 1 {
            [1.0 - right, right]
        } else {
            [right, 1.0 - right]
        }
    };
    Answers::Classes {
        classes: vec![0, 1],
        probabilities: (0..rows).flat_map(of).collect(),
        truth,
    }
}

#[test]
fn a_better_challenger_is_better_whichever_way_the_measure_goes() {
    let champion = answers(400, 0.7, |row| row % 4 == 0);
    let challenger = answers(400, 0.7, |row| row % 8 == 0);
    for measure in [Measure::Accuracy, Measure::LogLoss, Measure::Brier] {
        let of = |a, b| {
            compare(a, b, measure, Bootstrap::default())
                .unwrap()
                .unwrap()
        };
        let better = of(&champion, &challenger);
        assert!(better.better_by.interval.low > 0.0, "{better:?}");
        let worse = of(&challenger, &champion);
        assert!(worse.better_by.interval.high < 0.0, "{worse:?}");
    }
}

/// Each alone is uncertain, but where one row differs the difference is known well.
#[test]
fn what_is_hard_for_both_does_not_widen_the_interval() {
    let champion = answers(100, 0.7, |row| row % 3 == 0);
    let challenger = answers(100, 0.7, |row| row % 3 == 0 && row > 0);
    let comparison = compare(
        &champion,
        &challenger,
        Measure::Accuracy,
        Bootstrap::default(),
    )
    .unwrap()
    .unwrap();
    let Interval { low, high } = comparison.better_by.interval;
    assert!(low >= 0.0 && high <= 0.04, "{comparison:?}");
    assert!((comparison.better_by.value - 0.01).abs() < 1e-12);
}

#[test]
fn other_rows_or_other_measures_cannot_be_compared() {
    let of = |a: &Answers, b: &Answers, measure| {
        compare(a, b, measure, Bootstrap::default())
            .unwrap_err()
            .to_string()
    };
    let rows = |rows| answers(rows, 0.7, |_| false);
    assert!(of(&rows(10), &rows(11), Measure::Auc).contains("the same rows"));
    assert!(of(&rows(10), &rows(10), Measure::Rmse).contains("do not have this measure"));
}

#[test]
fn what_the_rows_do_not_define_is_not_compared() {
    let answers = Answers::of_values(&[1.0, 2.0, 3.0], &[0.0, 2.0, 4.0]).unwrap();
    let compared = |measure| compare(&answers, &answers, measure, Bootstrap::default()).unwrap();
    assert!(compared(Measure::Mae).is_some());
    // A part of nothing.
    assert!(compared(Measure::Mape).is_none());
}
