use super::*;

/// `scipy.stats.chi2_contingency([[10, 20, 30], [6, 9, 17]], correction=False)`.
#[test]
fn the_test_is_that_of_scipy() {
    let test = ChiSquare::new(&[(10, 6), (20, 9), (30, 17)]).unwrap();
    assert!(
        (test.statistic() - 0.271_574_651_504_035_2).abs() < 1e-12,
        "{}",
        test.statistic()
    );
    assert!(
        (test.p() - 0.873_028_283_380_073_1).abs() < 1e-12,
        "{}",
        test.p()
    );
}

/// `scipy.stats.chi2.isf`.
#[test]
fn the_critical_value_is_the_quantile() {
    for (cells, level, expected) in [
        (2, 0.05, 3.841_458_820_694_124),
        (10, 0.05, 16.918_977_604_620_448),
        (10, 0.001, 27.877_164_871_256_568),
        (4, 1e-6, 30.664_849_706_213_598),
    ] {
        let critical = exceeded(cells, level).unwrap();
        assert!(
            (critical / expected - 1.0).abs() < 1e-9,
            "{cells} {level}: {critical}"
        );
    }
}

#[test]
fn one_cell_tells_nothing() {
    assert!(ChiSquare::new(&[(10, 20)]).is_none() && ChiSquare::new(&[]).is_none());
    assert_eq!(exceeded(1, 0.05), None);
}
