//! The measures by name, each of rows that may count several times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evaluation::answers::Answers;
use crate::evaluation::ranking::Ranking;

/// How many ranges of probability a calibration is told in.
pub(crate) const RANGES: usize = 10;

/// A number that says how good answers are. Of more than two classes, precision, recall, F1 and AUC are the means over the classes that
/// define them, each against all others; of two they are those of the second.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// The part of the rows whose class was predicted.
    Accuracy,
    /// The part of the rows predicted to be of a class that are.
    Precision,
    /// The part of the rows of a class that were found.
    Recall,
    /// The harmonic mean of precision and recall.
    F1,
    /// The probability that a row of a class is ranked above another.
    Auc,
    /// Mean negative logarithm of the probability given to the true class.
    LogLoss,
    /// Mean squared difference between probabilities and outcomes: of the second of two classes, of more summed over all.
    Brier,
    /// How far probabilities are from frequencies, in ten ranges of equal width, weighed by their rows: of the second of two classes, of
    /// more the predicted one.
    CalibrationError,
    /// Mean absolute error.
    Mae,
    /// Square root of the mean squared error.
    Rmse,
    /// Mean absolute error as a part of the true value; absent where one is zero.
    Mape,
    /// The part of the truth's variance that is explained.
    R2,
}

impl Measure {
    /// Those of classes.
    pub const OF_CLASSES: [Self; 8] = [
        Self::Accuracy,
        Self::Precision,
        Self::Recall,
        Self::F1,
        Self::Auc,
        Self::LogLoss,
        Self::Brier,
        Self::CalibrationError,
    ];
    /// Those of quantities.
    pub const OF_VALUES: [Self; 4] = [Self::Mae, Self::Rmse, Self::Mape, Self::R2];

    /// As documents have it: `log-loss`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::F1 => "f1",
            Self::Auc => "auc",
            Self::LogLoss => "log-loss",
            Self::Brier => "brier",
            Self::CalibrationError => "calibration-error",
            Self::Mae => "mae",
            Self::Rmse => "rmse",
            Self::Mape => "mape",
            Self::R2 => "r2",
        }
    }

    /// Whether more is better.
    pub fn rises(self) -> bool {
        matches!(
            self,
            Self::Accuracy | Self::Precision | Self::Recall | Self::F1 | Self::Auc | Self::R2
        )
    }

    /// Those that answers of this kind have.
    pub(crate) fn of(answers: &Answers) -> &'static [Self] {
        match answers {
            Answers::Classes { .. } => &Self::OF_CLASSES,
            Answers::Values { .. } => &Self::OF_VALUES,
        }
    }
}

/// Answers, prepared to be measured many times.
pub(crate) struct Measurer<'a> {
    answers: &'a Answers,
    /// Of each class that is ranked.
    rankings: Vec<Ranking>,
    predicted: Vec<usize>,
}

impl<'a> Measurer<'a> {
    pub(crate) fn new(answers: &'a Answers) -> Self {
        let Answers::Classes {
            classes,
            truth,
            probabilities,
        } = answers
        else {
            return Self {
                answers,
                rankings: Vec::new(),
                predicted: Vec::new(),
            };
        };
        let count = classes.len();
        let of = |class: usize| {
            let probability = |row| probabilities[row * count + class];
            Ranking::new(truth.len(), probability, |row| truth[row] == class)
        };
        Self {
            answers,
            rankings: ranked(count).map(of).collect(),
            predicted: probabilities.chunks_exact(count).map(highest).collect(),
        }
    }

    /// The measures of this kind of answers, in their order, with each row counting so often.
    pub(crate) fn all(&self, counts: &[u32]) -> Vec<Option<f64>> {
        match self.answers {
            Answers::Classes {
                classes,
                truth,
                probabilities,
            } => self.of_classes(classes.len(), truth, probabilities, counts),
            Answers::Values { truth, predicted } => of_values(truth, predicted, counts),
        }
    }

    /// Rows by true class and predicted class; behind those of the classes, rows of no class that the model knows.
    pub(crate) fn confusion(&self, counts: &[u32]) -> Vec<Vec<u64>> {
        let Answers::Classes { classes, truth, .. } = self.answers else {
            return Vec::new();
        };
        let mut confusion = vec![vec![0; classes.len()]; classes.len() + 1];
        for ((&truth, &predicted), &count) in truth.iter().zip(&self.predicted).zip(counts) {
            confusion[truth][predicted] += u64::from(count);
        }
        confusion
    }

    fn of_classes(
        &self,
        classes: usize,
        truth: &[usize],
        probabilities: &[f64],
        counts: &[u32],
    ) -> Vec<Option<f64>> {
        let confusion = self.confusion(counts);
        let rows: u64 = confusion.iter().flatten().sum();
        let correct: u64 = (0..classes).map(|class| confusion[class][class]).sum();
        let part = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        let found = |class: usize| confusion[class][class];
        let are = |class: usize| confusion[class].iter().sum::<u64>();
        let said = |class: usize| confusion.iter().map(|row| row[class]).sum::<u64>();
        let over = |of: &dyn Fn(usize) -> Option<f64>| mean(ranked(classes).map(of));
        let (mut log_loss, mut brier) = (0.0, 0.0);
        for (row, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let probabilities = &probabilities[row * classes..(row + 1) * classes];
            // Bounded, as is usual: one certain and wrong answer would make the mean infinite.
            let of_truth = probabilities.get(truth[row]).copied();
            let of_truth = of_truth.unwrap_or_default().max(f64::EPSILON);
            log_loss -= f64::from(count) * of_truth.ln();
            let squares = ranked(classes).map(|class| {
                let outcome = if truth[row] == class { 1.0 } else { 0.0 };
                (probabilities[class] - outcome).powi(2)
            });
            brier += f64::from(count) * squares.sum::<f64>();
        }
        let per_row = |sum: f64| (rows > 0).then(|| sum / rows as f64);
        vec![
            part(correct, rows),
            over(&|class| part(found(class), said(class))),
            over(&|class| part(found(class), are(class))),
            over(&|class| part(2 * found(class), said(class) + are(class))),
            mean(self.rankings.iter().map(|ranking| ranking.auc(counts))),
            per_row(log_loss),
            per_row(brier),
            self.calibration(counts).error(),
        ]
    }

    /// Probabilities beside frequencies.
    pub(crate) fn calibration(&self, counts: &[u32]) -> Calibration {
        let mut calibration = Calibration::default();
        let Answers::Classes {
            classes,
            truth,
            probabilities,
        } = self.answers
        else {
            return calibration;
        };
        let classes = classes.len();
        for (row, &count) in counts.iter().enumerate() {
            let class = if classes == 2 { 1 } else { self.predicted[row] };
            let probability = probabilities[row * classes + class];
            calibration.add(probability, truth[row] == class, count.into());
        }
        calibration
    }
}

/// Sums over ranges of probability.
#[derive(Default)]
pub(crate) struct Calibration {
    /// Of each range, rows, the sum of their probabilities, and how many were right.
    pub(crate) ranges: [(f64, f64, f64); RANGES],
}

impl Calibration {
    fn add(&mut self, probability: f64, right: bool, count: f64) {
        let range = ((probability * RANGES as f64) as usize).min(RANGES - 1);
        let (rows, sum, rights) = &mut self.ranges[range];
        *rows += count;
        *sum += count * probability;
        *rights += if right { count } else { 0.0 };
    }

    fn error(&self) -> Option<f64> {
        let rows: f64 = self.ranges.iter().map(|(rows, ..)| rows).sum();
        let off = self
            .ranges
            .iter()
            .map(|(_, sum, right)| (sum - right).abs());
        (rows > 0.0).then(|| off.sum::<f64>() / rows)
    }
}

/// The classes that are measured against all others: of two, the second says all.
fn ranked(classes: usize) -> std::ops::Range<usize> {
    if classes == 2 { 1..2 } else { 0..classes }
}

/// The position of the highest, the first of equals: what every executor calls the label.
pub fn highest(probabilities: &[f64]) -> usize {
    let mut best = 0;
    for (class, probability) in probabilities.iter().enumerate() {
        if *probability > probabilities[best] {
            best = class;
        }
    }
    best
}

fn mean(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (sum, count) = values
        .flatten()
        .fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn of_values(truth: &[f64], predicted: &[f64], counts: &[u32]) -> Vec<Option<f64>> {
    let rows: f64 = counts.iter().copied().map(f64::from).sum();
    let mean = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        let pairs = truth.iter().zip(predicted).zip(counts);
        let counted = pairs.filter(|(_, count)| **count > 0);
        let sum: f64 = counted
            .map(|((truth, predicted), count)| f64::from(*count) * of(*truth, *predicted))
            .sum();
        sum / rows
    };
    let squares = mean(&|truth, predicted| (truth - predicted).powi(2));
    let middle = mean(&|truth, _| truth);
    let variance = mean(&|truth, _| (truth - middle).powi(2));
    let relative = mean(&|truth, predicted| ((truth - predicted) / truth).abs());
    let defined = |value: f64| value.is_finite().then_some(value);
    vec![
        defined(mean(&|truth, predicted| (truth - predicted).abs())),
        defined(squares.sqrt()),
        defined(relative),
        defined(1.0 - squares / variance),
    ]
}

#[cfg(test)]
mod tests;
