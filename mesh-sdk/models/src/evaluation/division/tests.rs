use super::*;

fn plan(order: Order, folds: usize) -> Division {
    Division {
        order,
        folds,
        repeats: 1,
        seed: 4,
    }
}

#[test]
fn every_row_is_tested_once_by_a_model_that_has_not_seen_it() {
    for order in [Order::Random, Order::Stratified] {
        let target = Target::Classes((0..53).map(|row| row % 3).collect());
        let splits = plan(order, 5).divide(53, &target).unwrap();
        let mut tested: Vec<usize> = Vec::new();
        for split in &splits {
            assert!(split.test.iter().all(|row| !split.train.contains(row)));
            assert_eq!(split.test.len() + split.train.len(), 53);
            tested.extend(&split.test);
        }
        tested.sort_unstable();
        assert_eq!(tested, (0..53).collect::<Vec<_>>());
    }
}

#[test]
fn the_past_teaches_and_the_future_tests() {
    let splits = plan(Order::Time, 3).divide(11, &Target::None).unwrap();
    assert_eq!(splits.len(), 3);
    assert_eq!(
        (splits[0].train.clone(), splits[0].test.clone()),
        (vec![0, 1], vec![2, 3, 4])
    );
    for split in &splits {
        assert!(split.train.last() < split.test.first());
    }
    assert_eq!(splits[2].test.last(), Some(&10));
}

#[test]
fn what_the_rows_do_not_allow_is_refused() {
    let refused = |plan: Division, rows| plan.divide(rows, &Target::None).unwrap_err().to_string();
    assert_eq!(
        refused(plan(Order::Random, 1), 9),
        "parameter `folds`: must be at least 2"
    );
    assert_eq!(
        refused(plan(Order::Time, 4), 4),
        "parameter `folds`: is 4, too many for 4 rows"
    );
    assert_eq!(
        refused(plan(Order::Stratified, 2), 9),
        "parameter `order`: stratified wants classes; write random"
    );
    let twice = Division {
        repeats: 2,
        ..plan(Order::Time, 2)
    };
    assert!(refused(twice, 9).contains("must be 1 in the order of time"));
}
