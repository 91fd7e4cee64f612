use mesh_models::{Comparison, Interval, Measure, Measured};

use super::{compared, required};

fn comparison(value: f64, low: f64, high: f64) -> Comparison {
    Comparison {
        measure: Measure::Brier,
        cases: 61,
        champion: 0.15,
        challenger: 0.15 - value,
        better_by: Measured {
            value,
            interval: Interval { low, high },
        },
    }
}

#[test]
fn as_good_as_the_champion_is_good_enough() {
    assert!(compared(1, comparison(0.0, 0.0, 0.0), 0.01).passed);
    assert!(compared(1, comparison(0.02, -0.01, 0.05), 0.01).passed);
    assert!(compared(1, comparison(-0.005, -0.03, 0.02), 0.01).passed);
}

#[test]
fn worse_by_more_than_the_margin_is_not() {
    let check = compared(7, comparison(-0.02, -0.06, 0.03), 0.01);
    assert!(!check.passed);
    let told = "brier is 0.1700, that of version 7 in Production 0.1500: worse by 0.0200 [-0.0600, 0.0300] on 61 cases";
    assert!(check.found.starts_with(told), "{}", check.found);
}

#[test]
fn worse_beyond_doubt_is_not_however_little_it_is() {
    assert!(!compared(1, comparison(-0.004, -0.006, -0.002), 0.01).passed);
}

#[test]
fn more_is_asked_of_a_measure_that_rises_and_less_of_the_others() {
    assert!(required(Measure::Auc, 0.8, Some(0.8)).passed);
    assert!(!required(Measure::Auc, 0.8, Some(0.79)).passed);
    assert!(required(Measure::LogLoss, 0.5, Some(0.5)).passed);
    assert!(!required(Measure::LogLoss, 0.5, Some(0.51)).passed);
    assert!(!required(Measure::Auc, 0.8, None).passed);
}
