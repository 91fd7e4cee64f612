//! Probabilities made true to frequencies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A function from scores to probabilities that never falls and comes closest to the labels (pool adjacent violators): linear between
/// its points, constant beyond them, as `IsotonicRegression(out_of_bounds="clip")` of scikit-learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Isotonic {
    /// Ascending.
    scores: Vec<f64>,
    probabilities: Vec<f64>,
}

/// Neighbouring scores with one probability.
struct Block {
    first: f64,
    last: f64,
    yes: f64,
    cases: f64,
}

impl Isotonic {
    /// Of as many labels as scores.
    pub(crate) fn fit(scores: &[f64], labels: &[bool]) -> Self {
        let mut cases: Vec<(f64, bool)> =
            scores.iter().copied().zip(labels.iter().copied()).collect();
        cases.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut blocks: Vec<Block> = Vec::new();
        for equal in cases.chunk_by(|a, b| a.0 == b.0) {
            let mut block = Block {
                first: equal[0].0,
                last: equal[0].0,
                yes: equal.iter().filter(|case| case.1).count() as f64,
                cases: equal.len() as f64,
            };
            while let Some(before) =
                blocks.pop_if(|before| before.probability() >= block.probability())
            {
                block.first = before.first;
                block.yes += before.yes;
                block.cases += before.cases;
            }
            blocks.push(block);
        }
        let ends = blocks.iter().flat_map(|block| {
            let ends = if block.first == block.last { 1 } else { 2 };
            [block.first, block.last]
                .into_iter()
                .take(ends)
                .map(|score| (score, block.probability()))
        });
        let (scores, probabilities) = ends.unzip();
        Self {
            scores,
            probabilities,
        }
    }

    pub(crate) fn probability(&self, score: f64) -> f64 {
        let above = self.scores.partition_point(|known| *known < score);
        match (above.checked_sub(1), self.scores.get(above)) {
            (Some(below), Some(high)) => {
                let (low, from) = (self.scores[below], self.probabilities[below]);
                from + (self.probabilities[above] - from) * (score - low) / (high - low)
            }
            (Some(below), None) => self.probabilities[below],
            (None, _) => self.probabilities[above],
        }
    }
}

impl Block {
    fn probability(&self) -> f64 {
        self.yes / self.cases
    }
}

#[cfg(test)]
mod tests;
