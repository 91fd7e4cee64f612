//! Whether promises are kept, out of what was checked last.

use chrono::{DateTime, Utc};

use super::format::{Moment, count, counted, listed};
use super::quality::observed;
use super::status::Status;
use crate::entry::{
    DatasetEntry, Entry, RuleResult, RuleStatus, ServiceLevelResult, ServiceLevelStatus,
};

#[cfg(test)]
mod tests;

/// Worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Broken,
    AtRisk,
    /// All or some of it was not: what is not known to be kept is not called kept.
    NotChecked,
    Kept,
}

/// How the contracts of some datasets are kept, in words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Health {
    pub(crate) standing: Standing,
    /// The worst there is to say, or that all is well.
    pub(crate) verdict: String,
    /// What stands behind the verdict: `12 of 12 rules kept`.
    pub(crate) counts: Option<String>,
    /// Nothing that was checked was checked before that.
    pub(crate) checked_at: Option<DateTime<Utc>>,
}

impl Health {
    /// Of all datasets of a product; None when they promise nothing that could be checked.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        Self::of_datasets(entry.datasets.iter())
    }

    /// Of the datasets that keep the contract of this name.
    pub(crate) fn of_contract(entry: &Entry, contract: &str) -> Option<Self> {
        let datasets = entry.datasets.iter();
        Self::of_datasets(datasets.filter(|dataset| dataset.contract == contract))
    }

    pub(crate) fn view(self, now: DateTime<Utc>) -> HealthView {
        HealthView {
            status: Status::standing(self.standing),
            verdict: self.verdict,
            counts: self.counts,
            checked: self.checked_at.map(|at| Moment::new(at, now)),
        }
    }

    fn of_datasets<'a>(datasets: impl Iterator<Item = &'a DatasetEntry>) -> Option<Self> {
        let datasets: Vec<_> = datasets.collect();
        let tally = Tally::of(&datasets);
        let is_checked = datasets.iter().any(|dataset| dataset.quality.is_some());
        let unrefreshed = datasets.iter().find(|dataset| dataset.failure.is_some());
        let nothing_promised = is_checked && tally.is_empty() && unrefreshed.is_none();
        if datasets.is_empty() || nothing_promised {
            return None;
        }
        let (standing, verdict) = if let Some(dataset) = unrefreshed.filter(|_| tally.is_kept()) {
            let verdict = format!("The last refresh of {} failed", dataset.name);
            (Standing::AtRisk, verdict)
        } else {
            tally.judge()
        };
        Some(Self {
            standing,
            verdict,
            counts: tally.counts(),
            checked_at: tally.checked_at,
        })
    }
}

pub(crate) struct HealthView {
    pub(crate) status: Status,
    pub(crate) verdict: String,
    pub(crate) counts: Option<String>,
    pub(crate) checked: Option<Moment>,
}

/// Something promised that is not so.
enum Breach<'a> {
    Rule(&'a DatasetEntry, &'a RuleResult),
    ServiceLevel(&'a DatasetEntry, &'a ServiceLevelResult),
}

impl Breach<'_> {
    fn in_words(&self) -> String {
        let (dataset, sentence, observed) = match self {
            Self::Rule(dataset, rule) => (dataset, &rule.sentence, observed(rule)),
            Self::ServiceLevel(dataset, level) => {
                (dataset, &level.sentence, level.observed.clone())
            }
        };
        let observed =
            observed.map_or_else(String::new, |observed| format!(", observed {observed}"));
        format!(
            "\u{201c}{}\u{201d} in {}{observed}",
            sentence.trim_end_matches('.'),
            dataset.name
        )
    }
}

#[derive(Default)]
struct Tally<'a> {
    broken: Vec<Breach<'a>>,
    warnings: Vec<Breach<'a>>,
    rules: u64,
    passed: u64,
    not_run: u64,
    /// Service levels that were measured; some cannot be.
    measured: u64,
    kept: u64,
    unmeasured: u64,
    checked_at: Option<DateTime<Utc>>,
}

impl<'a> Tally<'a> {
    fn of(datasets: &[&'a DatasetEntry]) -> Self {
        let mut tally = Self::default();
        for dataset in datasets {
            // Nothing has come in yet: nothing to judge by, and no reason to worry.
            let is_untouched = dataset.version == 0 && dataset.rows == 0;
            let Some(quality) = dataset.quality.as_ref().filter(|_| !is_untouched) else {
                continue;
            };
            let oldest = tally.checked_at.unwrap_or(quality.checked_at);
            tally.checked_at = Some(oldest.min(quality.checked_at));
            for rule in &quality.results {
                tally.add_rule(dataset, rule);
            }
            for level in &quality.service_levels {
                tally.add_service_level(dataset, level);
            }
        }
        tally
    }

    fn add_rule(&mut self, dataset: &'a DatasetEntry, rule: &'a RuleResult) {
        self.rules += 1;
        match rule.status {
            RuleStatus::Passed => self.passed += 1,
            RuleStatus::NotRun => self.not_run += 1,
            RuleStatus::Failed if rule.is_lenient() => {
                self.warnings.push(Breach::Rule(dataset, rule));
            }
            RuleStatus::Failed => self.broken.push(Breach::Rule(dataset, rule)),
        }
    }

    fn add_service_level(&mut self, dataset: &'a DatasetEntry, level: &'a ServiceLevelResult) {
        match level.status {
            ServiceLevelStatus::Kept => {
                self.measured += 1;
                self.kept += 1;
            }
            ServiceLevelStatus::Broken => {
                self.measured += 1;
                self.broken.push(Breach::ServiceLevel(dataset, level));
            }
            ServiceLevelStatus::NotMeasured => self.unmeasured += 1,
        }
    }

    /// Whether nothing was promised.
    fn is_empty(&self) -> bool {
        self.rules + self.measured + self.unmeasured == 0
    }

    /// Whether nothing that was checked speaks against the contracts.
    fn is_kept(&self) -> bool {
        self.broken.is_empty() && self.warnings.is_empty()
    }

    fn judge(&self) -> (Standing, String) {
        if let Some(breach) = self.broken.first() {
            let verdict = format!("Breaks its contract: {}", breach.in_words());
            return (Standing::Broken, verdict);
        }
        if let Some(breach) = self.warnings.first() {
            let verdict = format!("Keeps its contracts, with a warning: {}", breach.in_words());
            return (Standing::AtRisk, verdict);
        }
        let verdict = match (self.not_run, self.passed + self.kept) {
            (0, 0) => "Its promises are not checked yet".to_owned(),
            (0, _) => return (Standing::Kept, "Keeps its contracts".to_owned()),
            (not_run, _) => format!("{} could not be run", counted(not_run, "rule")),
        };
        (Standing::NotChecked, verdict)
    }

    fn counts(&self) -> Option<String> {
        let part = |kept: u64, of: u64, thing: &str| {
            (of > 0).then(|| format!("{} of {}", count(kept), counted(of, thing)))
        };
        let rules = part(self.passed, self.rules, "rule");
        let levels = part(self.kept, self.measured, "service level");
        let parts: Vec<String> = rules.into_iter().chain(levels).collect();
        (!parts.is_empty()).then(|| format!("{} kept", listed(&parts)))
    }
}
