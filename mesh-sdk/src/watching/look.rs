//! What a look at a model says: the mathematics is that of mesh-models, here it meets the version that answers.

use chrono::{DateTime, Utc};
use mesh_models::{
    Baseline, Estimator, Measure, Measured, ModelError, Table, Task, worse_by_chance,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::table::{Finding, FindingKind};
use crate::declaration::Found;
use crate::lifecycle::Serving;
use crate::product::ModelPlan;
use crate::scoring::said;
use crate::training::{Worth, bootstrap};

/// Of how few answers with their truth nothing is said.
pub(crate) const FEWEST: usize = 50;

/// What the answers of a version are compared with: it is kept with the version, and holds values of its cases.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reference {
    baseline: Baseline,
    /// Of yes and no alone; nothing where the cases held out are too few, or all of one kind.
    estimator: Option<Estimator>,
}

impl Reference {
    /// Of the cases held out.
    pub(crate) fn of(plan: &ModelPlan, worth: &Worth) -> Result<Reference, ModelError> {
        let Worth { table, numbers, .. } = worth;
        let categorical = &plan.declared.features.categorical;
        let taken = |feature: &&String| table.names().contains(feature);
        let categorical: Vec<String> = categorical.iter().filter(taken).cloned().collect();
        let seed = plan.declared.training.seed;
        Ok(Reference {
            baseline: Baseline::of(table, &categorical, plan.declared.predicts, numbers, seed)?,
            estimator: worth
                .labels
                .as_ref()
                .and_then(|labels| Estimator::fit(labels, numbers, 0.5, seed).ok()),
        })
    }
}

/// What a record was, and what the model said of it.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    /// Of the event of the answer.
    pub(crate) id: String,
    /// When it was given.
    pub(crate) at: String,
    /// That answered.
    pub(crate) version: u64,
    /// In the order in which they were asked for.
    pub(crate) features: Vec<f32>,
    /// What was answered: the probability of yes, those of all classes by rising class, or the quantity.
    pub(crate) outputs: Vec<f64>,
    /// The class or the quantity.
    pub(crate) prediction: f64,
}

impl Answered {
    /// In one number: the probability of yes, the class, or the quantity.
    fn number(&self, task: Task) -> f64 {
        match (task, self.outputs.first()) {
            (Task::YesOrNo, Some(probability)) => *probability,
            _ => self.prediction,
        }
    }
}

/// A look at the version that answers.
pub(crate) struct Look<'a> {
    pub(crate) plan: &'a ModelPlan,
    pub(crate) serving: &'a Serving,
    pub(crate) number: u64,
    pub(crate) at: DateTime<Utc>,
}

impl Look<'_> {
    /// Whether answers still look like the reference, and how good they are if the probabilities are right.
    pub(crate) fn drift(
        &self,
        reference: &Reference,
        answers: &[Answered],
    ) -> Result<Vec<Finding>, ModelError> {
        let mut table = Table::new(self.serving.model.features().to_vec());
        for answer in answers {
            table.push_row(&answer.features)?;
        }
        let task = self.plan.declared.predicts;
        let scores: Vec<f64> = answers.iter().map(|answer| answer.number(task)).collect();
        let nominal = self.plan.declared.watch.false_alarms;
        let report = reference.baseline.drift(&table, &scores, nominal)?;
        let drifts = report.features.iter().chain([&report.score]);
        let drifts = drifts.map(|drift| Finding {
            value: drift.psi,
            bound: drift.psi_threshold,
            found: drift.drifted.unwrap_or(false),
            detail: json!({
                "reference": report.reference,
                "level": report.level,
                "tests": drift.tests,
                "shares": drift.shares,
            }),
            ..self.finding(FindingKind::Drift, &drift.name, answers.len())
        });
        let mut findings: Vec<Finding> = drifts.collect();
        if let Some(estimator) = &reference.estimator {
            let estimate = estimator.estimate(&scores)?;
            let estimates = estimate.measures.iter();
            findings.extend(estimates.map(|(measure, measured)| {
                let kind = FindingKind::Estimate;
                self.measured(kind, *measure, *measured, estimate.cases)
            }));
        }
        Ok(findings)
    }

    /// How good answers were, whose outputs these are, now that the truth is known.
    pub(crate) fn performance(
        &self,
        outputs: &[f64],
        truth: &[f64],
    ) -> Result<Vec<Finding>, ModelError> {
        let (task, classes) = (self.plan.declared.predicts, self.serving.model.classes());
        let answers = said::judged(task, classes, outputs, truth)?;
        let seed = self.plan.declared.training.seed;
        let report = answers.report(bootstrap(truth.len(), seed))?;
        let measures = report.measures.into_iter();
        let findings = measures.map(|(measure, measured)| {
            let finding = self.measured(FindingKind::Performance, measure, measured, truth.len());
            let is_worse = measure == self.plan.compare_by && self.is_worse(measure, measured);
            let found = is_worse || self.is_beyond(measure, measured);
            let detail = json!({ "worse": is_worse });
            Finding {
                found,
                detail,
                ..finding
            }
        });
        Ok(findings.collect())
    }

    /// Whether a measure is worse than on the cases held out, beyond what chance explains.
    fn is_worse(&self, measure: Measure, now: Measured) -> bool {
        let Some(then) = self.held_out(measure) else {
            return false;
        };
        worse_by_chance(measure, then, now) <= self.plan.declared.watch.false_alarms
    }

    /// Whether a measure is beyond a bound of a rule with its whole interval.
    fn is_beyond(&self, measure: Measure, now: Measured) -> bool {
        let rules = self.plan.declared.watch.rules.iter();
        let mut bounds = rules.filter_map(|rule| match &rule.when {
            Found::Beyond(bounds) => bounds.get(&measure),
            Found::Drift | Found::Worse => None,
        });
        bounds.any(|bound| is_beyond(measure, now.interval.low, now.interval.high, *bound))
    }

    fn held_out(&self, measure: Measure) -> Option<Measured> {
        let report = self.serving.version.report.as_ref()?;
        report.measures.get(&measure).copied()
    }

    fn measured(
        &self,
        kind: FindingKind,
        measure: Measure,
        measured: Measured,
        cases: usize,
    ) -> Finding {
        Finding {
            value: Some(measured.value),
            low: Some(measured.interval.low),
            high: Some(measured.interval.high),
            bound: self.held_out(measure).map(|held_out| held_out.value),
            ..self.finding(kind, measure.name(), cases)
        }
    }

    fn finding(&self, kind: FindingKind, subject: &str, cases: usize) -> Finding {
        Finding {
            look: self.number,
            at: self.at,
            version: self.serving.version.version,
            kind,
            subject: subject.to_owned(),
            value: None,
            low: None,
            high: None,
            bound: None,
            found: false,
            cases: cases as u64,
            detail: Value::Null,
        }
    }
}

fn is_beyond(measure: Measure, low: f64, high: f64, bound: f64) -> bool {
    match measure.rises() {
        true => high < bound,
        false => low > bound,
    }
}

impl Found {
    /// Whether this is what a look found; nothing if the look was not at it.
    pub(crate) fn is_in(&self, findings: &[Finding]) -> Option<bool> {
        let of = |kind: FindingKind| findings.iter().filter(move |finding| finding.kind == kind);
        match self {
            Self::Drift => of(FindingKind::Drift)
                .map(|finding| finding.found)
                .reduce(|one, other| one || other),
            Self::Worse => of(FindingKind::Performance)
                .map(|finding| finding.detail["worse"] == true)
                .reduce(|one, other| one || other),
            Self::Beyond(bounds) => of(FindingKind::Performance)
                .map(|finding| {
                    bounds.iter().any(|(measure, bound)| {
                        let interval = finding.low.zip(finding.high);
                        measure.name() == finding.subject
                            && interval
                                .is_some_and(|(low, high)| is_beyond(*measure, low, high, *bound))
                    })
                })
                .reduce(|one, other| one || other),
        }
    }
}
