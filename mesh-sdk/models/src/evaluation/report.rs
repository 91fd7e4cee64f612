//! All that can be said about answers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::evaluation::answers::Answers;
use crate::evaluation::bootstrap::{Bootstrap, Measured};
use crate::evaluation::measure::{Measure, Measurer, RANGES};
use crate::evaluation::ranking::{Point, Ranking};

/// The measures of answers with 95 % confidence intervals, and what there is to draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// How many rows were judged.
    pub cases: usize,
    /// A measure that the rows do not define is absent.
    pub measures: BTreeMap<Measure, Measured>,
    /// Of classes only.
    pub classes: Option<ClassesReport>,
    /// Of quantities only.
    #[serde(default)]
    pub quantities: Option<QuantitiesReport>,
}

/// What there is to draw about answers in classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassesReport {
    /// In the order of rows and columns of the confusion matrix.
    pub classes: Vec<i64>,
    /// How many rows of a class (first index) were predicted to be of which (second); rows of no class that the model knows are not
    /// among them.
    pub confusion: Vec<Vec<u64>>,
    /// Ten ranges of probability, those without rows left out.
    pub calibration: Vec<CalibrationRange>,
    /// Of each class, against all others; of two, of the second only.
    pub curves: Vec<Curves>,
}

/// A range of probability of width 0.1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalibrationRange {
    pub low: f64,
    pub high: f64,
    pub cases: u64,
    /// Mean probability.
    pub probability: f64,
    /// How many of its rows, as a part, were of the class.
    pub frequency: f64,
}

/// What there is to draw about answers in quantities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuantitiesReport {
    /// By rising prediction, ten at most, with about as many rows each.
    pub ranges: Vec<QuantityRange>,
}

/// The rows whose predictions lie in a range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuantityRange {
    /// The lowest prediction.
    pub low: f64,
    /// The highest.
    pub high: f64,
    pub cases: u64,
    /// Mean prediction.
    pub predicted: f64,
    /// Mean of what was true.
    pub truth: f64,
    /// Mean absolute error.
    pub error: f64,
}

/// How the rows of a class are told from all others, at every threshold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curves {
    pub class: i64,
    /// False positives (x) and true positives (y), as parts.
    pub roc: Vec<Point>,
    /// Recall (x) and precision (y).
    pub precision_recall: Vec<Point>,
}

impl Report {
    /// With at most so many points of each curve, from its first to its last: more than a picture shows are of no use.
    pub fn thinned(mut self, points: usize) -> Self {
        let curves = self
            .classes
            .iter_mut()
            .flat_map(|classes| &mut classes.curves);
        for curves in curves {
            for curve in [&mut curves.roc, &mut curves.precision_recall] {
                let last = curve.len().saturating_sub(1);
                if last < points {
                    continue;
                }
                let place = |point: usize| point * last / (points - 1).max(1);
                *curve = (0..points).map(|point| curve[place(point)]).collect();
            }
        }
        self
    }
}

impl Answers {
    /// Judges the answers.
    ///
    /// # Errors
    /// [`ModelError::InvalidEvaluation`] when there are no rows, and [`ModelError::InvalidParameter`] for too few resamples.
    pub fn report(&self, bootstrap: Bootstrap) -> Result<Report, ModelError> {
        bootstrap.check()?;
        let cases = self.rows();
        if cases == 0 {
            return Err(ModelError::evaluation("there are no rows"));
        }
        let measurer = Measurer::new(self);
        let measured = bootstrap.measure(cases, |counts| measurer.all(counts));
        let named = Measure::of(self).iter().copied().zip(measured);
        let present = named.filter_map(|(measure, measured)| Some((measure, measured?)));
        Ok(Report {
            cases,
            measures: present.collect(),
            classes: self.classes_report(&measurer),
            quantities: self.quantities_report(),
        })
    }

    fn classes_report(&self, measurer: &Measurer) -> Option<ClassesReport> {
        let Self::Classes {
            classes,
            truth,
            probabilities,
        } = self
        else {
            return None;
        };
        let once = vec![1; truth.len()];
        let count = classes.len();
        let curves = |class: usize| {
            let probability = |row| probabilities[row * count + class];
            let ranking = Ranking::new(truth.len(), probability, |row| truth[row] == class);
            Curves {
                class: classes[class],
                roc: ranking.roc(),
                precision_recall: ranking.precision_recall(),
            }
        };
        let first = if count == 2 { 1 } else { 0 };
        let ranges = measurer.calibration(&once).ranges;
        let range = |(i, (rows, sum, right)): (usize, (f64, f64, f64))| CalibrationRange {
            low: i as f64 / RANGES as f64,
            high: (i + 1) as f64 / RANGES as f64,
            cases: rows as u64,
            probability: sum / rows,
            frequency: right / rows,
        };
        let with_rows = ranges
            .into_iter()
            .enumerate()
            .filter(|(_, (rows, ..))| *rows > 0.0);
        Some(ClassesReport {
            classes: classes.clone(),
            confusion: measurer.confusion(&once)[..count].to_vec(),
            calibration: with_rows.map(range).collect(),
            curves: (first..count).map(curves).collect(),
        })
    }

    fn quantities_report(&self) -> Option<QuantitiesReport> {
        let Self::Values { truth, predicted } = self else {
            return None;
        };
        let mut rows: Vec<(f64, f64)> = predicted
            .iter()
            .copied()
            .zip(truth.iter().copied())
            .collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let start = |range: usize| range * rows.len() / RANGES;
        let ranges = (0..RANGES).map(|range| &rows[start(range)..start(range + 1)]);
        let range = |rows: &[(f64, f64)]| {
            let mean =
                |of: fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / rows.len() as f64;
            Some(QuantityRange {
                low: rows.first()?.0,
                high: rows.last()?.0,
                cases: rows.len() as u64,
                predicted: mean(|row| row.0),
                truth: mean(|row| row.1),
                error: mean(|row| (row.0 - row.1).abs()),
            })
        };
        Some(QuantitiesReport {
            ranges: ranges.filter_map(range).collect(),
        })
    }
}

#[cfg(test)]
mod tests;
