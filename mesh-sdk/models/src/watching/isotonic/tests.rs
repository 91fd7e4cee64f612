use super::*;

/// `IsotonicRegression(out_of_bounds="clip").fit([1, 2, 2, 3, 4, 5, 6], [0, 1, 0, 0, 1, 0, 1])`.
#[test]
fn the_function_is_that_of_scikit_learn() {
    let scores = [4.0, 1.0, 2.0, 3.0, 2.0, 6.0, 5.0];
    let labels = [true, false, true, false, false, true, false];
    let isotonic = Isotonic::fit(&scores, &labels);
    for (score, expected) in [
        (0.0, 0.0),
        (1.0, 0.0),
        (1.5, 1.0 / 6.0),
        (2.5, 1.0 / 3.0),
        (3.5, 5.0 / 12.0),
        (4.5, 0.5),
        (5.25, 0.625),
        (9.0, 1.0),
    ] {
        assert!(
            (isotonic.probability(score) - expected).abs() < 1e-12,
            "{score}"
        );
    }
}

#[test]
fn what_rises_only_as_scores_fall_is_constant() {
    let isotonic = Isotonic::fit(&[1.0, 2.0, 3.0, 4.0], &[true, true, false, false]);
    assert_eq!(
        (isotonic.scores, isotonic.probabilities),
        (vec![1.0, 4.0], vec![0.5, 0.5])
    );
    let one = Isotonic::fit(&[0.3; 4], &[true, false, false, false]);
    assert_eq!(
        [0.0, 0.3, 1.0].map(|score| one.probability(score)),
        [0.25; 3]
    );
}
