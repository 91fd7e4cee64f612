use super::*;
use crate::random::Random;

const TEN: [(usize, usize); 10] = [(10, 10); 10];

#[test]
fn the_index_is_the_sum_over_cells() {
    assert_eq!(psi(&TEN), Some(0.0));
    let expected = 0.3 * (0.8_f64 / 0.5).ln() - 0.3 * (0.2_f64 / 0.5).ln();
    assert!((psi(&[(50, 8), (50, 2)]).unwrap() - expected).abs() < 1e-12);
    // Half a case of ten where there is none.
    let expected = 0.5 * 2.0_f64.ln() + (0.05 - 0.5) * (0.05 / 0.5_f64).ln();
    assert!((psi(&[(50, 10), (50, 0)]).unwrap() - expected).abs() < 1e-12);
}

#[test]
fn the_threshold_follows_from_the_sizes() {
    let of = |size: usize| psi_threshold(&[(size / 10, size / 10); 10], 0.05).unwrap();
    assert!((of(100) - 0.02 * 16.918_977_604_620_448).abs() < 1e-9);
    assert!((of(10_000) - of(100) / 100.0).abs() < 1e-9);
}

/// The usual 0.1 is passed by nearly every pair of samples of 100 cases, the threshold by one in twenty.
#[test]
fn a_fixed_threshold_of_a_tenth_is_noise_at_a_hundred_cases() {
    let mut random = Random::new(1);
    let (mut of_fixed, mut of_derived, draws) = (0, 0, 2000);
    for _ in 0..draws {
        let mut cells = [(0, 0); 10];
        (0..100).for_each(|_| cells[random.below(10)].0 += 1);
        (0..100).for_each(|_| cells[random.below(10)].1 += 1);
        let index = psi(&cells).unwrap();
        of_fixed += usize::from(index > 0.1);
        of_derived += usize::from(index > psi_threshold(&cells, 0.05).unwrap());
    }
    assert!(of_fixed > draws * 80 / 100, "{of_fixed}");
    assert!(
        (draws * 3 / 100..draws * 8 / 100).contains(&of_derived),
        "{of_derived}"
    );
}

#[test]
fn without_cases_there_is_no_index() {
    assert_eq!((psi(&[]), psi_threshold(&[], 0.05)), (None, None));
    assert_eq!(
        (psi(&[(9, 0)]), psi_threshold(&[(9, 0), (1, 0)], 0.05)),
        (None, None)
    );
    assert_eq!(psi_threshold(&[(9, 9)], 0.05), None);
}
