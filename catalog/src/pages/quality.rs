//! How the promises of a dataset's contract were kept, row by row.

use chrono::{DateTime, Utc};

use super::format::{Moment, number};
use super::health::Standing;
use super::status::Status;
use crate::entry::{
    DatasetEntry, Entry, RuleResult, RuleStatus, ServiceLevelResult, ServiceLevelStatus,
};
use crate::links;

/// One dataset of which something was promised.
pub(super) struct QualityView<'a> {
    pub(super) dataset: &'a str,
    pub(super) anchor: String,
    pub(super) version: i64,
    pub(super) checked: Moment,
    pub(super) rules: Vec<RuleView<'a>>,
    pub(super) levels: Vec<LevelView<'a>>,
}

pub(super) struct RuleView<'a> {
    pub(super) result: &'a RuleResult,
    /// Where the page describes the column the rule is about.
    pub(super) column: Option<String>,
    pub(super) observed: Option<String>,
    pub(super) status: Status,
}

pub(super) struct LevelView<'a> {
    pub(super) result: &'a ServiceLevelResult,
    pub(super) status: Status,
}

/// All datasets that were checked and promise anything.
pub(super) fn of(entry: &Entry, now: DateTime<Utc>) -> Vec<QualityView<'_>> {
    let datasets = entry.datasets.iter();
    datasets
        .filter_map(|dataset| view(entry, dataset, now))
        .filter(|view| !view.rules.is_empty() || !view.levels.is_empty())
        .collect()
}

fn view<'a>(
    entry: &Entry,
    dataset: &'a DatasetEntry,
    now: DateTime<Utc>,
) -> Option<QualityView<'a>> {
    let quality = dataset.quality.as_ref()?;
    let rule = |result: &'a RuleResult| RuleView {
        column: column_anchor(entry, dataset, result),
        observed: observed(result),
        status: Status::standing(rule_standing(result)),
        result,
    };
    let level = |result: &'a ServiceLevelResult| LevelView {
        status: Status::standing(level_standing(result)),
        result,
    };
    Some(QualityView {
        dataset: &dataset.name,
        anchor: links::quality_anchor(&dataset.name),
        version: quality.version,
        checked: Moment::new(quality.checked_at, now),
        rules: quality.results.iter().map(rule).collect(),
        levels: quality.service_levels.iter().map(level).collect(),
    })
}

/// What was observed, in the unit of what is promised.
pub(super) fn observed(rule: &RuleResult) -> Option<String> {
    let unit = if rule.threshold.ends_with('%') {
        " %"
    } else {
        ""
    };
    rule.observed
        .map(|value| format!("{}{unit}", number(value)))
}

fn rule_standing(rule: &RuleResult) -> Standing {
    match rule.status {
        RuleStatus::Passed => Standing::Kept,
        RuleStatus::Failed if rule.is_lenient() => Standing::AtRisk,
        RuleStatus::Failed => Standing::Broken,
        RuleStatus::NotRun => Standing::NotChecked,
    }
}

fn level_standing(level: &ServiceLevelResult) -> Standing {
    match level.status {
        ServiceLevelStatus::Kept => Standing::Kept,
        ServiceLevelStatus::Broken => Standing::Broken,
        ServiceLevelStatus::NotMeasured => Standing::NotChecked,
    }
}

fn column_anchor(entry: &Entry, dataset: &DatasetEntry, rule: &RuleResult) -> Option<String> {
    let property = rule.property.as_deref()?;
    let mut contracts = entry.contracts.iter();
    let contract = contracts.find(|contract| contract.name == dataset.contract)?;
    let mut fields = contract.fields.iter();
    fields
        .any(|field| field.path == property)
        .then(|| links::column_anchor(&contract.name, property))
}
