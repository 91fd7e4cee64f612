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

#[test]
fn quantities_are_told_in_tenths_of_the_predictions() {
    let truth: Vec<f64> = (0..95).map(f64::from).collect();
    let predicted: Vec<f64> = truth.iter().map(|truth| 2.0 * truth + 1.0).collect();
    let answers = Answers::of_values(&predicted, &truth).unwrap();
    let report = answers.report(Bootstrap::default()).unwrap();
    assert!(report.classes.is_none());
    assert!(report.measures.contains_key(&Measure::Mae));
    let ranges = report.quantities.unwrap().ranges;
    assert_eq!(ranges.len(), 10);
    assert_eq!(ranges.iter().map(|range| range.cases).sum::<u64>(), 95);
    let first = ranges[0];
    assert_eq!((first.low, first.high, first.cases), (1.0, 17.0, 9));
    assert_eq!((first.predicted, first.truth, first.error), (9.0, 4.0, 5.0));
    // Of fewer rows than ranges, each with rows is told.
    let few = Answers::of_values(&predicted[..3], &truth[..3]).unwrap();
    let few = few.report(Bootstrap::default()).unwrap();
    assert_eq!(few.quantities.unwrap().ranges.len(), 3);
}

#[test]
fn classes_are_put_in_order_and_a_row_of_none_of_them_is_answered_wrongly() {
    let answers = Answers::of_classes(&[9, 3], &[0.75, 0.25, 0.5, 0.5], &[3, 5]).unwrap();
    let wanted = Answers::Classes {
        classes: vec![3, 9],
        truth: vec![0, 2],
        probabilities: vec![0.25, 0.75, 0.5, 0.5],
    };
    assert_eq!(answers, wanted);
    let rows = |stray: usize| {
        let truth: Vec<i64> = (0..40).map(|row| row % 2 + 1).collect();
        let truth = [truth, vec![7; stray]].concat();
        let right = |class: &i64| if *class == 1 { [0.9, 0.1] } else { [0.1, 0.9] };
        let said: Vec<f64> = truth.iter().flat_map(right).collect();
        let answers = Answers::of_classes(&[1, 2], &said, &truth).unwrap();
        answers.report(Bootstrap::default()).unwrap()
    };
    let (before, after) = (rows(0), rows(2));
    let value = |report: &Report, measure| report.measures[&measure].value;
    assert_eq!(value(&before, Measure::Accuracy), 1.0);
    assert_eq!(value(&after, Measure::Accuracy), 40.0 / 42.0);
    assert_eq!(value(&after, Measure::Recall), 1.0);
    assert_eq!(value(&after, Measure::Precision), 20.0 / 22.0);
    // Two rows of 42 were told 0.9 and came out 0: the others weigh as before.
    let brier = (40.0 * 0.01 + 2.0 * 0.81) / 42.0;
    assert!((value(&after, Measure::Brier) - brier).abs() < 1e-12);
    assert_eq!(after.classes.unwrap().confusion, [[20, 0], [0, 20]]);
}
