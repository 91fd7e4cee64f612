use super::*;

fn share(rows: usize, of: usize) -> Measured {
    let measure = |counts: &[u32]| {
        let sum: u32 = counts[..of].iter().sum();
        vec![Some(f64::from(sum) / rows as f64)]
    };
    Bootstrap::default().measure(rows, measure)[0].unwrap()
}

/// The normal interval of a share of 0.3 in 1000 rows is 0.3 +- 0.0284.
#[test]
fn the_interval_is_as_wide_as_theory_says() {
    let share = share(1000, 300);
    assert_eq!(share.value, 0.3);
    assert!((share.interval.low - 0.2716).abs() < 0.006, "{share:?}");
    assert!((share.interval.high - 0.3284).abs() < 0.006, "{share:?}");
}

#[test]
fn more_rows_say_it_more_exactly() {
    let width = |rows: usize| {
        let Interval { low, high } = share(rows, rows / 2).interval;
        high - low
    };
    assert!(width(100) > 2.5 * width(1000));
}

#[test]
fn the_same_seed_draws_the_same() {
    assert_eq!(share(50, 20), share(50, 20));
}

#[test]
fn what_no_draw_defines_is_absent() {
    let measured = Bootstrap::default().measure(3, |_| vec![None, Some(1.0)]);
    assert!(measured[0].is_none() && measured[1].is_some());
    let few = Bootstrap {
        resamples: 99,
        seed: 0,
    };
    assert_eq!(
        few.check().unwrap_err().to_string(),
        "parameter `resamples`: is 99, must be at least 100; 1000 is usual"
    );
}
