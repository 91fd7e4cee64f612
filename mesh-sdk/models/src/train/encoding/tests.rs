use super::*;

const NAN: f32 = f32::NAN;

fn table(rows: &[[f32; 2]]) -> Table {
    let mut table = Table::new(vec!["quantity".to_owned(), "code".to_owned()]);
    rows.iter().for_each(|row| table.push_row(row).unwrap());
    table
}

#[test]
fn quantities_are_standardised_and_codes_one_hot() {
    let encoding = Encoding::learn(
        &table(&[[1.0, 7.0], [3.0, 3.0], [NAN, 7.0], [2.0, NAN]]),
        &[0],
        &[1],
    )
    .unwrap();
    // Mean 2; squares 1 + 1 over four rows, the imputed one included.
    let deviation = 0.5f64.sqrt();
    assert_eq!(encoding.width(), 3);
    assert_eq!(
        encoding.encode(&[3.0, 3.0]).collect::<Vec<_>>(),
        [1.0 / deviation, 1.0, 0.0]
    );
    assert_eq!(
        encoding.encode(&[NAN, NAN]).collect::<Vec<_>>(),
        [0.0, 0.0, 1.0],
        "the mean, the most frequent"
    );
    assert_eq!(
        encoding.encode(&[2.0, 5.0]).collect::<Vec<_>>(),
        [0.0, 0.0, 0.0],
        "an unknown category"
    );
}

#[test]
fn a_constant_quantity_encodes_to_zero() {
    let encoding = Encoding::learn(&table(&[[4.0, 1.0], [4.0, 2.0]]), &[0], &[1]).unwrap();
    assert_eq!(encoding.encode(&[4.0, 1.0]).next(), Some(0.0));
    assert_eq!(encoding.numeric()[0].deviation, 1.0);
}

#[test]
fn the_smallest_of_equally_frequent_categories_is_the_usual_one() {
    let encoding = Encoding::learn(
        &table(&[[0.0, 9.0], [0.0, 2.0], [0.0, 9.0], [0.0, 2.0], [0.0, 5.0]]),
        &[0],
        &[1],
    )
    .unwrap();
    assert_eq!(encoding.categorical()[0].usual, 2);
    assert_eq!(encoding.categorical()[0].categories, [2, 5, 9]);
}

#[test]
fn unusable_columns_are_named_and_their_values_are_not() {
    let message = |rows: &[[f32; 2]]| {
        Encoding::learn(&table(rows), &[0], &[1])
            .unwrap_err()
            .to_string()
    };
    let fraction = message(&[[1.0, 1.25]]);
    assert!(
        fraction.contains("`code`") && !fraction.contains("1.25"),
        "{fraction}"
    );
    assert!(message(&[[1.0, 3e8]]).contains("`code`"));
    assert_eq!(
        message(&[[f32::INFINITY, 1.0]]),
        "training data: feature `quantity` has an infinite value"
    );
    assert_eq!(
        message(&[[1.0, NAN]]),
        "training data: feature `code` has no value in any row"
    );
}
