//! What a version has to show before it answers. Every check is made, whatever the others found.

use std::time::Duration;

use mesh_contracts::Record;
use mesh_models::{Answers, Comparison, Measure, Model, ModelError, Scores, Task, compare};
use rustix::time::{ClockId, clock_gettime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Serving;
use crate::declaration::Promotion;
use crate::product::ModelPlan;
use crate::scoring;
use crate::scoring::said::{ascending, said};
use crate::training::{HeldOut, PARITY, bootstrap};

/// By how much a version may be worse, where nothing is declared.
const MARGIN: f64 = 0.01;
/// Calls that are timed.
const TIMED: usize = 300;

/// What the gate found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateReport {
    /// Whether every check is.
    pub passed: bool,
    pub checks: Vec<GateCheck>,
}

/// One thing that a version has to show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateCheck {
    /// `inputs`, `parity`, `require.MEASURE`, `champion`, `latency` or `golden`.
    pub check: String,
    pub passed: bool,
    /// What was found and what is asked for, in words.
    pub found: String,
    /// With the version in Production, on the same cases.
    pub comparison: Option<Comparison>,
}

impl GateReport {
    /// The checks that are not passed.
    pub fn failed(&self) -> impl Iterator<Item = &GateCheck> {
        self.checks.iter().filter(|check| !check.passed)
    }
}

impl GateCheck {
    fn new(check: impl Into<String>, passed: bool, found: impl Into<String>) -> GateCheck {
        GateCheck {
            check: check.into(),
            passed,
            found: found.into(),
            comparison: None,
        }
    }
}

/// Judges a version against what its model is declared to show, and against the version in Production.
pub(crate) fn judge(
    plan: &ModelPlan,
    challenger: &Serving,
    champion: Option<&Serving>,
    held_out: &HeldOut,
) -> Result<GateReport, ModelError> {
    let asked = &plan.declared.gate;
    let ask = |model: &Model| Answers::of(model, &held_out.table_for(model)?, &held_out.target);
    let inputs = inputs(plan, challenger);
    if !inputs.passed {
        // Nothing else can be asked of it.
        return Ok(GateReport {
            passed: false,
            checks: vec![inputs],
        });
    }
    let answers = ask(&challenger.model)?;
    let mut checks = vec![inputs, parity(challenger)];
    let bootstrap = bootstrap(held_out.cases(), plan.declared.training.seed);
    if !asked.require.is_empty() {
        let report = answers.report(bootstrap)?;
        for (&measure, &bound) in &asked.require {
            let found = report.measures.get(&measure);
            checks.push(required(measure, bound, found.map(|found| found.value)));
        }
    }
    checks.push(match champion {
        None => GateCheck::new("champion", true, "no version is in Production"),
        Some(champion) => match not_comparable(plan, &champion.model, &challenger.model) {
            None => {
                let theirs = ask(&champion.model)?;
                let comparison = compare(&theirs, &answers, plan.compare_by, bootstrap)?;
                against(plan, champion.version.version, comparison)
            }
            Some(why) => {
                let version = champion.version.version;
                let found = format!("version {version} in Production {why}: not compared");
                GateCheck::new("champion", true, found)
            }
        },
    });
    checks.push(latency(&challenger.model, held_out, asked)?);
    if !asked.golden.is_empty() {
        checks.push(golden(plan, &challenger.model)?);
    }
    Ok(GateReport {
        passed: checks.iter().all(|check| check.passed),
        checks,
    })
}

/// Why two models cannot be asked the same, if they cannot.
fn not_comparable(plan: &ModelPlan, champion: &Model, challenger: &Model) -> Option<&'static str> {
    if !takes_declared(plan, champion) {
        return Some("looks at other features");
    }
    let [theirs, own] = [champion, challenger].map(|model| ascending(model.classes()));
    (theirs != own).then_some("tells other classes apart")
}

/// Whether the artifact takes what the scoring port has for it, and takes it for what it is.
fn inputs(plan: &ModelPlan, challenger: &Serving) -> GateCheck {
    let takes = challenger.model.features();
    let outdated = challenger.version.outdated(plan);
    let passed = takes_declared(plan, &challenger.model) && outdated.is_none();
    let found = match outdated {
        Some(outdated) => format!("{outdated}: make it anew"),
        None if passed => format!("takes {} of the declared features", takes.len()),
        None => {
            let declared: Vec<&String> = plan.declared.features.all().collect();
            format!("takes {takes:?}; {declared:?} are declared")
        }
    };
    GateCheck::new("inputs", passed, found)
}

fn takes_declared(plan: &ModelPlan, model: &Model) -> bool {
    let is_declared = |feature| plan.declared.features.all().any(|known| known == feature);
    model.features().iter().all(is_declared)
}

/// Whether the artifact answers as what was trained did.
fn parity(challenger: &Serving) -> GateCheck {
    let Some(parity) = &challenger.version.parity else {
        let found = "came as a file: there is nothing to compare it with";
        return GateCheck::new("parity", true, found);
    };
    let passed = parity.largest_difference <= PARITY && parity.other_labels == 0;
    let found = format!(
        "answers differ by at most {:.1e} from those of what was trained, classes of {} of {} cases; {PARITY:.0e} and 0 are \
         allowed",
        parity.largest_difference, parity.other_labels, parity.cases
    );
    GateCheck::new("parity", passed, found)
}

fn required(measure: Measure, bound: f64, found: Option<f64>) -> GateCheck {
    let name = measure.name();
    let check = format!("require.{name}");
    let Some(value) = found else {
        let found = format!("{name} is not defined on the cases held out");
        return GateCheck::new(check, false, found);
    };
    let (passed, asked) = match measure.rises() {
        true => (value >= bound, "at least"),
        false => (value <= bound, "at most"),
    };
    let found = format!("{name} is {value:.4}, {asked} {bound} is asked for");
    GateCheck::new(check, passed, found)
}

/// Judges the comparison with a version in Production; there is none where the cases do not define the measure.
fn against(plan: &ModelPlan, champion: u64, comparison: Option<Comparison>) -> GateCheck {
    let Some(comparison) = comparison else {
        let name = plan.compare_by.name();
        let found =
            format!("{name} is not defined on the cases held out: compare by another measure");
        return GateCheck::new("champion", false, found);
    };
    let margin = plan
        .declared
        .gate
        .margin
        .unwrap_or(match plan.declared.predicts {
            Task::YesOrNo | Task::Class => MARGIN,
            Task::Quantity => MARGIN * comparison.champion.abs(),
        });
    compared(champion, comparison, margin)
}

/// Refuses what is worse beyond doubt, and what looks worse by more than the margin.
fn compared(champion: u64, comparison: Comparison, margin: f64) -> GateCheck {
    let better = comparison.better_by;
    let passed = better.value >= -margin && better.interval.high >= 0.0;
    let found = format!(
        "{} is {:.4}, that of version {champion} in Production {:.4}: {} by {:.4} [{:.4}, {:.4}] on {} cases; worse by \
         {margin} at most, and not beyond doubt, is asked for",
        comparison.measure.name(),
        comparison.challenger,
        comparison.champion,
        if better.value >= 0.0 {
            "better"
        } else {
            "worse"
        },
        better.value.abs(),
        better.interval.low,
        better.interval.high,
        comparison.cases,
    );
    GateCheck {
        comparison: Some(comparison),
        ..GateCheck::new("champion", passed, found)
    }
}

/// How long nine of ten records take, one at a time.
fn latency(model: &Model, held_out: &HeldOut, asked: &Promotion) -> Result<GateCheck, ModelError> {
    let table = held_out.table_for(model)?;
    let rows = table.rows();
    let mut scores = Scores::new();
    let mut times = Vec::with_capacity(TIMED);
    for call in 0..TIMED {
        let row = table.row(call % rows);
        let began = processor_time();
        match model.score(row, &mut scores) {
            Ok(()) | Err(ModelError::UndefinedScore { .. }) => {
                times.push(processor_time().saturating_sub(began));
            }
            Err(error) => return Err(error),
        }
    }
    times.sort_unstable();
    let found = times.get(TIMED * 9 / 10).copied().unwrap_or(Duration::MAX);
    let told = format!(
        "nine of ten records are scored within {found:.1?} of the processor's time, {:.1?} is allowed",
        asked.latency()
    );
    Ok(GateCheck::new("latency", found <= asked.latency(), told))
}

/// The processor's time that this thread has taken. It gives way to all others, and how long it waits for them says nothing of the version.
fn processor_time() -> Duration {
    let taken = clock_gettime(ClockId::ThreadCPUTime);
    // It counts from 0 and cannot be negative.
    Duration::try_from(taken).unwrap_or_default()
}

/// Whether the examples that are declared get the answers that are declared.
fn golden(plan: &ModelPlan, model: &Model) -> Result<GateCheck, ModelError> {
    let examples = &plan.declared.gate.golden;
    let mut wrong = Vec::new();
    for (index, golden) in examples.iter().enumerate() {
        let row = row(model, &golden.record);
        let mut scores = Scores::new();
        model.score(&row, &mut scores)?;
        let said = said(plan.declared.predicts, model, &scores).next();
        let said = said.and_then(|said| said.prediction());
        if !said.is_some_and(|said| (said - golden.prediction).abs() <= golden.within) {
            let within = match golden.within {
                0.0 => String::new(),
                within => format!(" within {within}"),
            };
            wrong.push(format!(
                "example {index} is {}, not {}{within}",
                said.map_or_else(|| "nothing".to_owned(), |said| said.to_string()),
                golden.prediction
            ));
        }
    }
    let found = match wrong.is_empty() {
        true => format!("all {} examples are answered as declared", examples.len()),
        false => wrong.join("; "),
    };
    Ok(GateCheck::new("golden", wrong.is_empty(), found))
}

fn row(model: &Model, record: &Record) -> Vec<f32> {
    let features = model.features().iter();
    features
        .map(|feature| scoring::number(record.get(feature)))
        .collect()
}

#[cfg(test)]
mod tests;
