//! Whether probabilities need calibration before they are believed.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::evaluation::folds::stratified_split;
use crate::watching::isotonic::Isotonic;
use crate::{ModelError, Target};

/// How many bins of cases probabilities and frequencies are compared in.
const BINS: usize = 10;
/// How often probabilities that are true to frequencies are called off.
const LEVEL: f64 = 0.05;
/// How often calibration is tried, each time on a tenth of the cases.
const TRIALS: u64 = 10;
const HELD_OUT: f64 = 0.1;

/// Whether probabilities are further from frequencies than chance explains (Hosmer and Lemeshow 1980, of a model that has not seen the
/// cases).
pub(crate) fn is_off(labels: &[bool], scores: &[f64]) -> bool {
    let mut cases: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
    let (mut statistic, mut bins) = (0.0, 0.0);
    for Bin { cases, sum, yes } in divide(&mut cases) {
        let mean = sum / cases;
        let variance = cases * mean * (1.0 - mean);
        if variance == 0.0 && yes != sum {
            return true;
        }
        if variance > 0.0 {
            statistic += (yes - sum).powi(2) / variance;
            bins += 1.0;
        }
    }
    ChiSquared::new(bins).is_ok_and(|distribution| distribution.sf(statistic) <= LEVEL)
}

/// Whether isotonic regression lowers the calibration error on cases that it has not seen.
pub(crate) fn calibration_helps(
    labels: &[bool],
    scores: &[f64],
    seed: u64,
) -> Result<bool, ModelError> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let target = Target::yes_or_no(labels);
    for trial in 0..TRIALS {
        let (train, test) = stratified_split(&target, HELD_OUT, seed.wrapping_add(trial))?;
        let train_scores: Vec<f64> = train.iter().map(|&row| scores[row]).collect();
        let train_labels: Vec<bool> = train.iter().map(|&row| labels[row]).collect();
        let isotonic = Isotonic::fit(&train_scores, &train_labels);
        for row in test {
            before.push((scores[row], labels[row]));
            after.push((isotonic.probability(scores[row]), labels[row]));
        }
    }
    Ok(calibration_error(&mut before) > calibration_error(&mut after))
}

/// How far mean probabilities are from frequencies.
fn calibration_error(cases: &mut [(f64, bool)]) -> f64 {
    let off = divide(cases)
        .into_iter()
        .map(|bin| (bin.sum - bin.yes).abs());
    off.sum::<f64>() / cases.len() as f64
}

struct Bin {
    cases: f64,
    /// Of the probabilities.
    sum: f64,
    yes: f64,
}

/// Bins of as many cases each, by probability, the last one having what is left over.
fn divide(cases: &mut [(f64, bool)]) -> Vec<Bin> {
    cases.sort_by(|a, b| a.0.total_cmp(&b.0));
    let bins = BINS.min(cases.len() / 2).max(1);
    let width = cases.len() / bins;
    let bin = |bin: usize| {
        let end = if bin + 1 == bins {
            cases.len()
        } else {
            (bin + 1) * width
        };
        let of_bin = &cases[bin * width..end];
        Bin {
            cases: of_bin.len() as f64,
            sum: of_bin.iter().map(|case| case.0).sum(),
            yes: of_bin.iter().filter(|case| case.1).count() as f64,
        }
    };
    (0..bins).map(bin).collect()
}

#[cfg(test)]
mod tests;
