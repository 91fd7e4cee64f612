use super::*;

fn repeated(codes: &[(f32, usize)]) -> Vec<f32> {
    let repeat = |&(code, count): &(f32, usize)| std::iter::repeat_n(code, count);
    codes.iter().flat_map(repeat).collect()
}

fn compare(reference: &[(f32, usize)], current: &[(f32, usize)]) -> (Vec<String>, Vec<Compared>) {
    let reference = Categorical::of(repeated(reference).into_iter());
    let comparison = reference.compare(repeated(current).into_iter());
    let labels = comparison.cells.into_iter().map(|cell| cell.label);
    let compared = comparison.tests.into_iter().map(|test| test.0);
    (labels.collect(), compared.collect())
}

#[test]
fn frequent_codes_are_compared_one_by_one_and_rare_ones_together() {
    let reference = [(0.0, 300), (1.0, 200), (2.0, 3), (f32::NAN, 4)];
    let (labels, compared) = compare(&reference, &[(0.0, 60), (1.0, 35), (7.0, 5)]);
    assert_eq!(labels, ["0", "1", "others"]);
    assert_eq!(compared, [Compared::Codes, Compared::RareCodes]);
}

#[test]
fn a_rare_code_alone_keeps_its_name_and_missing_is_a_code() {
    let reference = [(0.0, 300), (1.0, 200), (f32::NAN, 1)];
    let (labels, _) = compare(&reference, &[(0.0, 60), (1.0, 40)]);
    assert_eq!(labels, ["0", "1", "missing"]);
}

#[test]
fn a_new_code_that_is_frequent_has_a_cell_of_its_own() {
    let (labels, compared) = compare(&[(0.0, 100), (1.0, 100)], &[(0.0, 60), (9.0, 40)]);
    assert_eq!(labels, ["0", "1", "9"]);
    assert_eq!(compared, [Compared::Codes]);
}

#[test]
fn one_code_that_never_changes_tells_nothing_but_another_one_does() {
    assert_eq!(compare(&[(1.0, 90)], &[(1.0, 90)]).1, []);
    assert_eq!(
        compare(&[(1.0, 90)], &[(1.0, 60), (2.0, 4)]).1,
        [Compared::RareCodes]
    );
}

#[test]
fn codes_that_are_all_different_tell_nothing() {
    let reference: Vec<(f32, usize)> = (0..200).map(|code| (code as f32, 1)).collect();
    let current: Vec<(f32, usize)> = (200..300).map(|code| (code as f32, 1)).collect();
    assert_eq!(
        compare(&reference, &current),
        (vec!["others".to_owned()], vec![])
    );
}

#[test]
fn few_cases_tell_nothing() {
    assert_eq!(
        compare(&[(0.0, 300), (1.0, 300)], &[(2.0, FEWEST - 1)]).1,
        []
    );
    assert_eq!(compare(&[], &[(2.0, 100)]).1, []);
    assert_eq!(compare(&[(2.0, 100)], &[]).1, []);
}

#[test]
fn the_two_zeros_are_one_code() {
    let zeros = Categorical::of([0.0, -0.0].into_iter());
    assert_eq!((zeros.codes, zeros.counts), (vec![Some(0.0)], vec![2]));
}
