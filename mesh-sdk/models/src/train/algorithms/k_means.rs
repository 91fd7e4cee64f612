//! Groups of rows that are alike, found by linfa.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::KMeans as Solver;
use linfa_nn::distance::L2Dist;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::SeedableRng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::train::algorithms::{Input, Learn};
use crate::train::cases::{CaseTarget, Cases};
use crate::train::heads::Head;
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;
use crate::train::parameters::within;

/// Groups, each the rows that are nearer to its centre than to any other. A row's classes are the groups, numbered from 0; their
/// probabilities are those of equal, round groups with a standard deviation of one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KMeans {
    /// How many groups; from 2 to 1000, and at most as many as there are rows.
    pub clusters: usize,
    /// From how many random starts the best is taken; from 1 to 100.
    pub runs: usize,
    /// After how many steps a run ends; from 1 to 100000.
    pub max_iterations: u64,
}

impl Default for KMeans {
    fn default() -> Self {
        Self {
            clusters: 8,
            runs: 10,
            max_iterations: 300,
        }
    }
}

impl Learn for KMeans {
    fn check(&self) -> Result<(), ModelError> {
        let usual = Self::default();
        within("clusters", self.clusters, 2..=1000, usual.clusters)?;
        within("runs", self.runs, 1..=100, usual.runs)?;
        let iterations = self.max_iterations;
        within(
            "max_iterations",
            iterations,
            1..=100_000,
            usual.max_iterations,
        )
    }

    fn input(&self) -> Input {
        Input::Scaled
    }

    fn learn(&self, cases: &Cases, seed: u64) -> Result<Head, ModelError> {
        if !matches!(cases.target, CaseTarget::None) {
            return Err(ModelError::training_data(
                "k-means finds classes by itself: give no target",
            ));
        }
        let rows = cases.rows();
        let usual = Self::default().clusters.min(rows);
        within("clusters", self.clusters, 2..=rows, usual)?;
        let random = Xoshiro256Plus::seed_from_u64(seed);
        let solved = Solver::params_with(self.clusters, random, L2Dist)
            .n_runs(self.runs)
            .max_n_iterations(self.max_iterations)
            .tolerance(1e-6)
            .fit(&DatasetBase::from(cases.records.view()))
            .map_err(ModelError::training_failed)?;
        let centres = solved.centroids();
        // Of x and a centre c, -(x - c)^2 / 2 but for the square of x, which is the same for all centres.
        let intercepts = centres.rows().into_iter().map(|c| -c.dot(&c) / 2.0);
        Ok(Head::Linear(Linear {
            weights: centres.iter().copied().collect(),
            intercepts: intercepts.collect(),
            link: Link::Softmax,
        }))
    }
}
