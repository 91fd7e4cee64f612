//! Looking for the best hyper-parameters.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::evaluation::division::Division;
use crate::evaluation::measure::Measure;
use crate::evaluation::validation::{Progress, Summary, Validation};
use crate::random::Random;
use crate::train::parameters::within;
use crate::{Algorithm, Features, ModelError, Pipeline, Table, Target};

/// The most candidates of a search.
const MAX_CANDIDATES: usize = 10_000;

/// What to try, and what is best.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    pub features: Features,
    /// The algorithm's name; see [`Algorithm::NAMES`].
    pub algorithm: String,
    /// The values to try of each hyper-parameter; others are as usual.
    pub grid: BTreeMap<String, Vec<Value>>,
    /// How many points of the grid, drawn by chance, are tried; all unless set.
    pub draws: Option<usize>,
    pub division: Division,
    /// By which candidates are compared.
    pub measure: Measure,
    /// Decides the draws, and is the seed of every training.
    pub seed: u64,
}

/// What was tried, the best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchReport {
    pub measure: Measure,
    pub candidates: Vec<Candidate>,
}

/// Hyper-parameters and how they did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    pub parameters: Map<String, Value>,
    /// Of the measure that was searched by, over the folds.
    pub score: Summary,
    pub validation: Validation,
}

impl Search {
    /// Whether every point of the grid can be tried; [`Self::run`] asks it first.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] with the parameter's name.
    pub fn check(&self) -> Result<(), ModelError> {
        let points = self.points()?;
        let mut pipelines = points.iter().map(|parameters| self.pipeline(parameters));
        pipelines.try_for_each(|pipeline| pipeline?.check())
    }

    /// Tries the candidates, all on the same splits. Every point of the grid is checked before the first training.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] for a point outside the ranges of the algorithm, a grid too large, or a measure that the answers do
    /// not have; [`ModelError::Cancelled`]; and those of [`Pipeline::validate`].
    pub fn run(
        &self,
        table: &Table,
        target: &Target,
        progress: Progress,
    ) -> Result<SearchReport, ModelError> {
        target.check(table)?;
        let points = self.points()?;
        let pipelines: Vec<Pipeline> = points
            .iter()
            .map(|parameters| self.pipeline(parameters))
            .collect::<Result<_, _>>()?;
        let splits = self.division.divide(table.rows(), target)?;
        let total = points.len() * splits.len();
        let mut done = 0;
        let mut candidates = Vec::with_capacity(points.len());
        for (parameters, pipeline) in points.into_iter().zip(&pipelines) {
            let mut folds = Vec::with_capacity(splits.len());
            for split in &splits {
                folds.push(pipeline.test(table, target, split)?);
                done += 1;
                if progress(done, total).is_break() {
                    return Err(ModelError::Cancelled);
                }
            }
            let validation = Validation::of(folds);
            let score = validation.measures.get(&self.measure).copied();
            let score = score.ok_or_else(|| {
                ModelError::parameter("measure", "is not one that these answers have")
            })?;
            candidates.push(Candidate {
                parameters,
                score,
                validation,
            });
        }
        // Stable: of equals the one that was tried first.
        candidates.sort_by(|a, b| match self.measure.rises() {
            true => b.score.mean.total_cmp(&a.score.mean),
            false => a.score.mean.total_cmp(&b.score.mean),
        });
        Ok(SearchReport {
            measure: self.measure,
            candidates,
        })
    }

    /// What is trained with these hyper-parameters.
    ///
    /// # Errors
    /// Those of [`Algorithm::named`].
    pub fn pipeline(&self, parameters: &Map<String, Value>) -> Result<Pipeline, ModelError> {
        let parameters = Value::Object(parameters.clone());
        Ok(Pipeline {
            features: self.features.clone(),
            algorithm: Algorithm::named(&self.algorithm, &parameters)?,
            seed: self.seed,
        })
    }

    /// The points of the grid that are tried, the last hyper-parameter changing fastest; drawn ones in the order of the draws.
    fn points(&self) -> Result<Vec<Map<String, Value>>, ModelError> {
        let sizes = self.grid.values().map(Vec::len);
        let size = sizes
            .clone()
            .try_fold(1usize, |size, values| size.checked_mul(values));
        let size =
            size.filter(|size| *size > 0 && (*size <= MAX_CANDIDATES || self.draws.is_some()));
        let Some(size) = size else {
            let reason = format!(
                "has a hyper-parameter without values, or more than {MAX_CANDIDATES} points; set `draws`"
            );
            return Err(ModelError::parameter("grid", reason));
        };
        let numbers = match self.draws {
            None => (0..size).collect(),
            Some(draws) => {
                within("draws", draws, 1..=MAX_CANDIDATES.min(size), size)?;
                self.draw(draws, size)
            }
        };
        Ok(numbers
            .into_iter()
            .map(|number| self.point(number))
            .collect())
    }

    /// Different numbers below `size`.
    fn draw(&self, draws: usize, size: usize) -> Vec<usize> {
        let mut random = Random::new(self.seed);
        let mut seen = HashSet::new();
        let mut drawn = Vec::with_capacity(draws);
        while drawn.len() < draws {
            let number = random.below(size);
            if seen.insert(number) {
                drawn.push(number);
            }
        }
        drawn
    }

    fn point(&self, number: usize) -> Map<String, Value> {
        let mut rest = number;
        let mut point: Vec<(String, Value)> = Vec::with_capacity(self.grid.len());
        for (name, values) in self.grid.iter().rev() {
            point.push((name.clone(), values[rest % values.len()].clone()));
            rest /= values.len();
        }
        point.into_iter().rev().collect()
    }
}

#[cfg(test)]
mod tests;
