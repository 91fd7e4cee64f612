use std::collections::BTreeSet;

use super::*;
use crate::digest;
use crate::random::Random;

const SHARE: f64 = 0.3;
const SEED: u64 = 20;

/// A case of a made-up world: what tells it, its features, and its class.
type Case = (usize, [f32; 3], i64);

fn world(cases: usize) -> Vec<Case> {
    let mut random = Random::new(7);
    let case = |number| {
        let chance = [(); 3].map(|()| random.unit() as f32);
        let missing = chance[2] < 0.2;
        let features = [
            chance[0],
            chance[1],
            if missing { f32::NAN } else { chance[2] },
        ];
        (number, features, i64::from(chance[0] + chance[1] > 1.3))
    };
    (0..cases).map(case).collect()
}

/// Puts each of `more` somewhere among `cases`.
fn mixed(mut cases: Vec<Case>, more: &[Case]) -> Vec<Case> {
    let mut random = Random::new(8);
    for case in more {
        cases.insert(random.below(cases.len() + 1), *case);
    }
    cases
}

fn table(cases: &[Case]) -> Table {
    let mut table = Table::new(["a", "b", "c"].map(str::to_owned).to_vec());
    for (_, features, _) in cases {
        table.push_row(features).unwrap();
    }
    table
}

fn classes(cases: &[Case]) -> Target {
    Target::Classes(cases.iter().map(|case| case.2).collect())
}

fn quantities(cases: &[Case]) -> Target {
    Target::Values(cases.iter().map(|case| case.1[0]).collect())
}

/// Those to learn from and those held out, by what tells them.
fn split(cases: &[Case], target: &Target) -> [BTreeSet<usize>; 2] {
    let (train, test) = held_out_split(&table(cases), target, SHARE, SEED).unwrap();
    [train, test].map(|rows| rows.into_iter().map(|row| cases[row].0).collect())
}

/// Literals that must never change: versions were trained and answers learned from by them.
#[test]
fn what_is_drawn_is_drawn_for_ever() {
    assert_eq!(drawn(20, b""), PINNED[0]);
    assert_eq!(
        drawn(20, b"0193d1c5-6a1e-7c3a-9a57-2f7f0a3c9f10"),
        PINNED[1]
    );
    let hex = &digest(b"20 0193d1c5-6a1e-7c3a-9a57-2f7f0a3c9f10")[..13];
    let first = u64::from_str_radix(hex, 16).unwrap();
    assert_eq!(PINNED[1], first as f64 / (1u64 << 52) as f64);
    let (_, test) = held_out_split(&table(&world(20)), &classes(&world(20)), SHARE, SEED).unwrap();
    assert_eq!(test, HELD_OUT);
}

const PINNED: [f64; 2] = [0.7812330642351011, 0.6944408527867787];
const HELD_OUT: [usize; 6] = [0, 3, 5, 7, 16, 17];

#[test]
fn what_was_held_out_still_is_when_there_are_more_cases() {
    let world = world(2600);
    let (before, more) = world.split_at(2000);
    let after = mixed(before.to_vec(), more);
    for target in [classes, quantities] {
        let [learned, held_out] = split(before, &target(before));
        let [learned_now, held_out_now] = split(&after, &target(&after));
        assert_eq!((learned.len(), held_out.len()), (1400, 600));
        assert_eq!((learned_now.len(), held_out_now.len()), (1820, 780));
        let still = held_out.intersection(&held_out_now).count();
        assert!(still >= 570, "{still} of 600");
        let learned_before = learned.intersection(&held_out_now).count();
        assert!(learned_before <= 30, "{learned_before} of 1400");
    }
}

#[test]
fn neither_the_order_of_rows_and_columns_nor_how_nothing_is_written_moves_a_case() {
    let cases = world(300);
    let target = classes(&cases);
    let [learned, held_out] = split(&cases, &target);
    let mut turned = cases.clone();
    turned.reverse();
    assert_eq!(split(&turned, &classes(&turned)), [learned, held_out]);

    let (_, test) = held_out_split(&table(&cases), &target, SHARE, SEED).unwrap();
    let mut other = Table::new(["c", "a", "b"].map(str::to_owned).to_vec());
    for (_, [a, b, c], _) in &cases {
        let c = if c.is_nan() { -f32::NAN } else { *c };
        other.push_row(&[c, *a, *b]).unwrap();
    }
    let (_, test_of_other) = held_out_split(&other, &target, SHARE, SEED).unwrap();
    assert_eq!(test, test_of_other);
    assert_eq!(bits(&[0.0], &[0]), bits(&[-0.0], &[0]));
}

#[test]
fn the_quantity_of_a_case_has_no_say() {
    let cases = world(300);
    let turned = Target::Values(cases.iter().map(|case| -case.1[1]).collect());
    assert_eq!(split(&cases, &quantities(&cases)), split(&cases, &turned));
}

#[test]
fn another_seed_holds_out_other_cases() {
    let cases = world(300);
    let (table, target) = (table(&cases), classes(&cases));
    let held_out = |seed| held_out_split(&table, &target, SHARE, seed).unwrap().1;
    assert_eq!(held_out(1), held_out(1));
    assert_ne!(held_out(1), held_out(2));
}

#[test]
fn a_smaller_share_is_part_of_a_larger_one() {
    let cases = world(300);
    let (table, target) = (table(&cases), classes(&cases));
    let held_out = |share| held_out_split(&table, &target, share, SEED).unwrap().1;
    let large = held_out(0.3);
    assert!(held_out(0.2).iter().all(|row| large.contains(row)));
}

/// A table of one yes or no: were equal cases all on one side, there would be nothing to measure on of the other value.
#[test]
fn cases_that_are_alike_are_on_both_sides() {
    let mut table = Table::new(vec!["smokes".to_owned()]);
    for row in 0..1000 {
        table
            .push_row(&[f32::from(u8::from(row % 4 == 0))])
            .unwrap();
    }
    let target = Target::Classes((0..1000).map(|row| row % 3 % 2).collect());
    let (_, test) = held_out_split(&table, &target, SHARE, SEED).unwrap();
    let smoke = test.iter().filter(|row| **row % 4 == 0).count();
    assert!((55..95).contains(&smoke), "{smoke} of {}", test.len());
}

#[test]
fn each_class_keeps_its_share_and_what_cannot_be_divided_is_refused() {
    let cases = world(7);
    let table = table(&cases);
    let target = Target::Classes(vec![1, 2, 1, 3, 2, 1, 2]);
    let (train, test) = held_out_split(&table, &target, 0.5, SEED).unwrap();
    assert!(train.contains(&3), "{train:?} {test:?}");
    assert_eq!((train.len(), test.len()), (3, 4));
    for (target, share) in [
        (&target, 1.0),
        (&Target::Classes(vec![4; 7]), 0.5),
        (&Target::Classes(vec![1, 2]), 0.5),
        (&Target::None, 0.5),
    ] {
        assert!(held_out_split(&table, target, share, SEED).is_err());
    }
}
