use super::*;
use crate::random::Random;
use crate::watching::testing::assert_not_above;

fn ascending(values: &[f32]) -> Vec<f32> {
    let mut values = values.to_vec();
    values.sort_unstable_by(f32::total_cmp);
    values
}

/// Every way to deal the pooled values into two samples, each compared from its definition.
fn enumerated(reference: &[f32], current: &[f32]) -> f64 {
    let pooled = [reference, current].concat();
    let distance = |members: u32| {
        let share = |side: bool, size: usize, bound: f32| {
            let of_side =
                |(i, value): (usize, &f32)| (members >> i & 1 == 1) == side && *value <= bound;
            pooled.iter().enumerate().filter(|x| of_side(*x)).count() as f64 / size as f64
        };
        let apart = |bound: &f32| {
            (share(true, reference.len(), *bound) - share(false, current.len(), *bound)).abs()
        };
        pooled.iter().map(apart).fold(0.0, f64::max)
    };
    let observed = distance((1 << reference.len()) - 1);
    let ways =
        (0..1u32 << pooled.len()).filter(|ways| ways.count_ones() as usize == reference.len());
    let (mut all, mut apart) = (0, 0);
    for way in ways {
        all += 1;
        apart += usize::from(distance(way) >= observed - 1e-9);
    }
    apart as f64 / all as f64
}

/// `scipy.stats.ks_2samp(range(5), [2.5, 4.5, 5.5, 6.5], method="exact")`: distance 0.75, p 0.14285714285714285.
#[test]
fn the_statistic_and_the_probability_are_those_of_scipy() {
    let test = KolmogorovSmirnov::new(&[0.0, 1.0, 2.0, 3.0, 4.0], &[2.5, 4.5, 5.5, 6.5]);
    assert!((test.statistic() - 0.75).abs() < 1e-15);
    assert!(
        (test.p() - 0.142_857_142_857_142_85).abs() < 1e-12,
        "{}",
        test.p()
    );
}

#[test]
fn the_probability_counts_every_way_with_and_without_ties() {
    let mut random = Random::new(7);
    for values in [1, 2, 3, 6, 1000] {
        for _ in 0..4 {
            let mut sample = |size: usize| {
                let values: Vec<f32> = (0..size).map(|_| random.below(values) as f32).collect();
                ascending(&values)
            };
            let (reference, current) = (sample(7), sample(4));
            let p = KolmogorovSmirnov::new(&reference, &current).p();
            let expected = enumerated(&reference, &current);
            assert!(
                (p - expected).abs() < 1e-12,
                "{reference:?} {current:?}: {p}, not {expected}"
            );
        }
    }
}

#[test]
fn a_small_probability_is_not_lost_to_rounding() {
    let reference: Vec<f32> = (0..100).map(|i| i as f32).collect();
    let current: Vec<f32> = (0..100).map(|i| (i + 100) as f32).collect();
    let p = KolmogorovSmirnov::new(&reference, &current).p();
    // Two of all ways to choose 100 of 200.
    assert!(
        (p / 2.208_760_693_199_502_8e-59 - 1.0).abs() < 1e-9,
        "{p:e}"
    );
}

#[test]
fn the_critical_value_is_where_the_probability_passes_the_level() {
    let reference: Vec<f32> = (0..90).map(|i| i as f32).collect();
    let current: Vec<f32> = (0..35).map(|i| (i * 2) as f32 + 0.5).collect();
    let test = KolmogorovSmirnov::new(&reference, &current);
    for level in [0.2, 0.05, 0.001] {
        let critical = (test.critical(level).unwrap() * test.steps() as f64).round() as usize;
        assert!(test.p_of(critical) <= level && test.p_of(critical - 1) > level);
    }
    assert_eq!(KolmogorovSmirnov::new(&[1.0], &[2.0]).critical(0.05), None);
}

/// `scipy.stats.kstwobign.sf`.
#[test]
fn large_samples_have_the_limit_of_kolmogorov() {
    for (z, expected) in [
        (0.1, 1.0),
        (0.25, 0.999_999_973_176_189_9),
        (0.5, 0.963_945_243_664_877_5),
        (1.358_098_639_322_550_7, 0.05),
        (3.0, 3.045_995_948_942_525e-08),
    ] {
        assert!(
            (limit(z) / expected - 1.0).abs() < 1e-8,
            "{z}: {}",
            limit(z)
        );
    }
    let reference: Vec<f32> = (0..2000).map(|i| i as f32).collect();
    let current: Vec<f32> = (0..4000).map(|i| i as f32 / 2.0).collect();
    let test = KolmogorovSmirnov::new(&reference, &current);
    assert!(test.steps() > EXACT_STEPS && test.p() > 0.999);
}

#[test]
fn the_limit_is_careful_and_near_where_it_takes_over() {
    let reference: Vec<f32> = (0..2000).map(|i| i as f32).collect();
    let current: Vec<f32> = (0..100).map(|i| (i * 20) as f32 + 0.5).collect();
    let test = KolmogorovSmirnov::new(&reference, &current);
    assert_eq!(test.steps(), EXACT_STEPS);
    for z in [0.9_f64, 1.4, 1.9] {
        let share = z / (test.steps() as f64 / 2100.0).sqrt();
        let exact = test.exact((share * test.steps() as f64) as usize);
        assert!(
            exact < limit(z) && limit(z) < 1.4 * exact,
            "{z}: {exact}, {}",
            limit(z)
        );
    }
}

#[test]
fn samples_of_the_same_are_called_different_as_often_as_the_level_says() {
    let mut random = Random::new(3);
    for (values, size) in [(4, 60), (1 << 20, 25), (1 << 20, 4000)] {
        let tries = 600;
        let mut found = 0;
        for _ in 0..tries {
            let mut sample = |size: usize| {
                let values: Vec<f32> = (0..size).map(|_| random.below(values) as f32).collect();
                ascending(&values)
            };
            let (reference, current) = (sample(150), sample(size));
            found += usize::from(KolmogorovSmirnov::new(&reference, &current).p() <= 0.05);
        }
        assert_not_above(found, tries, 0.05);
        assert!(found > tries / 50, "{found}: too careful to find anything");
    }
}
