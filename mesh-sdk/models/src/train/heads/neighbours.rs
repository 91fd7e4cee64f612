//! The rows themselves.
//!
//! Distances are counted in whole steps of a grid that is as fine as the 24 bits of an `f32` allow: every sum on the way to them is
//! exact, and every runtime finds the same neighbours, in whatever order it adds.

use ndarray::{Array1, Array2};

use crate::onnx::graph::{Graph, int, ints};
use crate::train::heads::linear::Linear;
use crate::train::heads::link::Link;
use crate::train::heads::trees::UNITS;

/// How many times further than any row that was learned from a row may be and still be told from one that is further off.
const BEYOND: f64 = 4.0;
/// The finest step, of rows that are standardised.
const FINEST: f64 = 1.0 / 1024.0;

/// The rows that were learned from, and what each adds to the answer.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours {
    /// How far a step is: a power of two.
    step: f64,
    /// The most steps that a number may be from zero; what is further counts as there.
    bound: f64,
    /// Rows x columns, in steps.
    rows: Array2<f64>,
    /// Of each row, the squares added up.
    squares: Array1<f64>,
    /// Rows x answers: the class as zeros and a one, or the quantity.
    answers: Array2<f64>,
    neighbours: usize,
}

impl Neighbours {
    pub(crate) fn new(records: &Array2<f64>, answers: Array2<f64>, neighbours: usize) -> Self {
        let furthest = records.iter().fold(0.0f64, |most, x| most.max(x.abs()));
        let mut step = FINEST;
        loop {
            let bound = (BEYOND * furthest / step).ceil().max(1.0);
            let rows = records.mapv(|x| (x / step).round_ties_even());
            let largest = |row: ndarray::ArrayView1<f64>| -> f64 {
                row.iter().map(|t| 2.0 * bound * t.abs() + t * t).sum()
            };
            let largest = rows.rows().into_iter().map(largest).fold(0.0, f64::max);
            if largest <= f64::from(UNITS) {
                return Self {
                    step,
                    bound,
                    squares: rows.map_axis(ndarray::Axis(1), |row| row.dot(&row)),
                    rows,
                    answers,
                    neighbours,
                };
            }
            step *= 2.0;
        }
    }

    /// How many rows there are to be near to.
    pub(crate) fn rows(&self) -> usize {
        self.rows.nrows()
    }

    /// The mean answer of the nearest rows, of equally near ones the first.
    pub(crate) fn scores(&self, encoded: &[f64]) -> Vec<f64> {
        let place = |x: &f64| {
            (x / self.step)
                .clamp(-self.bound, self.bound)
                .round_ties_even()
        };
        let point: Array1<f64> = encoded.iter().map(place).collect();
        // The squared distance, but for the square of the row itself and turned around.
        let near = 2.0 * self.rows.dot(&point) - &self.squares;
        let mut order: Vec<usize> = (0..near.len()).collect();
        let nearer = |a: &usize, b: &usize| near[*b].total_cmp(&near[*a]).then(a.cmp(b));
        order.select_nth_unstable_by(self.neighbours - 1, nearer);
        let mut sum = Array1::zeros(self.answers.ncols());
        for &row in &order[..self.neighbours] {
            sum += &self.answers.row(row);
        }
        (sum / self.neighbours as f64).to_vec()
    }

    /// The label and the probabilities of these classes.
    pub(crate) fn export_classifier(&self, graph: &mut Graph, input: String, classes: &[i64]) {
        let shares = self.export(graph, input, "shares");
        let count = classes.len();
        let linear = Linear {
            weights: Array2::eye(count).into_raw_vec_and_offset().0,
            intercepts: vec![0.0; count],
            link: Link::Identity,
        };
        linear.export_classifier(graph, shares, classes);
    }

    /// The quantity.
    pub(crate) fn export_regressor(&self, graph: &mut Graph, input: String) {
        self.export(graph, input, "value");
    }

    fn export(&self, graph: &mut Graph, input: String, output: &str) -> String {
        let per_step = graph.numbers("steps", vec![(1.0 / self.step) as f32]);
        let steps = graph.basic("Mul", "in_steps", vec![input, per_step]);
        let lowest = graph.scalar("lowest", -self.bound as f32);
        let highest = graph.scalar("highest", self.bound as f32);
        let within = graph.basic("Clip", "within", vec![steps, lowest, highest]);
        let placed = graph.basic("Round", "placed", vec![within]);
        let weights: Vec<f64> = self.rows.iter().map(|t| 2.0 * t).collect();
        let intercepts: Vec<f64> = self.squares.iter().map(|square| -square).collect();
        let near = graph.regressor("LinearRegressor", "nearness", placed, &weights, &intercepts);
        let count = graph.integers("neighbours", vec![self.neighbours as i64]);
        graph.basic("TopK", "nearest", vec![near, count]);
        graph.also("nearest_rows");
        let answers = self.answers.iter().map(|&answer| answer as f32).collect();
        let answers = graph.table("answers", answers, self.answers.ncols());
        let theirs = vec![answers, "nearest_rows".to_owned()];
        let theirs = graph.basic("Gather", "their_answers", theirs);
        graph.attribute(int("axis", 0));
        let mean = graph.basic("ReduceMean", output, vec![theirs]);
        graph.attribute(ints("axes", vec![1]));
        graph.attribute(int("keepdims", 0));
        mean
    }
}

#[cfg(test)]
mod tests;
