//! Which cases are measured on and not learned from, so that a case stays on its side when others are added.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::evaluation::folds::divide;
use crate::{ModelError, Table, Target};

/// The bits of a missing value. NaN has many.
const MISSING: u32 = 0x7fc0_0000;
/// As many as an `f64` holds exactly.
const BITS_DRAWN: u32 = 52;

/// A number from 0 up to, not including, 1 for each case, as if by chance, but the same for the same seed and case for ever: whatever
/// other cases there are, and wherever it stands among them.
pub fn drawn(seed: u64, case: &[u8]) -> f64 {
    let digest = Sha256::new()
        .chain_update(format!("{seed} "))
        .chain_update(case)
        .finalize();
    let first = digest.iter().take(8);
    let first = first.fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    (first >> (u64::BITS - BITS_DRAWN)) as f64 / (1u64 << BITS_DRAWN) as f64
}

/// Divides the rows into those to learn from and those to measure on; each class gives `share` of its rows, rounded, to the latter but
/// always keeps one on either side, and so do all rows together where they have quantities. A third or further class of which there is
/// one row alone keeps it to learn from. Indices ascend.
///
/// Held out are the rows of a class whose features and the seed draw the lowest numbers: those that were held out still are when rows are
/// added, or rows and columns come in another order, but for the few at the cut. So models that learned at different times are compared
/// on rows that neither has seen. Of rows with the same features each draws for itself, as features of few values could not be measured on
/// if all went to one side.
///
/// # Errors
/// [`ModelError::InvalidParameter`] when the share is not between 0 and 1, and [`ModelError::InvalidTrainingData`] for rows that cannot
/// be on either side.
pub fn held_out_split(
    table: &Table,
    target: &Target,
    share: f64,
    seed: u64,
) -> Result<(Vec<usize>, Vec<usize>), ModelError> {
    target.check(table)?;
    let names = table.names();
    let mut places: Vec<usize> = (0..names.len()).collect();
    places.sort_by_key(|place| &names[*place]);
    divide(target, share, |class| {
        let mut alike: HashMap<Vec<u8>, u64> = HashMap::new();
        let draw = |&row: &usize| {
            let mut case = bits(table.row(row), &places);
            let before = alike.entry(case.clone()).or_default();
            case.extend(before.to_le_bytes());
            *before += 1;
            (drawn(seed, &case), row)
        };
        let mut draws: Vec<(f64, usize)> = class.iter().map(draw).collect();
        draws.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        *class = draws.into_iter().map(|(_, row)| row).collect();
    })
}

/// The same for values that are equal, or both missing.
fn bits(row: &[f32], places: &[usize]) -> Vec<u8> {
    let bits = |place: &usize| match row[*place] {
        missing if missing.is_nan() => MISSING,
        // Of the two zeros, the one without a sign.
        value => (value + 0.0).to_bits(),
    };
    places
        .iter()
        .flat_map(|place| bits(place).to_le_bytes())
        .collect()
}

#[cfg(test)]
mod tests;
