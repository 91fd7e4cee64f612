use super::*;

fn close(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-9, "{left} against {right}");
}

/// Six rows by hand. Predicted positive from 0.5: 0.9 and 0.6 rightly, 0.7 and 0.5 wrongly; 0.4 missed; 0.1 rightly negative.
#[test]
fn measures_agree_with_the_hand_computed() {
    let labels = [true, true, true, false, false, false];
    let probabilities = [0.9, 0.6, 0.4, 0.7, 0.5, 0.1];
    let evaluation = evaluate(&labels, &probabilities, 0.5).unwrap();
    let confusion = Confusion {
        true_positives: 2,
        false_positives: 2,
        true_negatives: 1,
        false_negatives: 1,
    };
    assert_eq!((evaluation.cases, evaluation.confusion), (6, confusion));
    close(evaluation.accuracy, 3.0 / 6.0);
    close(evaluation.precision.unwrap(), 2.0 / 4.0);
    close(evaluation.recall.unwrap(), 2.0 / 3.0);
    close(evaluation.f1.unwrap(), 4.0 / 7.0);
    // Of the nine pairs, 0.9 wins three, 0.6 two, 0.4 one.
    close(evaluation.auc.unwrap(), 6.0 / 9.0);
    let product: f64 = 0.9 * 0.6 * 0.4 * 0.3 * 0.5 * 0.9;
    close(evaluation.log_loss, -product.ln() / 6.0);
    close(
        evaluation.brier,
        (0.01 + 0.16 + 0.36 + 0.49 + 0.25 + 0.01) / 6.0,
    );
    assert!(evaluation.accuracy_interval.low < 0.5 && evaluation.accuracy_interval.high > 0.5);
}

#[test]
fn equal_probabilities_count_half_in_the_auc() {
    assert_eq!(auc(&[true, false], &[0.5, 0.5]), Some(0.5));
    assert_eq!(
        auc(&[true, true, false, false], &[0.8, 0.5, 0.5, 0.2]),
        Some(3.5 / 4.0)
    );
    assert_eq!(auc(&[true, false], &[1.0, 0.0]), Some(1.0));
    assert_eq!(auc(&[true, true], &[1.0, 0.0]), None);
}

#[test]
fn what_the_rows_do_not_define_is_absent() {
    let evaluation = evaluate(&[false, false], &[0.1, 0.2], 0.5).unwrap();
    assert_eq!(
        (
            evaluation.auc,
            evaluation.precision,
            evaluation.recall,
            evaluation.f1
        ),
        (None, None, None, None)
    );
    assert_eq!(evaluation.accuracy, 1.0);
}

#[test]
fn a_certain_and_wrong_answer_costs_much_but_not_infinitely() {
    let evaluation = evaluate(&[true], &[0.0], 0.5).unwrap();
    assert!(evaluation.log_loss > 30.0 && evaluation.log_loss.is_finite());
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refused = |labels: &[bool], probabilities: &[f64]| {
        evaluate(labels, probabilities, 0.5).unwrap_err().code()
    };
    assert_eq!(refused(&[], &[]), "invalid-evaluation");
    assert_eq!(refused(&[true], &[0.1, 0.2]), "invalid-evaluation");
    assert_eq!(refused(&[true], &[f64::NAN]), "invalid-evaluation");
    assert_eq!(refused(&[true], &[1.1]), "invalid-evaluation");
    assert!(evaluate(&[true], &[0.5], f64::NAN).is_err());
}

/// Newcombe (1998), table I, method 3 (the Wilson score interval without continuity correction).
#[test]
fn the_wilson_interval_agrees_with_the_published() {
    for (correct, cases, low, high) in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ] {
        let interval = wilson_95(correct, cases);
        assert!(
            (interval.low - low).abs() < 5e-5 && (interval.high - high).abs() < 5e-5,
            "{correct}/{cases}: {interval:?}"
        );
    }
    assert_eq!(
        wilson_95(0, 0),
        Interval {
            low: 0.0,
            high: 1.0
        }
    );
}

#[test]
fn an_evaluation_survives_json() {
    let evaluation = evaluate(&[true, false], &[0.75, 0.25], 0.5).unwrap();
    let json = serde_json::to_string(&evaluation).unwrap();
    assert_eq!(
        serde_json::from_str::<Evaluation>(&json).unwrap(),
        evaluation
    );
}
