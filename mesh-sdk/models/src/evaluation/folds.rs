//! Dividing rows so that each part has the classes in the proportion of the whole.

use std::collections::BTreeMap;

use crate::random::Random;
use crate::{ModelError, Target};

/// Shuffles each group and deals its rows into parts; sizes differ by at most one. Indices ascend.
pub(crate) fn deal(
    mut groups: Vec<Vec<usize>>,
    parts: usize,
    random: &mut Random,
) -> Vec<Vec<usize>> {
    groups.iter_mut().for_each(|group| random.shuffle(group));
    let mut dealt = vec![Vec::new(); parts];
    for (i, row) in groups.into_iter().flatten().enumerate() {
        dealt[i % parts].push(row);
    }
    dealt.iter_mut().for_each(|part| part.sort_unstable());
    dealt
}

/// Divides the rows by chance, in the sizes of [`divide`]. The same targets and seed give the same division for ever.
pub(crate) fn stratified_split(
    target: &Target,
    test_fraction: f64,
    seed: u64,
) -> Result<(Vec<usize>, Vec<usize>), ModelError> {
    let mut random = Random::new(seed);
    divide(target, test_fraction, |group| random.shuffle(group))
}

/// Divides the rows into training and test; each class gives `test_fraction` of its rows, rounded, to the test but always
/// keeps one on either side, and so do all rows together where they have quantities. A third or further class of which there is one
/// row alone keeps it for training. `order` puts first what is for the test. Indices ascend.
///
/// # Errors
/// [`ModelError::InvalidParameter`] when the fraction is not between 0 and 1, and [`ModelError::InvalidTrainingData`] for rows that cannot
/// be on either side.
pub(crate) fn divide(
    target: &Target,
    test_fraction: f64,
    order: impl FnMut(&mut Vec<usize>),
) -> Result<(Vec<usize>, Vec<usize>), ModelError> {
    if !(test_fraction > 0.0 && test_fraction < 1.0) {
        return Err(ModelError::parameter(
            "test_fraction",
            "must lie between 0 and 1",
        ));
    }
    let mut groups = groups(target);
    let divisible = groups.iter().filter(|group| group.len() > 1).count();
    let wanted = match target {
        Target::Classes(_) => 2,
        Target::Values(_) | Target::None => 1,
    };
    if divisible < wanted {
        let reason = match target {
            Target::Classes(_) => {
                "there must be two classes of two rows each, one to train on and one to test"
            }
            _ => "there must be two rows, one to train on and one to test",
        };
        return Err(ModelError::training_data(reason));
    }
    groups.iter_mut().for_each(order);
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for group in groups {
        let held_out = (group.len() as f64 * test_fraction).round() as usize;
        let least = usize::from(group.len() > 1);
        let (of_test, of_train) = group.split_at(held_out.clamp(least, group.len() - 1));
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

#[cfg(test)]
mod tests;
