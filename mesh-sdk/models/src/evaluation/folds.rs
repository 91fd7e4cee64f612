//! Dividing rows so that each part has the classes in the proportion of the whole.

use std::collections::BTreeMap;

use crate::random::Random;
use crate::{ModelError, Target};

/// Deals the rows into `folds` parts; each has its share of both classes, and sizes differ by at most one. Every row is in
/// exactly one part, as its index, ascending. The same labels and seed give the same parts for ever.
///
/// # Errors
/// [`ModelError::InvalidParameter`] when there are fewer than two folds or a class has fewer rows than there are folds.
pub fn stratified_folds(
    labels: &[bool],
    folds: usize,
    seed: u64,
) -> Result<Vec<Vec<usize>>, ModelError> {
    let (positive, negative) = shuffled_classes(labels, seed);
    if folds < 2 {
        return Err(ModelError::parameter("folds", "must be at least 2"));
    }
    if positive.len().min(negative.len()) < folds {
        let reason = format!(
            "a class has {} rows, fewer than the {folds} folds",
            positive.len().min(negative.len())
        );
        return Err(ModelError::parameter("folds", reason));
    }
    Ok(deal_shuffled(vec![positive, negative], folds))
}

/// Shuffles each group and deals its rows into parts; sizes differ by at most one. Indices ascend.
pub(crate) fn deal(
    mut groups: Vec<Vec<usize>>,
    parts: usize,
    random: &mut Random,
) -> Vec<Vec<usize>> {
    groups.iter_mut().for_each(|group| random.shuffle(group));
    deal_shuffled(groups, parts)
}

fn deal_shuffled(groups: Vec<Vec<usize>>, parts: usize) -> Vec<Vec<usize>> {
    let mut dealt = vec![Vec::new(); parts];
    for (i, row) in groups.into_iter().flatten().enumerate() {
        dealt[i % parts].push(row);
    }
    dealt.iter_mut().for_each(|part| part.sort_unstable());
    dealt
}

/// Divides the rows into training and test; each class gives `test_fraction` of its rows, rounded, to the test but always
/// keeps one on either side, and so do all rows together where they have quantities. Indices ascend. The same targets and seed
/// give the same division for ever.
///
/// # Errors
/// [`ModelError::InvalidParameter`] when the fraction is not between 0 and 1 or a class has fewer than two rows.
pub fn stratified_split(
    target: &Target,
    test_fraction: f64,
    seed: u64,
) -> Result<(Vec<usize>, Vec<usize>), ModelError> {
    if !(test_fraction > 0.0 && test_fraction < 1.0) {
        return Err(ModelError::parameter(
            "test_fraction",
            "must lie between 0 and 1",
        ));
    }
    let mut groups = groups(target);
    if groups.is_empty() || groups.iter().any(|group| group.len() < 2) {
        let each = match target {
            Target::Classes(_) => "each class needs two rows, one to train on and one to test",
            _ => "it takes two rows, one to train on and one to test",
        };
        return Err(ModelError::parameter("test_fraction", each));
    }
    let mut random = Random::new(seed);
    groups.iter_mut().for_each(|group| random.shuffle(group));
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for group in groups {
        let held_out = (group.len() as f64 * test_fraction).round() as usize;
        let (of_test, of_train) = group.split_at(held_out.clamp(1, group.len() - 1));
        test.extend_from_slice(of_test);
        train.extend_from_slice(of_train);
    }
    train.sort_unstable();
    test.sort_unstable();
    Ok((train, test))
}

/// The rows of each class, the highest class first; or all rows, of quantities.
pub(crate) fn groups(target: &Target) -> Vec<Vec<usize>> {
    match target {
        Target::Classes(classes) => {
            let mut groups = BTreeMap::<i64, Vec<usize>>::new();
            for (row, class) in classes.iter().enumerate() {
                groups.entry(*class).or_default().push(row);
            }
            groups.into_values().rev().collect()
        }
        Target::Values(values) => vec![(0..values.len()).collect()],
        Target::None => Vec::new(),
    }
}

fn shuffled_classes(labels: &[bool], seed: u64) -> (Vec<usize>, Vec<usize>) {
    let mut random = Random::new(seed);
    let (mut positive, mut negative): (Vec<usize>, Vec<usize>) =
        (0..labels.len()).partition(|&row| labels[row]);
    random.shuffle(&mut positive);
    random.shuffle(&mut negative);
    (positive, negative)
}

#[cfg(test)]
mod tests;
