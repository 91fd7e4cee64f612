//! The numbers that a model is known by, each with its interval, its gate and how many cases stand behind it.

use super::measure;
use super::verdict::Seen;
use crate::entry::{Bound, ModelEntry, SeriesPoint};
use crate::pages::format::counted;

pub(super) struct FigureView {
    pub(super) title: String,
    pub(super) value: String,
    pub(super) interval: Option<String>,
    /// What it rests on, and what it has to keep.
    pub(super) basis: String,
}

/// Those with a gate, and what is usually asked for: at most that many.
const MOST: usize = 5;
const USUAL: [&str; 7] = ["accuracy", "auc", "brier", "recall", "mae", "rmse", "r2"];

pub(super) fn of(model: &ModelEntry) -> Vec<FigureView> {
    let held_out = model.described().map(|version| &version.measures);
    let live: Vec<Seen<'_>> = model
        .watch
        .iter()
        .flat_map(|watch| &watch.measures)
        .map(|series| Seen::of(series, model.version))
        .collect();
    let bound = |name: &str| {
        let watched = live.iter().find(|seen| seen.series.measure == name);
        watched
            .and_then(|seen| seen.series.bound)
            .or_else(|| model.gate.get(name).copied())
    };
    let mut names: Vec<&str> = live
        .iter()
        .map(|seen| seen.series.measure.as_str())
        .collect();
    names.extend(
        held_out
            .iter()
            .flat_map(|measures| measures.keys())
            .map(String::as_str),
    );
    names.retain(|name| bound(name).is_some() || USUAL.contains(name));
    names.sort_by_key(|name| (bound(name).is_none(), measure::rank(name), *name));
    names.dedup();
    let mut figures: Vec<FigureView> = names
        .into_iter()
        .filter_map(|name| {
            let seen = live.iter().find(|seen| seen.series.measure == name);
            match seen.and_then(|seen| seen.measured) {
                Some(point) => Some(measured(name, point, bound(name))),
                None => on_held_out(model, name, bound(name)),
            }
        })
        .take(MOST)
        .collect();
    if model.described().is_none() {
        figures.extend(of_old(model));
    }
    figures
}

fn measured(name: &str, point: &SeriesPoint, bound: Option<Bound>) -> FigureView {
    let interval = point.low.zip(point.high);
    FigureView {
        title: measure::title(name).to_owned(),
        value: measure::told(name, point.value),
        interval: interval.map(|(low, high)| measure::interval(name, low, high)),
        basis: basis(name, bound, &counted(point.cases, "labelled case")),
    }
}

fn on_held_out(model: &ModelEntry, name: &str, bound: Option<Bound>) -> Option<FigureView> {
    let version = model.described()?;
    let entry = version.measures.get(name)?;
    let cases = format!("{} held out", counted(version.held_out, "case"));
    Some(FigureView {
        title: measure::title(name).to_owned(),
        value: measure::told(name, entry.value),
        interval: Some(measure::interval(name, entry.low, entry.high)),
        basis: basis(name, bound, &cases),
    })
}

fn basis(name: &str, bound: Option<Bound>, cases: &str) -> String {
    match bound {
        Some(bound) => format!("gate {} · {cases}", measure::bound(name, bound)),
        None => cases.to_owned(),
    }
}

/// Of a model whose entry does not list its versions.
fn of_old(model: &ModelEntry) -> Vec<FigureView> {
    let accuracy = model.accuracy.map(|accuracy| FigureView {
        title: measure::title("accuracy").to_owned(),
        value: measure::told("accuracy", accuracy.value),
        interval: Some(measure::interval("accuracy", accuracy.low, accuracy.high)),
        basis: counted(accuracy.cases, "labelled case"),
    });
    let auc = model.auc.map(|auc| FigureView {
        title: measure::title("auc").to_owned(),
        value: measure::told("auc", auc),
        interval: None,
        basis: model.accuracy.map_or_else(String::new, |accuracy| {
            counted(accuracy.cases, "labelled case")
        }),
    });
    accuracy.into_iter().chain(auc).collect()
}
