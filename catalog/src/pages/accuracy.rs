use super::format::{count, counted, number, percent, share};
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

/// The mean absolute error of a model that predicts a quantity, which has no accuracy. No scale says what is much.
pub(crate) struct ErrorView {
    pub(crate) value: String,
    pub(crate) low: String,
    pub(crate) high: String,
    pub(crate) cases: String,
    pub(crate) sentence: String,
}

impl ErrorView {
    pub(crate) fn of(model: &ModelEntry) -> Option<Self> {
        let (error, cases) = model.error()?;
        let [value, low, high] = [error.value, error.low, error.high].map(number);
        Some(Self {
            sentence: format!(
                "Off by {value} on average over {} held out; with 95% confidence between {low} and {high}.",
                counted(cases, "case"),
            ),
            value,
            low,
            high,
            cases: count(cases),
        })
    }
}

/// `accuracy 0.83 [0.78, 0.87] on 303 cases`, `mean absolute error 1.90 [1.71, 2.10] on 303 cases`
pub(crate) fn in_short(model: &ModelEntry) -> Option<String> {
    let (name, [value, low, high], cases) = if let Some(accuracy) = model.accuracy {
        let numbers = [accuracy.value, accuracy.low, accuracy.high];
        ("accuracy", numbers.map(share), accuracy.cases)
    } else {
        let (error, cases) = model.error()?;
        let numbers = [error.value, error.low, error.high];
        ("mean absolute error", numbers.map(number), cases)
    };
    let cases = counted(cases, "case");
    Some(format!("{name} {value} [{low}, {high}] on {cases}"))
}

/// `right in 84% of 61 labelled cases (95% interval 72% to 91%)`, `off by 1.90 on average over 61 cases held out (…)`
pub(crate) fn in_words(model: &ModelEntry) -> Option<String> {
    let (told, low, high) = if let Some(accuracy) = model.accuracy {
        let cases = counted(accuracy.cases, "labelled case");
        let told = format!("right in {} of {cases}", percent(accuracy.value));
        (told, percent(accuracy.low), percent(accuracy.high))
    } else {
        let (error, cases) = model.error()?;
        let (value, cases) = (number(error.value), counted(cases, "case"));
        let told = format!("off by {value} on average over {cases} held out");
        (told, number(error.low), number(error.high))
    };
    Some(format!("{told} (95% interval {low} to {high})"))
}
