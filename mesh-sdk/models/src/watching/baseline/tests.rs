use super::*;
use crate::Compared;
use crate::watching::testing::{code, normal, table};

fn baseline(seed: u64) -> Baseline {
    let mut random = Random::new(4);
    let table = table(["age", "sex"], 3000, || {
        let age = if random.unit() < 0.1 {
            f32::NAN
        } else {
            normal(&mut random) as f32
        };
        [age, code(&mut random, &[0.4, 0.6])]
    });
    let scores: Vec<f64> = (0..3000).map(|_| random.unit()).collect();
    Baseline::of(&table, &["sex".to_owned()], Task::YesOrNo, &scores, seed).unwrap()
}

#[test]
fn a_baseline_comes_back_from_json_as_it_was() {
    let baseline = baseline(1);
    let json = serde_json::to_string(&baseline).unwrap();
    assert_eq!(serde_json::from_str::<Baseline>(&json).unwrap(), baseline);
}

#[test]
fn the_seed_decides_what_is_kept() {
    assert_eq!(baseline(1), baseline(1));
    assert_ne!(baseline(1), baseline(2));
}

#[test]
fn what_does_not_fit_is_named() {
    let table = table(["age"], 2, || [1.0]);
    let message = |categorical: &[String], scores: &[f64]| {
        let error = Baseline::of(&table, categorical, Task::YesOrNo, scores, 0).unwrap_err();
        error.to_string()
    };
    assert_eq!(message(&[], &[0.5]), "evaluation: 1 scores for 2 rows");
    assert_eq!(
        message(&["sex".to_owned()], &[0.5, 0.5]),
        "parameter `categorical`: the table has no column `sex`"
    );
}

#[test]
fn classes_are_counted_and_told_from_quantities_when_they_are_read_again() {
    let mut row = 0.0;
    let table = table(["a"], 300, || {
        row += 1.0;
        [row]
    });
    let classes: Vec<f64> = (0..300).map(|row| f64::from(row % 3)).collect();
    let others: Vec<f64> = (0..300).map(|row| f64::from(row % 2)).collect();
    for (task, compared) in [
        (Task::Class, Compared::Codes),
        (Task::Quantity, Compared::Values),
    ] {
        let baseline = Baseline::of(&table, &[], task, &classes, 0).unwrap();
        let kept = serde_json::to_string(&baseline).unwrap();
        let read: Baseline = serde_json::from_str(&kept).unwrap();
        assert_eq!(read, baseline);
        let same = read.drift(&table, &classes, 0.01).unwrap().score;
        assert_eq!(same.drifted, Some(false), "{task:?}");
        let other = read.drift(&table, &others, 0.01).unwrap().score;
        assert_eq!(other.drifted, Some(true), "{task:?}");
        assert_eq!(other.tests[0].compared, compared, "{task:?}");
    }
}
