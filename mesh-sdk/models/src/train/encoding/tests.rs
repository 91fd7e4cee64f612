use super::*;
use crate::Features;
use crate::train::algorithms::Input;

const NAN: f32 = f32::NAN;

fn table(rows: &[[f32; 2]]) -> Table {
    let mut table = Table::new(vec!["quantity".to_owned(), "code".to_owned()]);
    rows.iter().for_each(|row| table.push_row(row).unwrap());
    table
}

fn learn(table: &Table) -> Result<Encoding, ModelError> {
    let features = Features {
        numeric: vec!["quantity".to_owned()],
        categorical: vec!["code".to_owned()],
        ..Features::default()
    };
    Ok(features.learn(table, Input::Scaled)?.0)
}

fn bucketed(values: &[f32], buckets: usize) -> Result<Encoding, ModelError> {
    let mut table = Table::new(vec!["quantity".to_owned()]);
    values
        .iter()
        .for_each(|value| table.push_row(&[*value]).unwrap());
    let features = Features {
        bucketed: [("quantity".to_owned(), buckets)].into(),
        ..Features::default()
    };
    Ok(features.learn(&table, Input::Plain)?.0)
}

#[test]
fn quantities_are_standardised_and_codes_one_hot() {
    let rows = [[1.0, 7.0], [6.0, 3.0], [NAN, 7.0], [2.0, NAN]];
    let encoding = learn(&table(&rows)).unwrap();
    // The median 2 fills the gap: 1, 6, 2, 2 have the mean 2.75 and the squares 14.75.
    let deviation = (14.75f64 / 4.0).sqrt();
    let encoded = |row: &[f32]| encoding.encode(row);
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
    assert_eq!(learn(&table(&rows)).unwrap().numeric[0].median, 3.0);
}

#[test]
fn a_constant_quantity_is_not_blown_up_by_rounding() {
    let rows = [[0.1, 1.0], [0.1, 2.0], [NAN, 1.0]];
    let encoding = learn(&table(&rows)).unwrap();
    assert!(encoding.encode(&[0.1, 1.0])[0].abs() < 1e-12);
    assert_eq!(encoding.numeric[0].scale.unwrap().deviation, 1.0);
}

#[test]
fn the_smallest_of_equally_frequent_categories_is_the_usual_one() {
    let encoding = learn(&table(&[
        [0.0, 9.0],
        [0.0, 2.0],
        [0.0, 9.0],
        [0.0, 2.0],
        [0.0, 5.0],
    ]))
    .unwrap();
    assert_eq!(encoding.categorical[0].usual, 2);
    assert_eq!(encoding.categorical[0].categories, [2, 5, 9]);
}

#[test]
fn unusable_columns_are_named_and_their_values_are_not() {
    let message = |rows: &[[f32; 2]]| learn(&table(rows)).unwrap_err().to_string();
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

#[test]
fn a_quantity_can_be_cut_into_ranges_of_about_as_many_rows() {
    let encoding = bucketed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, NAN], 3).unwrap();
    assert_eq!(encoding.bucketed[0].edges, [3.0, 5.0]);
    let of = |value: f32| encoding.encode(&[value]);
    assert_eq!(of(-9.0), [1.0, 0.0, 0.0]);
    assert_eq!(of(2.999), [1.0, 0.0, 0.0]);
    assert_eq!(
        of(3.0),
        [0.0, 1.0, 0.0],
        "an edge belongs to the range above"
    );
    assert_eq!(of(9.0), [0.0, 0.0, 1.0]);
    assert_eq!(of(NAN), [0.0, 1.0, 0.0], "the median's");
}

#[test]
fn values_that_are_frequent_make_fewer_ranges() {
    let encoding = bucketed(&[0.0, 0.0, 0.0, 0.0, 0.0, 7.0], 6).unwrap();
    assert_eq!(encoding.bucketed[0].edges, [7.0]);
    let constant = bucketed(&[4.5, 4.5], 2).unwrap_err().to_string();
    assert!(
        constant.contains("`quantity`") && !constant.contains("4.5"),
        "{constant}"
    );
}
