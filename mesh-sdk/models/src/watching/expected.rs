//! How good answers are expected to be that come with the probability of being right.

use std::collections::BTreeMap;

use crate::evaluation::bootstrap::Measured;
use crate::evaluation::measure::Measure;
use crate::evaluation::measures::Interval;

/// The standard normal distribution's 97.5 % quantile.
const Z: f64 = 1.959_963_984_540_054;

/// An answer nobody knows the truth of.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    /// The model's own probability of yes.
    pub(crate) score: f64,
    /// How likely yes is true.
    pub(crate) probability: f64,
}

/// Sums over answers, with yes predicted from `threshold` up. A measure that the answers do not define is absent.
///
/// The interval has the measure that the true labels of so many cases would give, in 95 of 100 draws of cases like these: the variances
/// are those of shares, of F1 as a ratio (delta method), of AUC as a mean of placements (DeLong 1988), and of mean losses.
pub(crate) fn measures(answers: &[Answer], threshold: f64) -> BTreeMap<Measure, Measured> {
    let cases = answers.len() as f64;
    let (mut hits, mut false_yes, mut missed, mut right_no) = (0.0, 0.0, 0.0, 0.0);
    for answer in answers {
        let (yes, no) = match answer.score >= threshold {
            true => (&mut hits, &mut false_yes),
            false => (&mut missed, &mut right_no),
        };
        *yes += answer.probability;
        *no += 1.0 - answer.probability;
    }
    let found = [
        (Measure::Accuracy, share(hits + right_no, cases)),
        (Measure::Precision, share(hits, hits + false_yes)),
        (Measure::Recall, share(hits, hits + missed)),
        (Measure::F1, f1(hits, false_yes + missed)),
        (Measure::Auc, auc(answers)),
        (
            Measure::LogLoss,
            mean(answers, |of_truth| -of_truth.max(f64::EPSILON).ln()),
        ),
        (
            Measure::Brier,
            mean(answers, |of_truth| (1.0 - of_truth).powi(2)),
        ),
    ];
    let measured = found.into_iter().filter_map(|(measure, estimate)| {
        let (value, variance) = estimate?;
        let most = if measure == Measure::LogLoss {
            f64::INFINITY
        } else {
            1.0
        };
        let margin = Z * variance.max(0.0).sqrt();
        let interval = Interval {
            low: (value - margin).max(0.0),
            high: (value + margin).min(most),
        };
        Some((measure, Measured { value, interval }))
    });
    measured.collect()
}

/// With the variance.
fn share(part: f64, whole: f64) -> Option<(f64, f64)> {
    let share = part / whole;
    (whole > 0.0).then(|| (share, share * (1.0 - share) / whole))
}

fn f1(hits: f64, errors: f64) -> Option<(f64, f64)> {
    let whole = 2.0 * hits + errors;
    let variance = 4.0 * hits * errors * (hits + errors) / whole.powi(4);
    (whole > 0.0).then(|| (2.0 * hits / whole, variance))
}

/// Of a loss, told by the probability that the answer gave to the truth.
fn mean(answers: &[Answer], loss: impl Fn(f64) -> f64) -> Option<(f64, f64)> {
    let cases = answers.len() as f64;
    let (mut sum, mut squares) = (0.0, 0.0);
    for Answer { score, probability } in answers {
        let (yes, no) = (loss(*score), loss(1.0 - score));
        sum += probability * yes + (1.0 - probability) * no;
        squares += probability * yes * yes + (1.0 - probability) * no * no;
    }
    let mean = sum / cases;
    (cases > 0.0).then(|| (mean, (squares / cases - mean * mean) / cases))
}

/// Of equal scores half of the pairs count as ranked right.
fn auc(answers: &[Answer]) -> Option<(f64, f64)> {
    let mut ascending = answers.to_vec();
    ascending.sort_unstable_by(|a, b| a.score.total_cmp(&b.score));
    let yes: f64 = ascending.iter().map(|answer| answer.probability).sum();
    let no = ascending.len() as f64 - yes;
    let (mut yes_below, mut no_below) = (0.0, 0.0);
    // Of the share of the others that each yes, and each no, is ranked right with: squares, summed; both have the mean `right`.
    let (mut right, mut of_yes, mut of_no) = (0.0, 0.0, 0.0);
    for equal in ascending.chunk_by(|a, b| a.score == b.score) {
        let yes_here: f64 = equal.iter().map(|answer| answer.probability).sum();
        let no_here = equal.len() as f64 - yes_here;
        let below = (no_below + no_here / 2.0) / no;
        let above = 1.0 - (yes_below + yes_here / 2.0) / yes;
        right += yes_here * below;
        of_yes += yes_here * below * below;
        of_no += no_here * above * above;
        yes_below += yes_here;
        no_below += no_here;
    }
    let auc = right / yes;
    let variance = (of_yes / yes - auc * auc) / yes + (of_no / no - auc * auc) / no;
    (yes > 0.0 && no > 0.0).then_some((auc, variance))
}

#[cfg(test)]
mod tests;
