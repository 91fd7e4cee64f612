use ndarray::array;

use super::*;

/// The squares of a grid, and beside each its number.
fn squares() -> Neighbours {
    let records = array![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
    Neighbours::new(&records, array![[0.0], [1.0], [2.0], [3.0]], 1)
}

#[test]
fn the_nearest_row_answers_and_the_first_of_equally_near_ones() {
    let squares = squares();
    assert_eq!(squares.scores(&[0.9, 0.2]), [1.0]);
    assert_eq!(squares.scores(&[0.2, 0.8]), [2.0]);
    assert_eq!(squares.scores(&[0.5, 0.5]), [0.0]);
}

#[test]
fn a_row_that_is_further_off_than_anything_still_has_neighbours() {
    assert_eq!(squares().scores(&[1e30, 1e30]), [3.0]);
    assert_eq!(squares().scores(&[-1e30, 0.4]), [0.0]);
}

/// However many columns there are and however far rows lie apart, no sum leaves what an `f32` holds.
#[test]
fn the_grid_is_coarse_enough_for_exact_sums() {
    for (columns, spread) in [(1, 1.0), (20, 3.0), (500, 1.0), (500, 1e6)] {
        let records = Array2::from_shape_fn((7, columns), |(row, column)| {
            spread * ((row * 31 + column * 17) as f64).sin()
        });
        let made = Neighbours::new(&records, Array2::zeros((7, 1)), 2);
        assert_eq!(made.step.log2().fract(), 0.0);
        let furthest = vec![made.bound; columns];
        for (row, square) in made.rows.rows().into_iter().zip(&made.squares) {
            let products = row.iter().zip(&furthest).map(|(t, x)| 2.0 * (t * x).abs());
            assert!(products.sum::<f64>() + square <= f64::from(UNITS));
        }
        assert!(
            made.rows.iter().any(|x| x.abs() > 5.0),
            "{columns} {spread}"
        );
    }
}
