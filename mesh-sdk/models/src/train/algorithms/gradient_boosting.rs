//! Trees that each mend what those before got wrong: of classes by Newton's method on the log loss, of a quantity on the squared error.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::random::Random;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::{CaseTarget, Cases};
use crate::train::heads::Head;
use crate::train::heads::link::Link;
use crate::train::heads::trees::{Grown, Trees};
use crate::train::parameters::within;
use crate::train::trees::bins::Bins;
use crate::train::trees::grow::{Grower, Limits};
use crate::train::trees::histogram::Weighed;
use crate::train::trees::tree::Tree;

/// A sum of small trees, each grown on what those before it leave unexplained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GradientBoosting {
    /// How many rounds; a round is one tree, or one per class where there are more than two; from 1 to 1000.
    pub rounds: usize,
    /// How much of each tree's correction is taken; from 0.001 to 1.
    pub learning_rate: f64,
    /// The most questions on the way to an answer; from 1 to 16.
    pub max_depth: usize,
    /// The fewest training rows behind an answer; from 1 to 1000000.
    pub min_leaf: usize,
    /// How strongly corrections are pulled to zero; from 0 to 1000000.
    pub l2: f64,
    /// The part of the rows, drawn without replacement, that each tree sees; from 0.1 to 1.
    pub subsample: f64,
}

impl Default for GradientBoosting {
    fn default() -> Self {
        Self {
            rounds: 100,
            learning_rate: 0.1,
            max_depth: 3,
            min_leaf: 5,
            l2: 1.0,
            subsample: 1.0,
        }
    }
}

impl Learn for GradientBoosting {
    fn check(&self) -> Result<(), ModelError> {
        let usual = Self::default();
        within("rounds", self.rounds, 1..=1000, usual.rounds)?;
        let rate = self.learning_rate;
        within("learning_rate", rate, 0.001..=1.0, usual.learning_rate)?;
        within("max_depth", self.max_depth, 1..=16, usual.max_depth)?;
        within("min_leaf", self.min_leaf, 1..=1_000_000, usual.min_leaf)?;
        within("l2", self.l2, 0.0..=1e6, usual.l2)?;
        within("subsample", self.subsample, 0.1..=1.0, usual.subsample)
    }

    fn input(&self) -> Input {
        Input::Plain
    }

    fn learn(&self, cases: &Cases, seed: u64) -> Result<Head, ModelError> {
        let loss = Loss::of(cases)?;
        let bins = Bins::new(&cases.records);
        let limits = Limits {
            max_depth: self.max_depth,
            min_leaf: self.min_leaf,
            l2: self.l2,
            columns: bins.columns.len(),
        };
        let mut grower = Grower::new(&bins, limits, 1);
        let mut random = Random::new(seed);
        let base = loss.base();
        let outputs = base.len();
        let rows = cases.rows();
        let mut raw: Vec<f64> = base.iter().copied().cycle().take(rows * outputs).collect();
        let mut trees = Vec::new();
        let (mut gradients, mut curvatures) = (vec![0.0; rows], vec![0.0; rows]);
        for round in 0..self.rounds {
            cases.done(round, self.rounds)?;
            let answers = loss.answers(&raw, outputs);
            for output in 0..outputs {
                for row in 0..rows {
                    let (gradient, curvature) = loss.slope(&answers, outputs, row, output);
                    gradients[row] = gradient;
                    curvatures[row] = curvature;
                }
                let weighed = Weighed {
                    outputs: 1,
                    targets: &gradients,
                    weights: &curvatures,
                };
                let mut sample = self.sample(rows, &mut random);
                let mut tree = grower.grow(&mut sample, &weighed, &mut random);
                let leaves = tree.leaves.iter_mut();
                leaves.for_each(|leaf| *leaf = (f64::from(*leaf) * self.learning_rate) as f32);
                add(&tree, cases, &mut raw, outputs, output);
                trees.push(Grown {
                    output,
                    outputs: 1,
                    tree,
                });
            }
        }
        let trees = Trees {
            trees,
            outputs,
            link: loss.link(),
        };
        Ok(Head::Trees(trees.exact(&base)))
    }
}

impl GradientBoosting {
    fn sample(&self, rows: usize, random: &mut Random) -> Vec<u32> {
        let mut drawn: Vec<u32> = (0..rows as u32).collect();
        if self.subsample < 1.0 {
            random.shuffle(&mut drawn);
            drawn.truncate(((rows as f64 * self.subsample) as usize).max(1));
            drawn.sort_unstable();
        }
        drawn
    }
}

/// Adds what a tree says to one output of every row.
fn add(tree: &Tree, cases: &Cases, raw: &mut [f64], outputs: usize, output: usize) {
    for (row, raw) in cases
        .records
        .rows()
        .into_iter()
        .zip(raw.chunks_exact_mut(outputs))
    {
        raw[output] += f64::from(tree.leaves[tree.leaf(|column| row[column] as f32)]);
    }
}

/// What is to become small.
enum Loss<'a> {
    Squared(&'a [f64]),
    /// The log loss of two classes.
    Binary(&'a [usize]),
    /// The log loss of more.
    Multinomial(&'a [usize], usize),
}

impl<'a> Loss<'a> {
    fn of(cases: &'a Cases) -> Result<Self, ModelError> {
        if let CaseTarget::Values(values) = &cases.target {
            return Ok(Self::Squared(values));
        }
        match cases.classes()? {
            (of, 2) => Ok(Self::Binary(of)),
            (of, count) => Ok(Self::Multinomial(of, count)),
        }
    }

    fn link(&self) -> Link {
        match self {
            Self::Squared(_) => Link::Identity,
            Self::Binary(_) => Link::Logistic,
            Self::Multinomial(..) => Link::Softmax,
        }
    }

    /// The best answer that is the same for all rows.
    fn base(&self) -> Vec<f64> {
        match self {
            Self::Squared(values) => vec![values.iter().sum::<f64>() / values.len() as f64],
            Self::Binary(of) => {
                let positive = of.iter().sum::<usize>() as f64 / of.len() as f64;
                vec![(positive / (1.0 - positive)).ln()]
            }
            Self::Multinomial(of, count) => {
                let share = |class| {
                    let rows = of.iter().filter(|&&of| of == class).count();
                    rows as f64 / of.len() as f64
                };
                (0..*count).map(|class| share(class).ln()).collect()
            }
        }
    }

    /// What the raw scores of all rows mean.
    fn answers(&self, raw: &[f64], outputs: usize) -> Vec<f64> {
        match self {
            Self::Squared(_) => raw.to_vec(),
            Self::Binary(_) => raw
                .iter()
                .map(|score| 1.0 / (1.0 + (-score).exp()))
                .collect(),
            Self::Multinomial(..) => raw
                .chunks_exact(outputs)
                .flat_map(|scores| Link::Softmax.answers(scores.to_vec()))
                .collect(),
        }
    }

    /// Where, and how far at most, an output of a row should go: the loss's negative gradient and its curvature.
    fn slope(&self, answers: &[f64], outputs: usize, row: usize, output: usize) -> (f64, f64) {
        let answer = answers[row * outputs + output];
        let wanted = match self {
            Self::Squared(values) => return (values[row] - answer, 1.0),
            Self::Binary(of) => of[row] == 1,
            Self::Multinomial(of, _) => of[row] == output,
        };
        let wanted = if wanted { 1.0 } else { 0.0 };
        (wanted - answer, (answer * (1.0 - answer)).max(1e-12))
    }
}
