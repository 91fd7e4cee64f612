//! Ways to divide rows into those to learn from and those to be tested on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evaluation::folds::{deal, groups};
use crate::random::Random;
use crate::{ModelError, Target};

/// How rows come into parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// By chance.
    Random,
    /// By chance, each part with its share of every class.
    Stratified,
    /// As they come, the oldest first: each part but the first is tested on what all before it teach, never on the past.
    Time,
}

/// A plan of cross-validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Division {
    pub order: Order,
    /// How many parts are tested on, at least 2.
    pub folds: usize,
    /// How often rows are divided anew, at least 1; in the order of time there is one way only.
    pub repeats: usize,
    pub seed: u64,
}

/// Rows by their indices, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    pub train: Vec<usize>,
    pub test: Vec<usize>,
}

impl Division {
    /// Divides this many rows.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] for what the rows do not allow.
    pub fn divide(&self, rows: usize, target: &Target) -> Result<Vec<Split>, ModelError> {
        if self.folds < 2 {
            return Err(ModelError::parameter("folds", "must be at least 2"));
        }
        if self.repeats == 0 {
            return Err(ModelError::parameter("repeats", "must be at least 1"));
        }
        if self.order == Order::Time && self.repeats != 1 {
            let reason = "must be 1 in the order of time: there is one way to divide";
            return Err(ModelError::parameter("repeats", reason));
        }
        if rows < self.folds + usize::from(self.order == Order::Time) {
            let reason = format!("is {}, too many for {rows} rows", self.folds);
            return Err(ModelError::parameter("folds", reason));
        }
        if self.order == Order::Time {
            return Ok(in_time(rows, self.folds));
        }
        let mut splits = Vec::new();
        for repeat in 0..self.repeats {
            let mut random = Random::new(self.seed.wrapping_add(repeat as u64));
            let parts = deal(self.groups(rows, target)?, self.folds, &mut random);
            splits.extend((0..self.folds).map(|fold| hold_out(&parts, fold)));
        }
        Ok(splits)
    }

    /// Rows that are dealt out one group after another.
    fn groups(&self, rows: usize, target: &Target) -> Result<Vec<Vec<usize>>, ModelError> {
        if self.order == Order::Random {
            return Ok(vec![(0..rows).collect()]);
        }
        if !matches!(target, Target::Classes(_)) {
            let reason = "stratified wants classes; write random";
            return Err(ModelError::parameter("order", reason));
        }
        let groups = groups(target);
        let smallest = groups.iter().map(Vec::len).min().unwrap_or(0);
        if smallest < self.folds {
            let folds = self.folds;
            let reason = format!("a class has {smallest} rows, fewer than the {folds} folds");
            return Err(ModelError::parameter("folds", reason));
        }
        Ok(groups)
    }
}

fn hold_out(parts: &[Vec<usize>], fold: usize) -> Split {
    let others = parts.iter().enumerate().filter(|(i, _)| *i != fold);
    let mut train: Vec<usize> = others.flat_map(|(_, rows)| rows).copied().collect();
    train.sort_unstable();
    Split {
        train,
        test: parts[fold].clone(),
    }
}

fn in_time(rows: usize, folds: usize) -> Vec<Split> {
    let start = |part: usize| part * rows / (folds + 1);
    let split = |part: usize| Split {
        train: (0..start(part)).collect(),
        test: (start(part)..start(part + 1)).collect(),
    };
    (1..=folds).map(split).collect()
}

#[cfg(test)]
mod tests;
