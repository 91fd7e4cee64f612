//! Features and an algorithm: what is trained.

use std::ops::ControlFlow;

use crate::train::algorithm::Algorithm;
use crate::train::cases::{CaseTarget, Cases, Target, Watch};
use crate::train::features::Features;
use crate::train::heads::Head;
use crate::train::trained::Trained;
use crate::{ModelError, Table};

/// All that a model depends on but the rows: the same pipeline, rows and targets give the same model, byte for byte.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    pub features: Features,
    pub algorithm: Algorithm,
    /// Decides whatever the algorithm leaves to chance.
    pub seed: u64,
}

impl Pipeline {
    /// Whether it can train anything; [`Self::fit`] asks it first.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] with the parameter's name.
    pub fn check(&self) -> Result<(), ModelError> {
        self.algorithm.check()?;
        self.features.check(self.algorithm.learner().input())
    }

    /// Learns from a table of exactly these features, in any order, which becomes the model's, and one target per row.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] for parameters that do not fit the table, [`ModelError::InvalidTrainingData`] for
    /// rows or targets nothing can be learned from, [`ModelError::TrainingFailed`] and [`ModelError::NotConverged`] from the solver.
    pub fn fit(&self, table: &Table, target: &Target) -> Result<Trained, ModelError> {
        self.fit_watched(table, target, &|_, _| ControlFlow::Continue(()))
    }

    /// Like [`Self::fit`], for what may take long: `watch` hears of each tree, or each step of a solver of this crate.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] where `watch` says so, and those of [`Self::fit`].
    pub fn fit_watched(
        &self,
        table: &Table,
        target: &Target,
        watch: Watch<'_>,
    ) -> Result<Trained, ModelError> {
        self.check()?;
        target.check(table)?;
        let learner = self.algorithm.learner();
        let (encoding, records) = self.features.learn(table, learner.input())?;
        let (mut classes, target) = by_position(target)?;
        let cases = Cases {
            records,
            target,
            watch,
        };
        cases.done(0, 1)?;
        let head = learner.learn(&cases, self.seed)?;
        if let (Head::Linear(linear), CaseTarget::None) = (&head, &cases.target) {
            classes = (0..linear.intercepts.len() as i64).collect();
        }
        Ok(Trained {
            algorithm: self.algorithm.name(),
            means: cases.means(),
            encoding,
            head,
            classes,
        })
    }
}

/// The classes, ascending, and the target with each as its position.
fn by_position(target: &Target) -> Result<(Vec<i64>, CaseTarget), ModelError> {
    let labels = match target {
        Target::Classes(labels) => labels,
        Target::Values(values) => {
            let values = values.iter().copied().map(f64::from).collect();
            return Ok((Vec::new(), CaseTarget::Values(values)));
        }
        Target::None => return Ok((Vec::new(), CaseTarget::None)),
    };
    let mut classes = labels.clone();
    classes.sort_unstable();
    classes.dedup();
    if classes.len() < 2 {
        return Err(ModelError::training_data(
            "there must be rows of both classes",
        ));
    }
    let position = |label: &i64| classes.partition_point(|class| class < label);
    let target = CaseTarget::Classes {
        of: labels.iter().map(position).collect(),
        count: classes.len(),
    };
    Ok((classes, target))
}
