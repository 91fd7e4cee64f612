use super::*;
use crate::random::Random;
use crate::watching::testing::normal;

/// Scores of cases and their labels; the true probability is `of` the score, so that `|p| p` is calibrated.
fn draw(rows: usize, of: fn(f64) -> f64, random: &mut Random) -> (Vec<f64>, Vec<bool>) {
    let score = |random: &mut Random| 1.0 / (1.0 + (-1.5 * normal(random)).exp());
    let scores: Vec<f64> = (0..rows).map(|_| score(random)).collect();
    let labels = scores
        .iter()
        .map(|&score| random.unit() < of(score))
        .collect();
    (scores, labels)
}

/// Far too sure of itself.
fn sure(score: f64) -> f64 {
    0.35 + 0.3 * score
}

#[test]
fn only_what_is_not_calibrated_is_calibrated() {
    let mut random = Random::new(1);
    let (scores, labels) = draw(3000, sure, &mut random);
    assert!(
        Estimator::fit(&labels, &scores, 0.5, 0)
            .unwrap()
            .calibrates()
    );
    let (scores, labels) = draw(3000, |p| p, &mut random);
    assert!(
        !Estimator::fit(&labels, &scores, 0.5, 0)
            .unwrap()
            .calibrates()
    );
    let perfect: Vec<f64> = labels.iter().map(|&l| if l { 0.7 } else { 0.3 }).collect();
    assert!(
        !Estimator::fit(&labels, &perfect, 0.5, 0)
            .unwrap()
            .calibrates()
    );
}

/// Of batches whose labels are known, the measures must lie in the interval nearly always; that the reference is finite costs some.
#[test]
fn the_interval_has_what_the_labels_say() {
    let mut random = Random::new(2);
    for of in [sure, |p| p] {
        let tries = 300;
        let mut missed = BTreeMap::new();
        for _ in 0..tries {
            let (scores, labels) = draw(3000, of, &mut random);
            let estimator = Estimator::fit(&labels, &scores, 0.5, 0).unwrap();
            let (scores, labels) = draw(150, of, &mut random);
            let measures = estimator.estimate(&scores).unwrap().measures;
            let truth = evaluate(&labels, &scores, 0.5).unwrap();
            for (measure, value) in [
                (Measure::Accuracy, Some(truth.accuracy)),
                (Measure::Precision, truth.precision),
                (Measure::Recall, truth.recall),
                (Measure::F1, truth.f1),
                (Measure::Auc, truth.auc),
                (Measure::LogLoss, Some(truth.log_loss)),
                (Measure::Brier, Some(truth.brier)),
            ] {
                let interval = measures[&measure].interval;
                let inside = (interval.low..=interval.high).contains(&value.unwrap());
                *missed.entry(measure).or_insert(0) += usize::from(!inside);
            }
        }
        assert!(
            missed
                .values()
                .all(|missed| (1..=tries * 9 / 100).contains(missed)),
            "{missed:?}"
        );
    }
}

/// Cases that got harder are seen without a label; those that the world answers otherwise are not, as documented.
#[test]
fn harder_cases_are_seen() {
    let mut random = Random::new(3);
    let (scores, labels) = draw(4000, |p| p, &mut random);
    let estimator = Estimator::fit(&labels, &scores, 0.5, 0).unwrap();
    let accuracy =
        |scores: &[f64]| estimator.estimate(scores).unwrap().measures[&Measure::Accuracy];
    let harder: Vec<f64> = scores
        .iter()
        .map(|score| 0.5 + (score - 0.5) / 2.0)
        .collect();
    assert!(accuracy(&harder).interval.high < accuracy(&scores).interval.low);
}

#[test]
fn an_estimator_comes_back_from_json_as_it_was() {
    let (scores, labels) = draw(500, sure, &mut Random::new(4));
    let estimator = Estimator::fit(&labels, &scores, 0.5, 0).unwrap();
    let json = serde_json::to_string(&estimator).unwrap();
    assert_eq!(serde_json::from_str::<Estimator>(&json).unwrap(), estimator);
}

#[test]
fn answers_that_are_missing_are_passed_over_and_odd_ones_refused() {
    let (scores, labels) = draw(500, |p| p, &mut Random::new(5));
    let estimator = Estimator::fit(&labels, &scores, 0.5, 0).unwrap();
    let estimate = estimator.estimate(&[f64::NAN, 0.2, f64::NAN]).unwrap();
    assert_eq!(
        (estimate.cases, estimate),
        (1, estimator.estimate(&[0.2]).unwrap())
    );
    assert!(estimator.estimate(&[]).unwrap().measures.is_empty());
    for odd in [f64::INFINITY, -0.1, 1.1] {
        let message = estimator.estimate(&[0.1, odd]).unwrap_err().to_string();
        assert_eq!(
            message,
            "evaluation: the probability of row 1 is not between 0 and 1"
        );
    }
}

#[test]
fn few_or_odd_reference_cases_teach_nothing() {
    let message = |labels: &[bool], scores: &[f64]| {
        Estimator::fit(labels, scores, 0.5, 0)
            .unwrap_err()
            .to_string()
    };
    let labels: Vec<bool> = (0..100).map(|i| i < 9).collect();
    assert_eq!(
        message(&labels, &[0.5; 100]),
        "evaluation: a class has 9 cases, must have 10 at least"
    );
    assert_eq!(message(&[], &[]), "evaluation: there are no rows");
    assert_eq!(
        message(&[true], &[f64::NAN]),
        "evaluation: the probability of row 0 is not between 0 and 1"
    );
}
