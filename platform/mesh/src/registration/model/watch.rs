//! What looks at the answers of a model say -> what its page shows.

use std::collections::BTreeMap;

use mesh_catalog::{
    Bound, DriftEntry, DriftPoint, DriftRange, Finding as Found, LookEntry, SeriesEntry,
    SeriesPoint, WatchEntry,
};
use mesh_sdk::{Finding, FindingKind, ModelState};
use serde_json::Value;

/// Nothing before the first look.
pub(super) fn entry(state: &ModelState) -> Option<WatchEntry> {
    let findings = &state.findings;
    let newest = findings.last()?;
    let of = |kind: FindingKind| findings.iter().filter(move |finding| finding.kind == kind);
    let look = |kind: FindingKind| {
        let newest = of(kind).next_back()?;
        Some(LookEntry {
            version: newest.version,
            answers: newest.cases,
        })
    };
    Some(WatchEntry {
        as_of: newest.at,
        asked: look(FindingKind::Drift),
        labelled: look(FindingKind::Performance),
        measures: measures(state),
        drift: drift(findings),
        findings: of(FindingKind::Action).map(done).collect(),
    })
}

/// Measured where the truth is known, estimated else.
fn measures(state: &ModelState) -> Vec<SeriesEntry> {
    let mut series: BTreeMap<&str, Vec<SeriesPoint>> = BTreeMap::new();
    for finding in &state.findings {
        let estimated = match finding.kind {
            FindingKind::Estimate => true,
            FindingKind::Performance => false,
            FindingKind::Drift | FindingKind::Action => continue,
        };
        let Some(value) = finding.value else {
            continue;
        };
        series
            .entry(&finding.subject)
            .or_default()
            .push(SeriesPoint {
                at: finding.at,
                version: finding.version,
                value,
                low: finding.low,
                high: finding.high,
                cases: finding.cases,
                estimated,
            });
    }
    let bound = |name: &str| {
        let mut bounds = state.require.iter();
        bounds.find_map(|(measure, bound)| {
            (measure.name() == name).then(|| match measure.rises() {
                true => Bound::AtLeast(*bound),
                false => Bound::AtMost(*bound),
            })
        })
    };
    let entries = series.into_iter().map(|(measure, points)| SeriesEntry {
        measure: measure.to_owned(),
        bound: bound(measure),
        points,
    });
    entries.collect()
}

/// Of the newest look at drift, with what the looks before said of the same.
fn drift(findings: &[Finding]) -> Vec<DriftEntry> {
    let drifts = || {
        findings
            .iter()
            .filter(|finding| finding.kind == FindingKind::Drift)
    };
    let Some(newest) = drifts().next_back() else {
        return Vec::new();
    };
    let last = drifts().filter(|finding| finding.look == newest.look);
    let entries = last.filter_map(|finding| {
        let tests = finding.detail["tests"].as_array()?;
        let p = |test: &Value| test["p"].as_f64().unwrap_or(1.0);
        // The one that says most.
        let test = tests.iter().min_by(|a, b| p(a).total_cmp(&p(b)))?;
        let points = drifts().filter(|other| other.subject == finding.subject);
        let points = points.filter_map(|other| {
            Some(DriftPoint {
                at: other.at,
                psi: other.value?,
                threshold: other.bound?,
            })
        });
        let reference = finding.detail["reference"].as_u64()?;
        Some(DriftEntry {
            feature: finding.subject.clone(),
            test: test_name(test["compared"].as_str()?).to_owned(),
            statistic: test["statistic"].as_f64()?,
            threshold: test["critical"].as_f64()?,
            drifted: finding.found,
            reference_cases: reference,
            current_cases: finding.cases,
            bins: ranges(&finding.detail["shares"], reference, finding.cases),
            series: points.collect(),
        })
    });
    entries.collect()
}

fn test_name(compared: &str) -> &'static str {
    match compared {
        "values" => "Kolmogorov-Smirnov",
        "missing" => "Fisher, missing values",
        "codes" => "chi-square",
        _ => "Fisher, rare codes",
    }
}

fn ranges(shares: &Value, reference: u64, current: u64) -> Vec<DriftRange> {
    let cases = |share: &Value, of: u64| (share.as_f64().unwrap_or(0.0) * of as f64).round() as u64;
    let shares = shares.as_array().into_iter().flatten();
    let ranges = shares.filter_map(|share| {
        Some(DriftRange {
            label: share["label"].as_str()?.to_owned(),
            reference: cases(&share["reference"], reference),
            current: cases(&share["current"], current),
        })
    });
    ranges.collect()
}

fn done(action: &Finding) -> Found {
    let text = |field: &str| action.detail[field].as_str().unwrap_or_default().to_owned();
    let refused = text("refused");
    Found {
        at: action.at,
        rule: text("rule"),
        action: match refused.is_empty() {
            true => action.subject.clone(),
            false => format!("{}, not done: {refused}", action.subject),
        },
        evidence: text("why"),
    }
}
