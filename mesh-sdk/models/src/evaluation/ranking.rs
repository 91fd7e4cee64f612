//! Rows in the order of their probabilities.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The fewest steps between two points of a curve, of a hundred: more than a picture shows.
const STEPS: f64 = 200.0;

/// Rows from the least probable to the most, and which of them are of the class.
pub(crate) struct Ranking {
    order: Vec<u32>,
    /// By row.
    positive: Vec<bool>,
    /// By place in the order: whether the next row has another probability.
    ends: Vec<bool>,
    /// By place in the order.
    probabilities: Vec<f64>,
}

/// A point of a curve, at one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    /// From which probability on a row is predicted to be of the class.
    pub threshold: f64,
}

impl Ranking {
    pub(crate) fn new(
        rows: usize,
        probability: impl Fn(usize) -> f64,
        positive: impl Fn(usize) -> bool,
    ) -> Self {
        let mut order: Vec<u32> = (0..rows as u32).collect();
        let of = |row: u32| probability(row as usize);
        order.sort_by(|&a, &b| of(a).total_cmp(&of(b)));
        let next_differs = |i: usize| {
            order
                .get(i + 1)
                .is_none_or(|&next| of(next) != of(order[i]))
        };
        Self {
            ends: (0..rows).map(next_differs).collect(),
            probabilities: order.iter().map(|&row| of(row)).collect(),
            positive: (0..rows).map(positive).collect(),
            order,
        }
    }

    /// The area under the ROC curve: of equal probabilities half of the pairs count as ranked right.
    pub(crate) fn auc(&self, counts: &[u32]) -> Option<f64> {
        let (mut positives, mut negatives, mut right) = (0.0, 0.0, 0.0);
        let (mut equal_positives, mut equal_negatives) = (0.0, 0.0);
        for (&row, &end) in self.order.iter().zip(&self.ends) {
            let count = f64::from(counts[row as usize]);
            match self.positive[row as usize] {
                true => equal_positives += count,
                false => equal_negatives += count,
            }
            if end {
                right += equal_positives * (negatives + equal_negatives / 2.0);
                positives += equal_positives;
                negatives += equal_negatives;
                (equal_positives, equal_negatives) = (0.0, 0.0);
            }
        }
        (positives > 0.0 && negatives > 0.0).then(|| right / (positives * negatives))
    }

    /// The part of the others that is taken for the class (x) and of the class that is found (y).
    pub(crate) fn roc(&self) -> Vec<Point> {
        let all = self.positive.iter().filter(|positive| **positive).count() as f64;
        let others = self.positive.len() as f64 - all;
        self.curve((0.0, 0.0), |found, taken| (taken / others, found / all))
    }

    /// The part of the class that is found (x) and of the rows taken for it that are of it (y).
    pub(crate) fn precision_recall(&self) -> Vec<Point> {
        let all = self.positive.iter().filter(|positive| **positive).count() as f64;
        self.curve((0.0, 1.0), |found, taken| {
            (found / all, found / (found + taken))
        })
    }

    /// A point where nothing is taken for the class, and then one for each threshold, from the highest; points that lie too close to
    /// be told apart are left out. Nothing where there is one class only.
    fn curve(&self, first: (f64, f64), of: impl Fn(f64, f64) -> (f64, f64)) -> Vec<Point> {
        if self.positive.iter().all(|p| *p) || !self.positive.contains(&true) {
            return Vec::new();
        }
        let mut points = vec![Point {
            x: first.0,
            y: first.1,
            threshold: 1.0,
        }];
        let (mut found, mut taken) = (0.0, 0.0);
        for i in (0..self.order.len()).rev() {
            match self.positive[self.order[i] as usize] {
                true => found += 1.0,
                false => taken += 1.0,
            }
            if i > 0 && !self.ends[i - 1] {
                continue;
            }
            let (x, y) = of(found, taken);
            let last = points[points.len() - 1];
            let far = (x - last.x).abs().max((y - last.y).abs()) >= 1.0 / STEPS;
            if far || i == 0 {
                points.push(Point {
                    x,
                    y,
                    threshold: self.probabilities[i],
                });
            }
        }
        points
    }
}

#[cfg(test)]
mod tests;
