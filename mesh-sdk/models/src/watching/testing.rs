//! Cases to test with.

use crate::Table;
use crate::random::Random;

/// Standard normal (Box and Muller).
pub(crate) fn normal(random: &mut Random) -> f64 {
    let radius = (-2.0 * (1.0 - random.unit()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.unit()).cos()
}

/// A code, each as likely as its weight says; the weights add up to one.
pub(crate) fn code(random: &mut Random, weights: &[f64]) -> f32 {
    let mut left = random.unit();
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    found.unwrap_or(weights.len() - 1) as f32
}

pub(crate) fn table<const N: usize>(
    names: [&str; N],
    rows: usize,
    mut row: impl FnMut() -> [f32; N],
) -> Table {
    let mut table = Table::new(names.map(str::to_owned).to_vec());
    for _ in 0..rows {
        table.push_row(&row()).unwrap();
    }
    table
}

/// That `found` of `tries` is what probability `p` gives, but for one of a thousand runs.
#[track_caller]
pub(crate) fn assert_not_above(found: usize, tries: usize, p: f64) {
    let mean = p * tries as f64;
    let most = mean + 3.1 * (mean * (1.0 - p)).sqrt();
    assert!(
        found as f64 <= most,
        "{found} of {tries}, expected about {mean}, at most {most}"
    );
}
