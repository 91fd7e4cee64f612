//! Whether a measure became worse, or only looks so.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::evaluation::bootstrap::Measured;
use crate::evaluation::measure::Measure;

/// Standard errors in a 95 % interval.
const WIDTH: f64 = 2.0 * 1.959_963_984_540_054;

/// How likely a measure of other rows comes out as much worse as `now` is than `then`, if nothing has changed: both are taken for normal
/// with the standard errors that their intervals tell. 1 where the measure is no worse.
pub fn worse_by_chance(measure: Measure, then: Measured, now: Measured) -> f64 {
    let error = |measured: Measured| (measured.interval.high - measured.interval.low) / WIDTH;
    let by = match measure.rises() {
        true => then.value - now.value,
        false => now.value - then.value,
    };
    let error = error(then).hypot(error(now));
    if by.is_nan() || by <= 0.0 || error.is_nan() {
        return 1.0;
    }
    if error == 0.0 {
        return 0.0;
    }
    Normal::standard().sf(by / error)
}

#[cfg(test)]
mod tests;
