//! Whether the cases that come still look like those of a baseline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::train::features::columns;
use crate::watching::baseline::{Baseline, check_scores};
use crate::watching::chi_square::ChiSquare;
use crate::watching::fisher::Fisher;
use crate::watching::kolmogorov_smirnov::KolmogorovSmirnov;
use crate::watching::psi::{psi, psi_threshold};
use crate::{ModelError, Table};

/// Of how few cases nothing is said: hardly any change could be told from chance.
pub(crate) const FEWEST: usize = 20;

/// What became of the features and the score of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftReport {
    /// How many cases the baseline is of.
    pub reference: usize,
    /// How many are compared with it.
    pub current: usize,
    /// The probability that anything is found to have drifted although nothing has; at most.
    pub nominal: f64,
    /// The probability left to each test: `nominal`, divided by their number (Bonferroni).
    pub level: f64,
    /// In the order of the baseline.
    pub features: Vec<FeatureDrift>,
    pub score: FeatureDrift,
}

/// What became of one feature, or of the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureDrift {
    pub name: String,
    /// Whether any of the tests says so; absent where there are too few cases (fewer than 20 on either side) to say anything.
    pub drifted: Option<bool>,
    /// They alone decide.
    pub tests: Vec<DriftTest>,
    /// The size of the change, the population stability index over the shares; absent where there are no cases.
    pub psi: Option<f64>,
    /// What the index exceeds by chance with probability `level`; absent where there is one share only, or no cases.
    pub psi_threshold: Option<f64>,
    /// How the cases are spread, to be drawn; bins that are empty on both sides are left out.
    pub shares: Vec<Share>,
}

/// A test whether both sides are samples of the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftTest {
    pub compared: Compared,
    pub statistic: f64,
    /// From which statistic on it is drift (for a difference below zero: down from which); absent where the cases are too few for any.
    pub critical: Option<f64>,
    /// How likely samples of the same differ at least as much.
    pub p: f64,
    pub drifted: bool,
}

/// What a test compares, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compared {
    /// The values of a quantity that are there: Kolmogorov and Smirnov, whose statistic is the largest distance of the cumulative shares.
    Values,
    /// How many values of a quantity are missing: Fisher's exact test; the statistic is the difference of the shares.
    Missing,
    /// The codes that are frequent enough, one by one: Pearson's chi-square.
    Codes,
    /// All other codes together: Fisher's exact test; the statistic is the difference of the shares.
    RareCodes,
}

/// A bin, or a code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    pub label: String,
    /// The part of the baseline's cases.
    pub reference: f64,
    /// The part of the cases now; zero where there are none.
    pub current: f64,
}

/// Cases of both sides.
pub(crate) struct Cell {
    pub(crate) label: String,
    pub(crate) reference: usize,
    pub(crate) current: usize,
}

/// What there is to be said of one feature before it is known how many tests there are.
pub(crate) struct Comparison {
    pub(crate) cells: Vec<Cell>,
    pub(crate) tests: Vec<(Compared, TwoSample)>,
}

pub(crate) enum TwoSample {
    KolmogorovSmirnov(KolmogorovSmirnov),
    ChiSquare(ChiSquare),
    Fisher(Fisher),
}

impl Baseline {
    /// Compares other cases of the same features, and their scores, with these. A change is found by chance in at most one of
    /// 1/`nominal` reports; what is usual is 0.05, of a model that is looked at daily rather 0.001.
    ///
    /// # Errors
    /// [`ModelError::InvalidParameter`] when `nominal` is not between 0 and 1 or the table lacks a feature, and
    /// [`ModelError::InvalidEvaluation`] when there are not as many scores as rows.
    pub fn drift(
        &self,
        table: &Table,
        scores: &[f64],
        nominal: f64,
    ) -> Result<DriftReport, ModelError> {
        if !(nominal > 0.0 && nominal < 1.0) {
            return Err(ModelError::parameter("nominal", "must lie between 0 and 1"));
        }
        check_scores(table, scores)?;
        let names = self.features.iter().map(|feature| &feature.name);
        let columns = columns(table, "features", names)?;
        let features = self.features.iter().zip(columns);
        let compared: Vec<Comparison> = features
            .map(|(feature, column)| feature.profile.compare(table.column(column)))
            .collect();
        let score = self.score.compare(scores.iter().map(|score| *score as f32));
        let tests: usize = compared.iter().chain([&score]).map(|c| c.tests.len()).sum();
        let level = nominal / tests.max(1) as f64;
        let named = self.features.iter().zip(&compared);
        Ok(DriftReport {
            reference: self.cases,
            current: table.rows(),
            nominal,
            level,
            features: named
                .map(|(feature, compared)| compared.judge(&feature.name, level))
                .collect(),
            score: score.judge("score", level),
        })
    }
}

impl Comparison {
    fn judge(&self, name: &str, level: f64) -> FeatureDrift {
        let judge = |(compared, test): &(Compared, TwoSample)| test.judge(*compared, level);
        let tests: Vec<DriftTest> = self.tests.iter().map(judge).collect();
        let cells = self.cells.iter().filter(|cell| cell.counts() != (0, 0));
        let counts: Vec<(usize, usize)> = cells.clone().map(Cell::counts).collect();
        let of = |count: usize, total: usize| count as f64 / total.max(1) as f64;
        let reference = counts.iter().map(|count| count.0).sum();
        let current = counts.iter().map(|count| count.1).sum();
        let share = |cell: &Cell| Share {
            label: cell.label.clone(),
            reference: of(cell.reference, reference),
            current: of(cell.current, current),
        };
        FeatureDrift {
            name: name.to_owned(),
            drifted: (!tests.is_empty()).then(|| tests.iter().any(|test| test.drifted)),
            tests,
            psi: psi(&counts),
            psi_threshold: psi_threshold(&counts, level),
            shares: cells.map(share).collect(),
        }
    }
}

impl TwoSample {
    fn judge(&self, compared: Compared, level: f64) -> DriftTest {
        let (statistic, p, critical) = match self {
            Self::KolmogorovSmirnov(test) => (test.statistic(), test.p(), test.critical(level)),
            Self::ChiSquare(test) => (test.statistic(), test.p(), Some(test.critical(level))),
            Self::Fisher(test) => (test.statistic(), test.p(), test.critical(level)),
        };
        DriftTest {
            compared,
            statistic,
            critical,
            p,
            drifted: p <= level,
        }
    }
}

impl Cell {
    pub(crate) fn new(label: String, reference: usize, current: usize) -> Self {
        Self {
            label,
            reference,
            current,
        }
    }

    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.reference, self.current)
    }
}

#[cfg(test)]
mod tests;
