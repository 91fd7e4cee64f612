use super::*;

fn numeric(values: &[f32]) -> Numeric {
    Numeric::of(values.iter().copied(), Random::new(0))
}

fn labels(numeric: &Numeric) -> Vec<String> {
    (0..numeric.counts.len())
        .map(|bin| numeric.label(bin))
        .collect()
}

#[test]
fn bins_have_as_many_cases_each() {
    let values: Vec<f32> = (0..1000).map(|i| i as f32).collect();
    let numeric = numeric(&values);
    assert_eq!(numeric.counts, [100; 10]);
    assert_eq!(labels(&numeric)[0], "up to 99");
    assert_eq!(labels(&numeric)[4], "399 to 499");
    assert_eq!(labels(&numeric)[9], "above 899");
}

#[test]
fn equal_values_are_in_one_bin() {
    let mut values = vec![0.0; 70];
    values.extend((1..=30).map(|i| i as f32));
    let of_many = numeric(&values);
    assert_eq!(of_many.edges, [0.0, 10.0, 20.0]);
    assert_eq!(of_many.counts, [70, 10, 10, 10]);
    let of_few = numeric(&[3.0, 1.0, 2.0, 2.0]);
    assert_eq!(
        (of_few.edges, of_few.counts),
        (vec![1.0, 2.0], vec![1, 2, 1])
    );
}

#[test]
fn a_constant_has_a_bin_between_two_for_what_is_none() {
    let constant = numeric(&[5.5; 40]);
    assert_eq!(constant.counts, [0, 40, 0]);
    assert_eq!(labels(&constant), ["up to 5.5", "5.5", "above 5.5"]);
    let comparison = constant.compare([5.5, 6.0, 5.0].into_iter());
    let current: Vec<usize> = comparison.cells.iter().map(|cell| cell.current).collect();
    assert_eq!(current, [1, 1, 1, 0]);
}

#[test]
fn what_is_no_number_is_missing() {
    let numeric = numeric(&[f32::NAN, 1.0, f32::INFINITY, f32::NEG_INFINITY]);
    assert_eq!((numeric.missing, numeric.sample), (3, vec![1.0]));
}

#[test]
fn nothing_is_a_baseline_too() {
    let nothing = numeric(&[]);
    assert_eq!(labels(&nothing), ["all"]);
    assert!(
        nothing
            .compare(std::iter::repeat_n(1.0, 100))
            .tests
            .is_empty()
    );
}

#[test]
fn two_thousand_values_are_kept_at_most_and_the_seed_says_which() {
    let values = || (0..9000).map(|i| i as f32);
    let of = |seed| Numeric::of(values(), Random::new(seed)).sample;
    assert_eq!(of(1).len(), 2000);
    assert!(of(1).is_sorted() && of(1) == of(1) && of(1) != of(2));
    let mean = of(1).iter().sum::<f32>() / 2000.0;
    assert!((mean - 4500.0).abs() < 200.0, "{mean}");
}

#[test]
fn labels_are_short() {
    assert_eq!(short(0.123_456_79), "0.1235");
    assert_eq!(short(-1_234_567.0), "-1235000");
    assert_eq!(short(0.0), "0");
}
