//! How a model is watched once it answers: whether the cases that come still look like those it learned from, and how good its answers
//! are while nobody knows the truth yet.
//!
//! Only the mathematics: no clock, no store. What is measured and how thresholds come about is told in `docs/watching-models.md`.

pub(crate) mod baseline;
mod calibration;
mod categorical;
mod chi_square;
pub(crate) mod drift;
pub(crate) mod estimator;
mod expected;
mod fisher;
mod isotonic;
mod kolmogorov_smirnov;
mod numeric;
mod psi;
#[cfg(test)]
mod testing;
pub(crate) mod worse;
