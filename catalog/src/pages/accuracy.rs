use super::format::{count, counted, percent, share};
use crate::entry::{Accuracy, ModelEntry};

/// An accuracy never stands without its interval and the number of cases behind it.
pub(crate) struct AccuracyView {
    pub(crate) value: String,
    pub(crate) low: String,
    pub(crate) high: String,
    pub(crate) cases: String,
    pub(crate) sentence: String,
    pub(crate) low_x: String,
    pub(crate) value_x: String,
    pub(crate) high_x: String,
}

impl AccuracyView {
    pub(crate) fn new(accuracy: &Accuracy) -> Self {
        Self {
            value: share(accuracy.value),
            low: share(accuracy.low),
            high: share(accuracy.high),
            cases: count(accuracy.cases),
            sentence: format!(
                "Right in {} of {}; with 95% confidence between {} and {}.",
                percent(accuracy.value),
                counted(accuracy.cases, "labelled case"),
                percent(accuracy.low),
                percent(accuracy.high),
            ),
            low_x: on_axis(accuracy.low),
            value_x: on_axis(accuracy.value),
            high_x: on_axis(accuracy.high),
        }
    }
}

/// The axis of the drawing runs from 10 (a share of 0) to 310 (a share of 1).
fn on_axis(share: f64) -> String {
    format!("{:.1}", 10.0 + 300.0 * share.clamp(0.0, 1.0))
}

/// `accuracy 0.83 [0.78, 0.87] on 303 cases`
pub(crate) fn in_short(model: &ModelEntry) -> Option<String> {
    let accuracy = model.accuracy?;
    Some(format!(
        "accuracy {} [{}, {}] on {}",
        share(accuracy.value),
        share(accuracy.low),
        share(accuracy.high),
        counted(accuracy.cases, "case"),
    ))
}
