//! Where the bins of a histogram begin and end: at round values.

#[cfg(test)]
mod tests;

use chrono::DateTime;

use super::Edge;

/// Of a histogram.
const BINS: f64 = 20.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;
const STEPS_OF_TIME: [f64; 15] = [
    1.0,
    5.0,
    15.0,
    60.0,
    300.0,
    900.0,
    HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    DAY,
    7.0 * DAY,
    30.0 * DAY,
    91.0 * DAY,
    365.0 * DAY,
    3_650.0 * DAY,
];

/// What the values of a property are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Number,
    Integer,
    /// In seconds since 1970.
    Time,
    Date,
}

/// Bins of one width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ruler {
    scale: Scale,
    pub(super) from: f64,
    pub(super) step: f64,
    pub(super) bins: u32,
}

impl Ruler {
    /// About twenty bins that reach from `low` to `high`; nothing where all is one number.
    pub(super) fn over(scale: Scale, low: f64, high: f64) -> Option<Ruler> {
        let wanted = (high - low) / BINS;
        let step = match scale {
            Scale::Number if wanted > 0.0 => round_up(wanted),
            Scale::Number => return None,
            Scale::Integer if wanted > 1.0 => round_up(wanted),
            Scale::Integer => 1.0,
            Scale::Time => of_time(wanted),
            Scale::Date => of_time(wanted.max(DAY)),
        };
        let from = tidy((low / step).floor() * step);
        let bins = ((high - from) / step).floor() + 1.0;
        let fits = bins.is_finite() && (1.0..=1000.0).contains(&bins);
        fits.then_some(Ruler {
            scale,
            from,
            step,
            bins: bins as u32,
        })
    }

    /// Where the bin of this number begins.
    pub(super) fn edge(&self, bin: usize) -> Edge {
        let value = tidy(self.from + bin as f64 * self.step);
        match self.scale {
            Scale::Number | Scale::Integer => Edge::Number(value),
            Scale::Time | Scale::Date => {
                Edge::Time(DateTime::from_timestamp(value as i64, 0).unwrap_or_default())
            }
        }
    }
}

/// `value` to the nearest multiple of the round number at or above one in fifty of `spread`.
pub(super) fn coarse(value: f64, spread: f64) -> f64 {
    if spread > 0.0 {
        let step = round_up(spread / 50.0);
        tidy((value / step).round() * step)
    } else {
        value
    }
}

/// The least of 1, 2, 5, 10, 20 ... that is not below `value`.
fn round_up(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| tidy(step * decade));
    let enough = steps.into_iter().find(|step| *step >= tidy(value));
    enough.unwrap_or(10.0 * decade)
}

fn of_time(wanted: f64) -> f64 {
    let enough = STEPS_OF_TIME.into_iter().find(|step| *step >= wanted);
    enough.unwrap_or_else(|| round_up(wanted))
}

/// Without what binary fractions add: 0.3 and not 0.30000000000000004.
fn tidy(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}
