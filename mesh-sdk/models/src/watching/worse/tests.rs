use super::worse_by_chance;
use crate::evaluation::bootstrap::Measured;
use crate::evaluation::measure::Measure;
use crate::evaluation::measures::Interval;

/// A measure with a standard error.
fn measured(value: f64, error: f64) -> Measured {
    let half = 1.959_963_984_540_054 * error;
    Measured {
        value,
        interval: Interval {
            low: value - half,
            high: value + half,
        },
    }
}

#[test]
fn it_is_the_tail_of_the_normal_distribution() {
    // 0.03 and 0.04 make 0.05: the differences are of one, 1.6449 and 3.0902 standard errors.
    for (difference, likely) in [
        (0.05, 0.158_655_254),
        (0.082_242_681, 0.05),
        (0.154_511_615, 0.001),
    ] {
        let (then, now) = (measured(0.9, 0.03), measured(0.9 - difference, 0.04));
        let found = worse_by_chance(Measure::Auc, then, now);
        assert!((found - likely).abs() < 1e-6, "{found} for {likely}");
    }
}

#[test]
fn less_is_worse_or_better_as_the_measure_has_it() {
    let (more, less) = (measured(0.5, 0.01), measured(0.1, 0.01));
    assert!(worse_by_chance(Measure::Brier, less, more) < 1e-9);
    assert_eq!(worse_by_chance(Measure::Brier, more, less), 1.0);
    assert!(worse_by_chance(Measure::Auc, more, less) < 1e-9);
    assert_eq!(worse_by_chance(Measure::Auc, less, more), 1.0);
}

#[test]
fn what_has_no_number_is_no_worse() {
    let nothing = measured(f64::NAN, 0.1);
    assert_eq!(
        worse_by_chance(Measure::Auc, measured(0.9, 0.1), nothing),
        1.0
    );
    assert_eq!(
        worse_by_chance(Measure::Auc, measured(0.9, f64::NAN), measured(0.1, 0.1)),
        1.0
    );
}
