//! Newton's method on the penalised log loss of two classes.
//!
//! Not linfa's solver here: on a million rows of twenty columns that one takes thirty times as long as scikit-learn, and this one less.

use ndarray::{Array2, ArrayView1};

use crate::ModelError;

/// Above so many rows a part of them, at least as many, gives the point to start from.
const FEW: usize = 50_000;
/// The mean gradient per row, in any direction, where the optimum is reached but for rounding.
const CONVERGED: f64 = 1e-8;
/// What a step leaves of the slope where the curvature that it went by is good enough for another.
const QUICKLY: f64 = 0.1;

/// Yes or no by a weighted sum: rows, what they are, and the weight of the squared coefficients.
pub(crate) struct LogLoss<'a> {
    pub(crate) records: &'a Array2<f64>,
    pub(crate) labels: &'a [bool],
    pub(crate) l2: f64,
}

/// The loss at a point, with its slope.
struct Around {
    loss: f64,
    gradient: Vec<f64>,
}

/// How the slope changes around a point: a symmetric matrix, of which the lower half is filled.
struct Curvature(Vec<f64>);

impl LogLoss<'_> {
    /// The optimal weights, the intercept behind them.
    pub(crate) fn minimise(&self, max_iterations: u64) -> Result<Vec<f64>, ModelError> {
        let rows = self.labels.len();
        let mut point = vec![0.0; self.records.ncols() + 1];
        let every = (rows / FEW).max(1);
        let mut curvature = None;
        if every > 1 {
            // Of no account if it does not converge: a part may have one class only.
            let found = self.descend(&mut point, None, every, max_iterations).ok();
            // All rows have the curvature of the part, but for chance, so many times.
            let times = rows as f64 / rows.div_ceil(every) as f64;
            curvature = found
                .map(|Curvature(part)| Curvature(part.iter().map(|value| value * times).collect()));
        }
        self.descend(&mut point, curvature, 1, max_iterations)?;
        Ok(point)
    }

    /// Goes to the optimum of every so manieth row. Gives a curvature near it.
    fn descend(
        &self,
        point: &mut [f64],
        curvature: Option<Curvature>,
        every: usize,
        steps: u64,
    ) -> Result<Curvature, ModelError> {
        let rows = self.labels.len().div_ceil(every) as f64;
        let mut around = self.around(point, every);
        let mut curvature = curvature.unwrap_or_else(|| self.curvature(point, every));
        for _ in 0..steps {
            if around.steepest() <= CONVERGED * rows {
                return Ok(curvature);
            }
            let step = solve(&curvature, &around.gradient)?;
            let mut part = 1.0;
            let there = loop {
                let next: Vec<f64> = point.iter().zip(&step).map(|(a, b)| a - part * b).collect();
                let there = self.around(&next, every);
                // Rounding may raise the loss by its last digit where there is nothing more to gain.
                if there.loss <= around.loss * (1.0 + 1e-12) {
                    point.copy_from_slice(&next);
                    break there;
                }
                part /= 2.0;
                if part < 1e-6 {
                    return Err(ModelError::NotConverged { iterations: steps });
                }
            };
            // It costs more than all the rest, so the one at hand does for as long as it leads on quickly.
            if there.steepest() > QUICKLY * around.steepest() {
                curvature = self.curvature(point, every);
            }
            around = there;
        }
        Err(ModelError::NotConverged { iterations: steps })
    }

    fn around(&self, point: &[f64], every: usize) -> Around {
        let (intercept, weights) = point.split_last().unwrap_or((&0.0, &[]));
        let weights = ArrayView1::from(weights);
        let mut loss = self.l2 / 2.0 * weights.dot(&weights);
        let mut gradient = weights.map(|weight| self.l2 * weight);
        let mut of_intercept = 0.0;
        // The product of what the loss has logarithms of: one for many rows is much faster.
        let mut product = 1.0;
        for (record, &label) in self
            .records
            .rows()
            .into_iter()
            .zip(self.labels)
            .step_by(every)
        {
            let score = intercept + record.dot(&weights);
            let (probability, far) = probability(score);
            let against = if label { -score } else { score };
            loss += against.max(0.0);
            product *= 1.0 + far;
            if product > 1e300 {
                loss += f64::ln(product);
                product = 1.0;
            }
            let residual = probability - if label { 1.0 } else { 0.0 };
            gradient.scaled_add(residual, &record);
            of_intercept += residual;
        }
        Around {
            loss: loss + product.ln(),
            gradient: gradient.into_iter().chain([of_intercept]).collect(),
        }
    }

    fn curvature(&self, point: &[f64], every: usize) -> Curvature {
        let size = point.len();
        let mut curvature = Curvature(vec![0.0; size * size]);
        (0..size - 1).for_each(|i| curvature.0[i * size + i] = self.l2);
        // Two at a time, as that is what costs most.
        let mut pair = [vec![1.0; size], vec![1.0; size]];
        let mut weighed = [0.0; 2];
        for (number, record) in self.records.rows().into_iter().step_by(every).enumerate() {
            let row = &mut pair[number % 2];
            row.iter_mut()
                .zip(record)
                .for_each(|(x, value)| *x = *value);
            let score: f64 = row.iter().zip(point).map(|(x, weight)| x * weight).sum();
            let (probability, _) = probability(score);
            weighed[number % 2] = probability * (1.0 - probability);
            if number % 2 == 1 {
                curvature.add(&pair, std::mem::take(&mut weighed));
            }
        }
        curvature.add(&pair, weighed);
        curvature
    }
}

/// The probability at a score, and `e` to the power of minus the score's size.
fn probability(score: f64) -> (f64, f64) {
    let far = (-score.abs()).exp();
    let likely = 1.0 / (1.0 + far);
    (if score < 0.0 { far * likely } else { likely }, far)
}

impl Around {
    fn steepest(&self) -> f64 {
        let slopes = self.gradient.iter().map(|slope| slope.abs());
        slopes.fold(0.0, |most: f64, slope| {
            let less = most.is_nan() || slope <= most;
            if less { most } else { slope }
        })
    }
}

impl Curvature {
    /// Adds that of two rows.
    fn add(&mut self, [first, second]: &[Vec<f64>; 2], [a, b]: [f64; 2]) {
        let size = first.len();
        for i in 0..size {
            let (a, b) = (a * first[i], b * second[i]);
            let line = self.0[i * size..=i * size + i].iter_mut();
            let rows = first.iter().zip(second);
            line.zip(rows).for_each(|(h, (x, y))| *h += a * x + b * y);
        }
    }
}

/// What, weighed by the curvature, is the slope: by Cholesky's decomposition.
fn solve(Curvature(curvature): &Curvature, gradient: &[f64]) -> Result<Vec<f64>, ModelError> {
    let size = gradient.len();
    let mut lower = curvature.clone();
    let steepest = (0..size).map(|i| lower[i * size + i]).fold(0.0, f64::max);
    for i in 0..size {
        // A trace more, so that columns that say the same do not leave it undetermined.
        lower[i * size + i] += 1e-12 * steepest;
        for j in 0..=i {
            let products = (0..j).map(|k| lower[i * size + k] * lower[j * size + k]);
            let rest = lower[i * size + j] - products.sum::<f64>();
            lower[i * size + j] = if i == j {
                rest.max(1e-14 * steepest).sqrt()
            } else {
                rest / lower[j * size + j]
            };
        }
    }
    let mut solution = gradient.to_vec();
    for i in 0..size {
        let known: f64 = (0..i).map(|k| lower[i * size + k] * solution[k]).sum();
        solution[i] = (solution[i] - known) / lower[i * size + i];
    }
    for i in (0..size).rev() {
        let known: f64 = (i + 1..size)
            .map(|k| lower[k * size + i] * solution[k])
            .sum();
        solution[i] = (solution[i] - known) / lower[i * size + i];
    }
    match solution.iter().all(|value| value.is_finite()) {
        true => Ok(solution),
        false => Err(ModelError::training_failed(
            "the loss has no curvature to go by; raise `l2`",
        )),
    }
}

#[cfg(test)]
mod tests;
