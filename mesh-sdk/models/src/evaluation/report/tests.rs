use super::*;

#[test]
fn a_report_has_every_measure_with_its_interval_and_what_there_is_to_draw() {
    let positive = |row: usize| (row * 37 % 100) as f64 / 100.0;
    let answers = Answers::Classes {
        classes: vec![0, 1],
        truth: (0..500)
            .map(|row| usize::from(positive(row) > (row % 10) as f64 / 10.0))
            .collect(),
        probabilities: (0..500)
            .flat_map(|row| [1.0 - positive(row), positive(row)])
            .collect(),
    };
    let report = answers.report(Bootstrap::default()).unwrap();
    assert_eq!(report.cases, 500);
    assert_eq!(report.measures.len(), 8);
    for (measure, measured) in &report.measures {
        let Measured { value, interval } = measured;
        assert!(interval.low < interval.high, "{measure:?}");
        // Of every draw the calibration error is at least a little, as frequencies vary.
        let around = interval.low <= *value && *value <= interval.high;
        assert!(
            around || *measure == Measure::CalibrationError,
            "{measure:?} {measured:?}"
        );
    }
    let classes = report.classes.unwrap();
    assert_eq!(classes.confusion.concat().iter().sum::<u64>(), 500);
    assert_eq!(classes.calibration.len(), 10);
    let off = classes
        .calibration
        .iter()
        .map(|range| (range.probability - range.frequency).abs());
    assert!(off.fold(0.0, f64::max) < 0.25);
    assert_eq!(classes.curves.len(), 1);
    assert!(classes.curves[0].roc.len() > 10);
}

#[test]
fn no_rows_are_nothing_to_judge() {
    let answers = Answers::Values {
        truth: Vec::new(),
        predicted: Vec::new(),
    };
    let error = answers.report(Bootstrap::default()).unwrap_err();
    assert_eq!(error.to_string(), "evaluation: there are no rows");
}
