//! How sure a number is that was measured on some rows: it is measured again and again on as many, drawn from them with replacement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ModelError;
use crate::evaluation::measures::Interval;
use crate::random::Random;

/// How often to draw. The same seed draws the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bootstrap {
    /// At least 100; 1000 is usual.
    pub resamples: usize,
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            resamples: 1000,
            seed: 0,
        }
    }
}

/// A number and where it lies, with 95 % confidence, on all such rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    pub value: f64,
    pub interval: Interval,
}

impl Bootstrap {
    pub(crate) fn check(self) -> Result<(), ModelError> {
        if self.resamples < 100 {
            return Err(ModelError::parameter(
                "resamples",
                format!("is {}, must be at least 100; 1000 is usual", self.resamples),
            ));
        }
        Ok(())
    }

    /// Measures on all rows, and on every draw; `measure` is told how often each row counts. A number that some rows do not define is
    /// absent, and a draw without it is passed over.
    pub(crate) fn measure(
        self,
        rows: usize,
        measure: impl Fn(&[u32]) -> Vec<Option<f64>>,
    ) -> Vec<Option<Measured>> {
        let values = measure(&vec![1; rows]);
        let mut drawn = vec![Vec::with_capacity(self.resamples); values.len()];
        let mut random = Random::new(self.seed);
        let mut counts = vec![0; rows];
        for _ in 0..self.resamples {
            counts.fill(0);
            (0..rows).for_each(|_| counts[random.below(rows)] += 1);
            for (drawn, value) in drawn.iter_mut().zip(measure(&counts)) {
                drawn.extend(value);
            }
        }
        let measured = values.into_iter().zip(&mut drawn);
        measured
            .map(|(value, drawn)| {
                Some(Measured {
                    value: value?,
                    interval: middle(drawn)?,
                })
            })
            .collect()
    }
}

/// Where the middle 95 of 100 lie.
fn middle(drawn: &mut [f64]) -> Option<Interval> {
    drawn.sort_unstable_by(f64::total_cmp);
    let at = |part: f64| drawn.get((part * (drawn.len().checked_sub(1)? as f64)).round() as usize);
    Some(Interval {
        low: *at(0.025)?,
        high: *at(0.975)?,
    })
}

#[cfg(test)]
mod tests;
