//! Two models on the same rows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::evaluation::answers::Answers;
use crate::evaluation::bootstrap::{Bootstrap, Measured};
use crate::evaluation::measure::{Measure, Measurer};

/// How much better a challenger is than a champion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    pub measure: Measure,
    pub cases: usize,
    pub champion: f64,
    pub challenger: f64,
    /// By how much the challenger is better, above zero if it is, whichever way the measure goes. Both are measured on the same draws, so
    /// that what makes rows hard for both does not widen the interval.
    pub better_by: Measured,
}

/// Compares answers to the same rows; nothing where these do not define the measure.
///
/// # Errors
/// [`ModelError::InvalidEvaluation`] when the rows are not the same or answers do not have the measure, and
/// [`ModelError::InvalidParameter`] for too few resamples.
pub fn compare(
    champion: &Answers,
    challenger: &Answers,
    measure: Measure,
    bootstrap: Bootstrap,
) -> Result<Option<Comparison>, ModelError> {
    bootstrap.check()?;
    let same = match (champion, challenger) {
        (
            Answers::Classes { classes, truth, .. },
            Answers::Classes {
                classes: other_classes,
                truth: other_truth,
                ..
            },
        ) => classes == other_classes && truth == other_truth,
        (Answers::Values { truth, .. }, Answers::Values { truth: other, .. }) => truth == other,
        _ => false,
    };
    if !same || champion.rows() == 0 {
        return Err(ModelError::evaluation(
            "two models can only be compared on the same rows and classes",
        ));
    }
    let position = Measure::of(champion).iter().position(|of| *of == measure);
    let position =
        position.ok_or_else(|| ModelError::evaluation("the answers do not have this measure"))?;
    let measurers = [champion, challenger].map(Measurer::new);
    let sign = if measure.rises() { 1.0 } else { -1.0 };
    let measured = bootstrap.measure(champion.rows(), |counts| {
        let [champion, challenger] = [0, 1].map(|i: usize| measurers[i].all(counts)[position]);
        let better = champion.zip(challenger).map(|(a, b)| sign * (b - a));
        vec![champion, challenger, better]
    });
    let [Some(of_champion), Some(of_challenger), Some(better_by)] = measured[..] else {
        return Ok(None);
    };
    Ok(Some(Comparison {
        measure,
        cases: champion.rows(),
        champion: of_champion.value,
        challenger: of_challenger.value,
        better_by,
    }))
}

#[cfg(test)]
mod tests;
