use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array1;

use super::*;
use crate::random::Random;

fn cases(rows: usize, columns: usize) -> (Array2<f64>, Vec<bool>) {
    let mut random = Random::new(2);
    let records = Array2::from_shape_fn((rows, columns), |_| random.unit() * 2.0 - 1.0);
    let yes = |row: ndarray::ArrayView1<f64>| 2.0 * row[0] - row[1] + 0.5 > 0.0;
    let labels: Vec<bool> = records.rows().into_iter().map(yes).collect();
    // A few are wrong, or there would be no optimum without a penalty.
    let labels = labels
        .into_iter()
        .map(|label| label != (random.unit() < 0.1))
        .collect();
    (records, labels)
}

#[test]
fn it_ends_where_linfa_does() {
    let (records, labels) = cases(500, 4);
    for l2 in [0.0, 1.0, 50.0] {
        let loss = LogLoss {
            records: &records,
            labels: &labels,
            l2,
        };
        let ours = loss.minimise(50).unwrap();
        let theirs = linfa_logistic::LogisticRegression::default()
            .alpha(l2)
            .max_iterations(500)
            .gradient_tolerance(1e-8)
            .fit(&DatasetBase::new(
                records.view(),
                Array1::from(labels.clone()),
            ))
            .unwrap();
        let sign = if theirs.labels().pos.class { 1.0 } else { -1.0 };
        let theirs = theirs
            .params()
            .iter()
            .chain([theirs.intercept()].iter())
            .map(|w| w * sign)
            .collect::<Vec<_>>();
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-5, "{l2}: {ours} {theirs}");
        }
    }
}

/// The start from a part of the rows must not show in the end.
#[test]
fn many_rows_have_the_optimum_of_all_of_them() {
    let (records, labels) = cases(120_000, 3);
    let loss = LogLoss {
        records: &records,
        labels: &labels,
        l2: 1.0,
    };
    let point = loss.minimise(50).unwrap();
    let gradient = loss.around(&point, 1).gradient;
    assert!(
        gradient
            .iter()
            .all(|slope| slope.abs() < 120_000.0 * CONVERGED)
    );
}

#[test]
fn columns_that_say_the_same_share_the_weight() {
    let (records, labels) = cases(300, 2);
    let twice = Array2::from_shape_fn((300, 3), |(row, column)| records[(row, column.min(1))]);
    let loss = LogLoss {
        records: &twice,
        labels: &labels,
        l2: 0.0,
    };
    let point = loss.minimise(100).unwrap();
    assert!((point[1] - point[2]).abs() < 1e-3, "{point:?}");
}

#[test]
fn classes_that_a_plane_parts_have_no_optimum_without_a_penalty() {
    let records = Array2::from_shape_fn((10, 1), |(row, _)| row as f64);
    let labels: Vec<bool> = (0..10).map(|row| row >= 5).collect();
    let loss = |l2| LogLoss {
        records: &records,
        labels: &labels,
        l2,
    };
    assert!(loss(1.0).minimise(50).is_ok());
    let error = loss(0.0).minimise(8).unwrap_err();
    assert_eq!(error, ModelError::NotConverged { iterations: 8 });
}
