//! What measures of models are called, and how their numbers are told.

use crate::entry::{Bound, MeasureEntry, VersionEntry};
use crate::pages::format::{number, share};

struct Known {
    name: &'static str,
    title: &'static str,
    /// Whether more is better.
    rises: bool,
    /// Whether it is told with two digits; in the unit of what is predicted otherwise.
    share: bool,
}

const fn known(name: &'static str, title: &'static str, rises: bool, share: bool) -> Known {
    Known {
        name,
        title,
        rises,
        share,
    }
}

/// In the order of their telling. One that is not among them is shown by its name.
const KNOWN: [Known; 12] = [
    known("accuracy", "Accuracy", true, true),
    known("auc", "AUC", true, true),
    known("brier", "Brier score", false, true),
    known("recall", "Recall", true, true),
    known("precision", "Precision", true, true),
    known("f1", "F1", true, true),
    known("calibration-error", "Calibration error", false, true),
    known("log-loss", "Log loss", false, true),
    known("mae", "Mean absolute error", false, false),
    known("rmse", "Root mean squared error", false, false),
    known("mape", "Mean absolute percentage error", false, true),
    known("r2", "R²", true, true),
];

fn find(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

/// Where it stands among others.
pub(super) fn rank(name: &str) -> usize {
    KNOWN
        .iter()
        .position(|known| known.name == name)
        .unwrap_or(KNOWN.len())
}

pub(super) fn title(name: &str) -> &str {
    find(name).map_or(name, |known| known.title)
}

pub(super) fn told(name: &str, value: f64) -> String {
    if find(name).is_some_and(|known| known.share) {
        share(value)
    } else {
        number(value)
    }
}

/// `[0.84, 0.92]`
pub(super) fn interval(name: &str, low: f64, high: f64) -> String {
    format!("[{}, {}]", told(name, low), told(name, high))
}

/// `0.88 [0.84, 0.92]`
pub(super) fn with_interval(name: &str, measure: &MeasureEntry) -> String {
    format!(
        "{} {}",
        told(name, measure.value),
        interval(name, measure.low, measure.high)
    )
}

/// ` AUC 0.91 [0.84, 0.96].`, where it was measured.
pub(super) fn measured(version: &VersionEntry, name: &str) -> String {
    version
        .measures
        .get(name)
        .map_or_else(String::new, |entry| {
            format!(" {} {}.", title(name), with_interval(name, entry))
        })
}

/// `at least 0.85`
pub(super) fn bound(name: &str, bound: Bound) -> String {
    let side = match bound {
        Bound::AtLeast(_) => "at least",
        Bound::AtMost(_) => "at most",
    };
    format!("{side} {}", told(name, bound.value()))
}

/// `AUC 0.02 worse`: what another version has against one.
pub(super) fn difference(name: &str, other: f64, one: f64) -> String {
    let size = told(name, (other - one).abs());
    let title = title(name);
    if size.chars().all(|c| matches!(c, '0' | '.')) {
        return format!("{title} the same");
    }
    let word = match find(name).map(|known| known.rises == (other > one)) {
        Some(true) => "better",
        Some(false) => "worse",
        None if other > one => "higher",
        None => "lower",
    };
    format!("{title} {size} {word}")
}
