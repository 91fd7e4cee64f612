use super::*;

const NONE: [&str; 0] = [];

fn message(spec: LogisticRegression) -> String {
    let mut table = Table::new(vec!["a".to_owned(), "b".to_owned()]);
    [[1.0, 1.0], [2.0, 0.0], [3.0, 1.0], [4.0, 0.0]]
        .iter()
        .for_each(|row| table.push_row(row).unwrap());
    spec.fit(&table, &[false, true, false, true])
        .unwrap_err()
        .to_string()
}

#[test]
fn a_parameter_that_is_wrong_is_named() {
    let spec = || LogisticRegression::new(["a"], ["b"]);
    assert_eq!(
        message(spec().l2(-1.0)),
        "parameter `l2`: is -1, must be from 0 to 1000000; leave it out for 1"
    );
    assert_eq!(
        message(spec().l2(f64::NAN)),
        "parameter `l2`: is NaN, must be from 0 to 1000000; leave it out for 1"
    );
    assert_eq!(
        message(spec().max_iterations(0)),
        "parameter `max_iterations`: is 0, must be from 1 to 100000; leave it out for 200"
    );
    assert_eq!(
        message(LogisticRegression::new(NONE, NONE)),
        "parameter `numeric`: there must be a feature, numeric or categorical"
    );
    assert_eq!(
        message(LogisticRegression::new(["a", "a"], ["b"])),
        "parameter `numeric`: names `a` twice"
    );
    assert_eq!(
        message(LogisticRegression::new(["a"], ["b", "b"])),
        "parameter `categorical`: names `b` twice"
    );
    assert_eq!(
        message(LogisticRegression::new(["a", "b"], ["b"])),
        "parameter `categorical`: names `b`, which is numeric already"
    );
    assert_eq!(
        message(LogisticRegression::new(["a", "c"], ["b"])),
        "parameter `numeric`: the table has no column `c`"
    );
    assert_eq!(
        message(LogisticRegression::new(["a"], NONE)),
        "training data: column `b` of the table is neither numeric nor categorical"
    );
}

#[test]
fn labels_must_be_one_per_row_and_of_both_classes() {
    let mut table = Table::new(vec!["a".to_owned()]);
    [1.0, 2.0]
        .iter()
        .for_each(|&value| table.push_row(&[value]).unwrap());
    let spec = LogisticRegression::new(["a"], NONE);
    let refused = |labels: &[bool]| spec.fit(&table, labels).unwrap_err().to_string();
    assert_eq!(refused(&[true]), "training data: 1 labels for 2 rows");
    assert_eq!(
        refused(&[true, true]),
        "training data: there must be rows of both classes"
    );
    assert_eq!(
        refused(&[false, false]),
        "training data: there must be rows of both classes"
    );
    assert_eq!(
        spec.fit(&Table::new(vec!["a".to_owned()]), &[])
            .unwrap_err()
            .code(),
        "invalid-training-data"
    );
}

#[test]
fn a_table_may_not_have_a_column_twice() {
    let mut table = Table::new(vec!["a".to_owned(), "a".to_owned()]);
    [[1.0, 1.0], [2.0, 0.0]]
        .iter()
        .for_each(|row| table.push_row(row).unwrap());
    let error = LogisticRegression::new(["a"], NONE)
        .fit(&table, &[true, false])
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "parameter `numeric`: the table has several columns `a`"
    );
}

/// At the optimum the penalty's pull equals the data's: a stronger penalty, a weaker opinion.
#[test]
fn the_penalty_draws_probabilities_together() {
    let mut table = Table::new(vec!["a".to_owned()]);
    (0..40).for_each(|row| table.push_row(&[row as f32]).unwrap());
    let labels: Vec<bool> = (0..40).map(|row| (row * 7) % 40 < row).collect();
    let spread = |l2| {
        let spec = LogisticRegression::new(["a"], NONE).l2(l2);
        let fitted = spec.fit(&table, &labels).unwrap();
        fitted.probability(&[40.0]).unwrap() - fitted.probability(&[0.0]).unwrap()
    };
    assert!(spread(0.0) > spread(1.0) && spread(1.0) > spread(100.0));
    assert!(spread(100.0) > 0.0);
}
