use super::*;

/// `scipy.stats.fisher_exact`.
#[test]
fn the_probability_is_that_of_scipy() {
    for (reference, current, expected) in [
        ((3, 8), (4, 54), 0.039_707_492_465_292_77),
        ((0, 2000), (3, 100), 0.000_104_911_731_084_437_59),
        ((10, 100), (10, 100), 1.0),
        ((172, 218), (90, 217), 9.041_009_036_528_785e-16),
    ] {
        let p = Fisher::new(reference, current).p();
        assert!(
            (p / expected - 1.0).abs() < 1e-9,
            "{reference:?} {current:?}: {p}"
        );
    }
}

#[test]
fn nothing_and_everything_tell_nothing() {
    for test in [
        Fisher::new((0, 30), (0, 20)),
        Fisher::new((30, 30), (20, 20)),
    ] {
        assert_eq!(
            (test.statistic(), test.p(), test.critical(0.05)),
            (0.0, 1.0, None)
        );
    }
}

#[test]
fn the_critical_difference_is_the_first_that_is_unlikely() {
    for (reference, current) in [
        ((5, 300), (4, 60)),
        ((200, 300), (30, 60)),
        ((1, 300), (0, 60)),
    ] {
        let test = Fisher::new(reference, current);
        let likely = |k: usize| test.p_of(k) > 0.01;
        let most = test.fewest + test.probabilities.len() - 1;
        let all = test.fewest..=most;
        let beyond = |k: &usize| match test.statistic() >= 0.0 {
            true => test.difference(*k) > 0.0,
            false => test.difference(*k) < 0.0,
        };
        let unlikely = all
            .filter(|k| beyond(k) && !likely(*k))
            .map(|k| test.difference(k));
        let first = unlikely.min_by(|a, b| a.abs().total_cmp(&b.abs()));
        assert_eq!(test.critical(0.01), first, "{reference:?} {current:?}");
    }
}

#[test]
fn large_counts_are_no_trouble() {
    let test = Fisher::new((500_000, 1_000_000), (51_000, 100_000));
    let expected = 1.642_038_449_910_077_2e-9;
    assert!((test.p() / expected - 1.0).abs() < 1e-6, "{:e}", test.p());
    let same = Fisher::new((500_000, 1_000_000), (50_000, 100_000));
    assert!((same.p() - 1.0).abs() < 1e-6);
}
