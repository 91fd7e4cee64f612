//! The versions of a model, each beside that in Production.

use chrono::{DateTime, Utc};

use super::measure;
use crate::entry::{ModelEntry, VersionEntry};
use crate::pages::format::{Moment, count, listed};
use crate::pages::status::Status;

pub(super) struct Versions<'a> {
    /// Names of the measures shown of each.
    pub(super) measures: Vec<&'a str>,
    /// Newest first.
    pub(super) rows: Vec<VersionView<'a>>,
    /// Whether there is something to compare.
    pub(super) has_differences: bool,
}

pub(super) struct VersionView<'a> {
    pub(super) entry: &'a VersionEntry,
    pub(super) status: Status,
    pub(super) trained: Moment,
    pub(super) held_out: String,
    /// In the order of the names; empty where it was not measured.
    pub(super) measures: Vec<MeasureView>,
    /// To that in Production.
    pub(super) difference: Option<String>,
}

pub(super) struct MeasureView {
    pub(super) value: String,
    pub(super) interval: String,
}

/// How many measures there is room for.
const MOST: usize = 3;

pub(super) fn of(model: &ModelEntry, now: DateTime<Utc>) -> Versions<'_> {
    let mut names: Vec<&str> = model
        .versions
        .iter()
        .flat_map(|version| version.measures.keys())
        .map(String::as_str)
        .collect();
    names.sort_by_key(|name| (!model.gate.contains_key(*name), measure::rank(name), *name));
    names.dedup();
    names.truncate(MOST);
    let production = model
        .versions
        .iter()
        .find(|version| version.stage == "Production");
    let rows: Vec<VersionView<'_>> = model
        .versions
        .iter()
        .rev()
        .map(|version| view(version, production, &names, now))
        .collect();
    Versions {
        has_differences: rows.iter().any(|row| row.difference.is_some()),
        measures: names,
        rows,
    }
}

impl Versions<'_> {
    pub(super) fn titles(&self) -> impl Iterator<Item = &str> {
        self.measures.iter().map(|name| measure::title(name))
    }
}

fn view<'a>(
    version: &'a VersionEntry,
    production: Option<&VersionEntry>,
    names: &[&str],
    now: DateTime<Utc>,
) -> VersionView<'a> {
    let told = |name: &&str| match version.measures.get(*name) {
        Some(entry) => MeasureView {
            value: measure::told(name, entry.value),
            interval: measure::interval(name, entry.low, entry.high),
        },
        None => MeasureView {
            value: String::new(),
            interval: String::new(),
        },
    };
    VersionView {
        entry: version,
        status: Status::of(&version.stage),
        trained: Moment::new(version.trained_at, now),
        held_out: count(version.held_out),
        measures: names.iter().map(told).collect(),
        difference: production
            .filter(|production| production.version != version.version)
            .and_then(|production| difference(version, production, names)),
    }
}

/// `AUC 0.02 worse and Brier score 0.01 better`
fn difference(version: &VersionEntry, production: &VersionEntry, names: &[&str]) -> Option<String> {
    let parts: Vec<String> = names
        .iter()
        .filter_map(|name| {
            let (other, one) = (
                version.measures.get(*name)?,
                production.measures.get(*name)?,
            );
            Some(measure::difference(name, other.value, one.value))
        })
        .collect();
    (!parts.is_empty()).then(|| listed(&parts))
}
