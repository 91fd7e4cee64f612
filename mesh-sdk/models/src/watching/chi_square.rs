//! Whether cases fall into cells in one sample as in another (Pearson's chi-square test of homogeneity).

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// How many cases of either sample are expected in every cell for the distribution to hold (Cochran 1954).
pub(crate) const EXPECTED: f64 = 5.0;

/// The counts of two samples in the same cells, compared; `chi2_contingency(correction=False)` of SciPy.
pub(crate) struct ChiSquare {
    statistic: f64,
    distribution: ChiSquared,
}

impl ChiSquare {
    /// Of cells with the counts of the reference and of the current sample; nothing where there are fewer than two cells.
    pub(crate) fn new(cells: &[(usize, usize)]) -> Option<Self> {
        let reference: usize = cells.iter().map(|cell| cell.0).sum();
        let current: usize = cells.iter().map(|cell| cell.1).sum();
        let all = (reference + current) as f64;
        let term = |observed: usize, total: usize, of_cell: usize| {
            let expected = of_cell as f64 * total as f64 / all;
            (observed as f64 - expected).powi(2) / expected
        };
        let terms = cells
            .iter()
            .map(|&(a, b)| term(a, reference, a + b) + term(b, current, a + b));
        Some(Self {
            statistic: terms.sum(),
            distribution: distribution(cells.len())?,
        })
    }

    pub(crate) fn statistic(&self) -> f64 {
        self.statistic
    }

    /// How likely two samples of the same cases differ at least as much.
    pub(crate) fn p(&self) -> f64 {
        self.distribution.sf(self.statistic)
    }

    /// From which statistic on the probability is at most `level`.
    pub(crate) fn critical(&self, level: f64) -> f64 {
        quantile(&self.distribution, level)
    }
}

/// What a sum over so many cells is distributed like; nothing of one cell.
fn distribution(cells: usize) -> Option<ChiSquared> {
    ChiSquared::new((cells.checked_sub(1)?) as f64).ok()
}

/// What a variable that sums over `cells` cells exceeds with probability `level`; nothing of one cell.
pub(crate) fn exceeded(cells: usize, level: f64) -> Option<f64> {
    Some(quantile(&distribution(cells)?, level))
}

fn quantile(distribution: &ChiSquared, level: f64) -> f64 {
    distribution.inverse_cdf(1.0 - level)
}

#[cfg(test)]
mod tests;
