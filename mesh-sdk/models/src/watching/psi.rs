//! How far two samples are apart, as a size: the population stability index.

use crate::watching::chi_square::exceeded;

/// Sum over cells of the difference of their shares times the logarithm of their ratio. An empty cell counts as half a case, as the
/// logarithm would be infinite. Nothing where a sample is empty.
pub(crate) fn psi(cells: &[(usize, usize)]) -> Option<f64> {
    let (reference, current) = totals(cells);
    let share = |count: usize, total: f64| (count as f64).max(0.5) / total;
    let term = |&(a, b): &(usize, usize)| {
        let (reference, current) = (share(a, reference), share(b, current));
        (current - reference) * (current / reference).ln()
    };
    (reference > 0.0 && current > 0.0).then(|| cells.iter().map(term).sum())
}

/// What samples of these sizes from one distribution exceed with probability `level`: there the index is a chi-square variable
/// times the sum of the reciprocal sizes (Yurdakul and Naranjo 2020). Nothing of fewer than two cells.
pub(crate) fn psi_threshold(cells: &[(usize, usize)], level: f64) -> Option<f64> {
    let (reference, current) = totals(cells);
    let scale = 1.0 / reference + 1.0 / current;
    Some(scale * exceeded(cells.len(), level)?).filter(|threshold| threshold.is_finite())
}

fn totals(cells: &[(usize, usize)]) -> (f64, f64) {
    let reference: usize = cells.iter().map(|cell| cell.0).sum();
    let current: usize = cells.iter().map(|cell| cell.1).sum();
    (reference as f64, current as f64)
}

#[cfg(test)]
mod tests;
