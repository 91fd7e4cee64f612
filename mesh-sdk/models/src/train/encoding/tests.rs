use super::*;

const NAN: f32 = f32::NAN;

fn table(rows: &[[f32; 2]]) -> Table {
    let mut table = Table::new(vec!["quantity".to_owned(), "code".to_owned()]);
    rows.iter().for_each(|row| table.push_row(row).unwrap());
    table
}

#[test]
fn quantities_are_standardised_and_codes_one_hot() {
    let rows = [[1.0, 7.0], [6.0, 3.0], [NAN, 7.0], [2.0, NAN]];
    let encoding = Encoding::learn(&table(&rows), &[0], &[1]).unwrap();
    // The median 2 fills the gap: 1, 6, 2, 2 have the mean 2.75 and the squares 14.75.
    let deviation = (14.75f64 / 4.0).sqrt();
    let encoded = |row: &[f32]| encoding.encode(row).collect::<Vec<_>>();
    assert_eq!(encoding.width(), 3);
    assert!((encoded(&[6.0, 3.0])[0] - 3.25 / deviation).abs() < 1e-12);
    assert_eq!(encoded(&[6.0, 3.0])[1..], [1.0, 0.0]);
    assert!(
        (encoded(&[NAN, NAN])[0] + 0.75 / deviation).abs() < 1e-12,
        "the median"
    );
    assert_eq!(encoded(&[NAN, NAN])[1..], [0.0, 1.0], "the most frequent");
    assert_eq!(encoded(&[6.0, 5.0])[1..], [0.0, 0.0], "an unknown category");
}

#[test]
fn the_median_of_an_even_number_lies_between_the_middle_two() {
    let rows = [[1.0, 0.0], [9.0, 0.0], [2.0, 0.0], [4.0, 0.0]];
    assert_eq!(
        Encoding::learn(&table(&rows), &[0], &[1])
            .unwrap()
            .numeric()[0]
            .median,
        3.0
    );
}

#[test]
fn a_constant_quantity_is_not_blown_up_by_rounding() {
    let rows = [[0.1, 1.0], [0.1, 2.0], [NAN, 1.0]];
    let encoding = Encoding::learn(&table(&rows), &[0], &[1]).unwrap();
    assert!(encoding.encode(&[0.1, 1.0]).next().unwrap().abs() < 1e-12);
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
