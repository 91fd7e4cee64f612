//! Checks of hyper-parameters: each error says which, what it may be, and what leaving it out means.

use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::ModelError;

/// Refuses a value outside its range; `usual` is what applies where none is given.
pub(crate) fn within<T: PartialOrd + Display + Copy>(
    parameter: &'static str,
    value: T,
    range: RangeInclusive<T>,
    usual: T,
) -> Result<(), ModelError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(ModelError::parameter(
        parameter,
        format!(
            "is {value}, must be from {} to {}; leave it out for {usual}",
            range.start(),
            range.end()
        ),
    ))
}
