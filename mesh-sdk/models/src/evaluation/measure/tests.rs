use super::*;

fn once(answers: &Answers) -> Vec<Option<f64>> {
    Measurer::new(answers).all(&vec![1; answers.rows()])
}

fn close(measured: &[Option<f64>], expected: &[f64]) {
    assert_eq!(measured.len(), expected.len());
    for (measured, expected) in measured.iter().zip(expected) {
        let measured = measured.unwrap();
        assert!((measured - expected).abs() < 1e-12, "{measured} {expected}");
    }
}

fn two_classes() -> Answers {
    let positive = [0.1, 0.8, 0.4, 0.4, 0.9, 0.6, 0.2, 0.35, 0.4, 0.05];
    Answers::Classes {
        classes: vec![0, 1],
        truth: vec![0, 1, 1, 0, 1, 0, 0, 1, 1, 0],
        probabilities: positive.iter().flat_map(|p| [1.0 - p, *p]).collect(),
    }
}

/// The expected numbers here and below are those of scikit-learn 1.9.
#[test]
fn two_classes_are_measured_as_in_scikit_learn() {
    let expected = [
        0.6,
        0.666_666_666_666_666_6,
        0.4,
        0.5,
        0.8,
        0.501_782_137_221_875_6,
        0.176_5,
    ];
    close(&once(&two_classes())[..7], &expected);
}

#[test]
fn more_classes_are_measured_as_in_scikit_learn() {
    let answers = Answers::Classes {
        classes: vec![3, 5, 9],
        truth: vec![0, 1, 2, 2, 1, 0],
        probabilities: vec![
            0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0.1, 0.2, 0.7, 0.2, 0.5, 0.3, 0.2, 0.6, 0.2, 0.3, 0.6,
            0.1,
        ],
    };
    let expected = [
        0.666_666_666_666_666_6,
        0.833_333_333_333_333_4,
        0.666_666_666_666_666_6,
        0.666_666_666_666_666_6,
        0.854_166_666_666_666_6,
        0.758_068_642_028_247_1,
        0.45,
    ];
    close(&once(&answers)[..7], &expected);
    assert_eq!(
        Measurer::new(&answers).confusion(&[1; 6]),
        [[1, 1, 0], [0, 2, 0], [0, 1, 1], [0, 0, 0]]
    );
}

#[test]
fn quantities_are_measured_as_in_scikit_learn() {
    let answers = |truth: [f64; 4]| Answers::Values {
        truth: truth.to_vec(),
        predicted: vec![1.5, 1.0, 4.0, -2.0],
    };
    let expected = [
        0.625,
        0.75,
        0.333_333_333_333_333_3,
        0.913_461_538_461_538_4,
    ];
    close(&once(&answers([1.0, 2.0, 4.0, -3.0])), &expected);
    assert_eq!(
        once(&answers([0.0, 2.0, 4.0, -3.0]))[2],
        None,
        "no part of zero"
    );
    assert_eq!(once(&answers([1.0; 4]))[3], None, "no variance");
}

/// Two ranges: 0.15 and 0.15 with one right, 0.95 with none: (|0.3 - 1| + |0.95 - 0|) / 3.
#[test]
fn the_calibration_error_is_how_far_probabilities_are_from_frequencies() {
    let answers = Answers::Classes {
        classes: vec![0, 1],
        truth: vec![1, 0, 0],
        probabilities: vec![0.85, 0.15, 0.85, 0.15, 0.05, 0.95],
    };
    close(&once(&answers)[7..], &[1.65 / 3.0]);
}

#[test]
fn a_row_that_counts_twice_is_two_rows() {
    let Answers::Classes {
        classes,
        truth,
        probabilities,
    } = two_classes()
    else {
        unreachable!()
    };
    let doubled = Answers::Classes {
        classes,
        truth: [&truth[..], &truth[..3]].concat(),
        probabilities: [&probabilities[..], &probabilities[..6]].concat(),
    };
    let counted = Measurer::new(&two_classes()).all(&[2, 2, 2, 1, 1, 1, 1, 1, 1, 1]);
    for (counted, doubled) in counted.iter().zip(once(&doubled)) {
        assert!((counted.unwrap() - doubled.unwrap()).abs() < 1e-12);
    }
}

#[test]
fn one_class_alone_defines_no_ranking() {
    let answers = Answers::Classes {
        classes: vec![0, 1],
        truth: vec![0, 0],
        probabilities: vec![0.9, 0.1, 0.8, 0.2],
    };
    let measured = once(&answers);
    assert_eq!((measured[1], measured[2], measured[4]), (None, None, None));
    assert_eq!(measured[0], Some(1.0));
}
