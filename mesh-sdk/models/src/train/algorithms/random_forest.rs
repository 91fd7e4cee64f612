//! Many trees, each grown on a sample of the rows, of classes or of a quantity.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::random::Random;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::{CaseTarget, Cases};
use crate::train::heads::Head;
use crate::train::heads::link::Link;
use crate::train::heads::trees::{Grown, Trees, UNITS};
use crate::train::parameters::within;
use crate::train::trees::bins::Bins;
use crate::train::trees::grow::{Grower, Limits};
use crate::train::trees::histogram::Weighed;
use crate::train::trees::tree::Tree;

/// The mean of the probabilities, or of the quantities, that many different trees give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RandomForest {
    /// How many trees; from 1 to 1000.
    pub trees: usize,
    /// The most questions on the way to an answer; from 1 to 64.
    pub max_depth: usize,
    /// The fewest training rows behind an answer; from 1 to 1000000.
    pub min_leaf: usize,
    /// The part of the encoded columns, drawn anew at each question, that it may ask about; above 0 up to 1, and 0 for the square
    /// root of their number.
    pub features: f64,
    /// Whether each tree sees as many rows as there are, drawn with replacement, rather than every row.
    pub bootstrap: bool,
}

impl Default for RandomForest {
    fn default() -> Self {
        Self {
            trees: 100,
            max_depth: 12,
            min_leaf: 1,
            features: 0.0,
            bootstrap: true,
        }
    }
}

impl Learn for RandomForest {
    fn check(&self) -> Result<(), ModelError> {
        let usual = Self::default();
        within("trees", self.trees, 1..=1000, usual.trees)?;
        within("max_depth", self.max_depth, 1..=64, usual.max_depth)?;
        within("min_leaf", self.min_leaf, 1..=1_000_000, usual.min_leaf)?;
        within("features", self.features, 0.0..=1.0, usual.features)
    }

    fn input(&self) -> Input {
        Input::Plain
    }

    fn learn(&self, cases: &Cases, seed: u64) -> Result<Head, ModelError> {
        let bins = Bins::new(&cases.records);
        let weights = vec![1.0; cases.rows()];
        let (targets, classes) = match &cases.target {
            CaseTarget::Values(values) => (values.clone(), None),
            _ => {
                let (of, count) = cases.classes()?;
                (one_hot(of, count), Some(count))
            }
        };
        let weighed = Weighed {
            // Of two classes one says all: what is worth most for it is for the other.
            outputs: classes.map_or(1, |count| if count == 2 { 1 } else { count }),
            targets: &targets,
            weights: &weights,
        };
        let mut trees = self.grow(cases, &bins, &weighed, seed)?;
        match classes {
            None => {
                let count = trees.len() as f32;
                let leaves = trees.iter_mut().flat_map(|tree| &mut tree.leaves);
                leaves.for_each(|leaf| *leaf /= count);
            }
            Some(_) => shares(&mut trees, weighed.outputs),
        }
        let outputs = weighed.outputs;
        let grown = |tree| Grown {
            output: 0,
            outputs,
            tree,
        };
        let trees = Trees {
            trees: trees.into_iter().map(grown).collect(),
            outputs,
            link: match classes {
                Some(2) => Link::Share,
                _ => Link::Identity,
            },
        };
        Ok(Head::Trees(match classes {
            None => trees.exact(&[0.0]),
            Some(_) => trees,
        }))
    }
}

impl RandomForest {
    /// Each tree has a source of chance of its own, so that it does not matter which thread grows it.
    fn grow(
        &self,
        cases: &Cases,
        bins: &Bins,
        weighed: &Weighed,
        seed: u64,
    ) -> Result<Vec<Tree>, ModelError> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut grown = Vec::new();
            let mut grower = Grower::new(bins, self.limits(bins), weighed.outputs);
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= self.trees {
                    return Ok(grown);
                }
                cases.done(number, self.trees)?;
                let mut random = Random::of_part(seed, number as u64);
                let mut rows = self.sample(bins.rows(), &mut random);
                grown.push((number, grower.grow(&mut rows, weighed, &mut random)));
            }
        };
        let grown: Result<Vec<Vec<(usize, Tree)>>, ModelError> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.min(self.trees))
                .map(|_| scope.spawn(work))
                .collect();
            let join = |worker: std::thread::ScopedJoinHandle<'_, _>| {
                worker.join().expect("growing a tree does not panic")
            };
            workers.into_iter().map(join).collect()
        });
        let mut grown: Vec<_> = grown?.into_iter().flatten().collect();
        grown.sort_unstable_by_key(|(number, _)| *number);
        Ok(grown.into_iter().map(|(_, tree)| tree).collect())
    }

    fn limits(&self, bins: &Bins) -> Limits {
        let all = bins.columns.len() as f64;
        let columns = if self.features == 0.0 {
            all.sqrt()
        } else {
            all * self.features
        };
        Limits {
            max_depth: self.max_depth,
            min_leaf: self.min_leaf,
            l2: 0.0,
            columns: (columns.round() as usize).max(1),
        }
    }

    /// Ascending, so that what is read lies in order.
    fn sample(&self, rows: usize, random: &mut Random) -> Vec<u32> {
        if !self.bootstrap {
            return (0..rows as u32).collect();
        }
        let mut drawn: Vec<u32> = (0..rows).map(|_| random.below(rows) as u32).collect();
        drawn.sort_unstable();
        drawn
    }
}

fn one_hot(of: &[usize], count: usize) -> Vec<f64> {
    if count == 2 {
        return of.iter().map(|&class| class as f64).collect();
    }
    let mut targets = vec![0.0; of.len() * count];
    for (row, &class) in of.iter().enumerate() {
        targets[row * count + class] = 1.0;
    }
    targets
}

/// Turns the frequencies of classes in the leaves into what each tree adds to the probabilities: whole numbers of units of
/// which there are `UNITS` altogether, so that probabilities add up to one without rounding. One output is the second of two classes.
fn shares(trees: &mut [Tree], outputs: usize) {
    let all = trees.len() as u64;
    let until = |tree: usize| (tree as u64 * u64::from(UNITS) / all) as u32;
    for (number, tree) in trees.iter_mut().enumerate() {
        let share = until(number + 1) - until(number);
        for leaf in tree.leaves.chunks_exact_mut(outputs) {
            let mut units: Vec<u32> = leaf
                .iter()
                .map(|frequency| (f64::from(*frequency) * f64::from(share)).round() as u32)
                .collect();
            if outputs > 1 {
                // What rounding left over or took too much goes to the most frequent class.
                let most = (0..outputs).rev().max_by_key(|&i| units[i]).unwrap_or(0);
                let others = units.iter().sum::<u32>() - units[most];
                units[most] = share - others;
            }
            for (value, units) in leaf.iter_mut().zip(units) {
                *value = units as f32 / UNITS as f32;
            }
        }
    }
}
