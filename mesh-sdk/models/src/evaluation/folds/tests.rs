use super::*;
use crate::{Division, Order};

/// The rows that each part of a stratified division is tested on.
fn folds(labels: &[bool], folds: usize, seed: u64) -> Result<Vec<Vec<usize>>, ModelError> {
    let division = Division {
        order: Order::Stratified,
        folds,
        repeats: 1,
        seed,
    };
    let splits = division.divide(labels.len(), &Target::yes_or_no(labels))?;
    Ok(splits.into_iter().map(|split| split.test).collect())
}

fn labels() -> Vec<bool> {
    (0..103).map(|row| row % 5 == 0).collect()
}

#[test]
fn every_row_is_in_one_fold_and_each_fold_has_its_share_of_both_classes() {
    let labels = labels();
    let folds = folds(&labels, 10, 3).unwrap();
    let mut rows: Vec<usize> = folds.concat();
    rows.sort_unstable();
    assert_eq!(rows, (0..103).collect::<Vec<_>>());
    for fold in &folds {
        assert!(matches!(fold.len(), 10 | 11));
        assert!(matches!(
            fold.iter().filter(|&&row| labels[row]).count(),
            2 | 3
        ));
        assert!(fold.is_sorted());
    }
}

/// A seed is part of a model's history: these literals must never change.
#[test]
fn a_seed_means_the_same_for_ever() {
    let labels = [true, false, true, false, true, false, false, false];
    assert_eq!(folds(&labels, 2, 42).unwrap(), PINNED_FOLDS);
    assert_eq!(
        Random::new(1234567).next(),
        6_457_827_717_110_365_317,
        "the published first number of SplitMix64"
    );
}

const PINNED_FOLDS: [&[usize]; 2] = [&[2, 4, 6, 7], &[0, 1, 3, 5]];

#[test]
fn another_seed_gives_other_folds() {
    let folds = |seed| folds(&labels(), 10, seed).unwrap();
    assert_eq!(folds(1), folds(1));
    assert_ne!(folds(1), folds(2));
}

#[test]
fn a_split_holds_out_the_fraction_of_each_class() {
    let labels = labels();
    let (train, test) = stratified_split(&Target::yes_or_no(&labels), 0.3, 20).unwrap();
    assert_eq!((train.len(), test.len()), (72, 31));
    assert_eq!(test.iter().filter(|&&row| labels[row]).count(), 6);
    assert!(train.iter().all(|row| !test.contains(row)));
}

#[test]
fn a_split_keeps_a_row_of_each_class_on_either_side() {
    let labels = [true, true, false, false];
    for fraction in [0.01, 0.99] {
        let (train, test) = stratified_split(&Target::yes_or_no(&labels), fraction, 0).unwrap();
        assert_eq!((train.len(), test.len()), (2, 2));
        assert!(labels[train[0]] != labels[train[1]]);
    }
}

#[test]
fn each_of_many_classes_gives_its_share_and_quantities_give_theirs_together() {
    let classes: Vec<i64> = (0..100).map(|row| [7, 7, 7, -2, 40][row % 5]).collect();
    let target = Target::Classes(classes.clone());
    let (train, test) = stratified_split(&target, 0.25, 3).unwrap();
    assert_eq!((train.len(), test.len()), (75, 25));
    assert_eq!(test.iter().filter(|&&row| classes[row] == 7).count(), 15);
    assert_eq!(test.iter().filter(|&&row| classes[row] == 40).count(), 5);
    let values = Target::Values(classes.iter().map(|class| *class as f32).collect());
    let (train, test) = stratified_split(&values, 0.25, 3).unwrap();
    assert_eq!((train.len(), test.len()), (75, 25));
    assert_eq!(
        stratified_split(&values, 0.25, 3).unwrap().1,
        test,
        "the same seed divides alike"
    );
}

#[test]
fn a_class_of_one_row_does_not_keep_the_others_from_being_divided() {
    let target = Target::Classes(vec![1, 2, 1, 3, 2, 1, 2]);
    let (train, test) = stratified_split(&target, 0.5, 0).unwrap();
    assert!(train.contains(&3), "{train:?} {test:?}");
    assert_eq!((train.len(), test.len()), (3, 4));
}

#[test]
fn what_cannot_be_divided_is_refused() {
    assert!(folds(&labels(), 1, 0).is_err());
    assert!(folds(&labels(), 22, 0).is_err());
    let split = |target: Target, fraction| stratified_split(&target, fraction, 0);
    assert!(split(Target::yes_or_no(&[true, false, false]), 0.5).is_err());
    assert!(split(Target::Classes(vec![4; 9]), 0.5).is_err());
    assert!(split(Target::Values(vec![0.5]), 0.5).is_err());
    assert!(split(Target::None, 0.5).is_err());
    for fraction in [0.0, 1.0, -0.1, f64::NAN] {
        assert!(split(Target::yes_or_no(&labels()), fraction).is_err());
    }
}
