use super::*;
use crate::evaluation::measures::evaluate;

fn answers(cases: &[(f64, f64)]) -> Vec<Answer> {
    let answer = |&(score, probability): &(f64, f64)| Answer { score, probability };
    cases.iter().map(answer).collect()
}

/// Where the truth is certain, the estimate is the evaluation.
#[test]
fn certain_answers_are_evaluated() {
    let scores = [0.9, 0.8, 0.8, 0.5, 0.4, 0.4, 0.1];
    let labels = [true, false, true, true, false, true, false];
    let cases: Vec<(f64, f64)> = scores
        .iter()
        .zip(labels)
        .map(|(s, l)| (*s, f64::from(u8::from(l))))
        .collect();
    let measured = measures(&answers(&cases), 0.5);
    let evaluation = evaluate(&labels, &scores, 0.5).unwrap();
    for (measure, expected) in [
        (Measure::Accuracy, Some(evaluation.accuracy)),
        (Measure::Precision, evaluation.precision),
        (Measure::Recall, evaluation.recall),
        (Measure::F1, evaluation.f1),
        (Measure::Auc, evaluation.auc),
        (Measure::LogLoss, Some(evaluation.log_loss)),
        (Measure::Brier, Some(evaluation.brier)),
    ] {
        assert!(
            (measured[&measure].value - expected.unwrap()).abs() < 1e-12,
            "{measure:?}"
        );
    }
    assert_eq!(measured.len(), 7);
}

#[test]
fn what_answers_do_not_define_is_absent() {
    assert!(measures(&[], 0.5).is_empty());
    let no_yes = measures(&answers(&[(0.1, 0.2), (0.2, 0.1)]), 0.5);
    assert!(!no_yes.contains_key(&Measure::Precision));
    assert_eq!(no_yes[&Measure::Recall].value, 0.0);
    let never = measures(&answers(&[(0.1, 0.0), (0.2, 0.0)]), 0.5);
    assert!(!never.contains_key(&Measure::Recall) && !never.contains_key(&Measure::Auc));
    assert!(!never.contains_key(&Measure::F1));
}

#[test]
fn intervals_stay_where_the_measure_can_be() {
    let measured = measures(&answers(&[(0.99, 0.97), (0.9, 0.95), (0.1, 0.02)]), 0.5);
    for (measure, Measured { value, interval }) in measured {
        assert!(
            interval.low <= value && value <= interval.high,
            "{measure:?}"
        );
        assert!(interval.low >= 0.0, "{measure:?}");
        assert!(
            interval.high <= 1.0 || measure == Measure::LogLoss,
            "{measure:?}"
        );
    }
}
