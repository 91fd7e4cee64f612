//! A code without an order: how often which occurred, and how others compare.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::watching::chi_square::{ChiSquare, EXPECTED};
use crate::watching::drift::{Cell, Compared, Comparison, FEWEST, TwoSample};
use crate::watching::fisher::Fisher;

/// How often each code occurred. Missing is a code like any other, and an infinite one is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Categorical {
    /// Ascending; missing (absent) comes first.
    codes: Vec<Option<f32>>,
    counts: Vec<usize>,
}

impl Categorical {
    pub(crate) fn of(values: impl Iterator<Item = f32>) -> Self {
        let (codes, counts) = count(values).into_iter().unzip();
        Self { codes, counts }
    }

    /// Codes that are expected often enough in both samples are compared one by one; those that are not, and codes never seen before are
    /// mostly among them, together with all others.
    pub(crate) fn compare(&self, values: impl Iterator<Item = f32>) -> Comparison {
        let cells = self.merge(&count(values));
        let reference: usize = cells.iter().map(|cell| cell.reference).sum();
        let current: usize = cells.iter().map(|cell| cell.current).sum();
        let smaller = reference.min(current) as f64 / (reference + current) as f64;
        let (mut cells, rare): (Vec<Cell>, Vec<Cell>) = cells
            .into_iter()
            .partition(|cell| (cell.reference + cell.current) as f64 * smaller >= EXPECTED);
        let mut tests = Vec::new();
        let enough = reference.min(current) >= FEWEST;
        let counts: Vec<(usize, usize)> = cells.iter().map(Cell::counts).collect();
        if enough && let Some(test) = ChiSquare::new(&counts) {
            tests.push((Compared::Codes, TwoSample::ChiSquare(test)));
        }
        if let Some(rare) = together(rare) {
            if enough && !cells.is_empty() {
                let test = Fisher::new((rare.reference, reference), (rare.current, current));
                tests.push((Compared::RareCodes, TwoSample::Fisher(test)));
            }
            cells.push(rare);
        }
        Comparison { cells, tests }
    }

    fn merge(&self, current: &[(Option<f32>, usize)]) -> Vec<Cell> {
        let of_current = |code: &Option<f32>| {
            let found = current.iter().find(|(other, _)| other == code);
            found.map_or(0, |(_, count)| *count)
        };
        let known = self.codes.iter().zip(&self.counts);
        let mut cells: Vec<Cell> = known
            .map(|(code, &count)| Cell::new(label(*code), count, of_current(code)))
            .collect();
        let unseen = current
            .iter()
            .filter(|(code, _)| !self.codes.contains(code));
        cells.extend(unseen.map(|(code, count)| Cell::new(label(*code), 0, *count)));
        cells
    }
}

/// Each code with its count, ascending.
fn count(values: impl Iterator<Item = f32>) -> Vec<(Option<f32>, usize)> {
    // The sum makes one zero of the two.
    let code = |value: f32| value.is_finite().then_some(value + 0.0);
    let mut codes: Vec<Option<f32>> = values.map(code).collect();
    codes.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let equal = codes.chunk_by(|a, b| a == b);
    equal.map(|codes| (codes[0], codes.len())).collect()
}

/// One cell of all of these, under its own name if it is alone.
fn together(cells: Vec<Cell>) -> Option<Cell> {
    let alone = cells.len() == 1;
    cells
        .into_iter()
        .reduce(|all, cell| Cell {
            reference: all.reference + cell.reference,
            current: all.current + cell.current,
            ..all
        })
        .map(|all| Cell {
            label: if alone {
                all.label
            } else {
                "others".to_owned()
            },
            ..all
        })
}

fn label(code: Option<f32>) -> String {
    code.map_or_else(|| "missing".to_owned(), |code| code.to_string())
}

#[cfg(test)]
mod tests;
