mod watch;

use std::collections::BTreeMap;

use mesh_catalog::{
    Accuracy, Bound, CalibrationRange, ClassesEntry, CurvesEntry, MeasureEntry, ModelEntry, Point,
    QuantitiesEntry, QuantityRange, StageChangeEntry, VersionEntry,
};
use mesh_sdk::{
    ClassesReport, Curves, Measured, ModelState, ModelVersion, QuantitiesReport, StageChange, Task,
};

pub(super) fn entry(state: &ModelState, address: &str) -> ModelEntry {
    let described = &state.described;
    let measured_on = described.measured_on();
    let datasets = described.trained_on.datasets.iter();
    let datasets: Vec<String> = datasets
        .map(|(name, version)| format!("{name}@{version}"))
        .collect();
    let gate = state.require.iter().map(|(measure, bound)| {
        let bound = if measure.rises() {
            Bound::AtLeast(*bound)
        } else {
            Bound::AtMost(*bound)
        };
        (measure.name().to_owned(), bound)
    });
    ModelEntry {
        name: described.model.clone(),
        description: described.description.clone(),
        algorithm: described.algorithm.clone(),
        version: described.version,
        stage: format!("{:?}", described.stage),
        trained_on: match described.answers {
            None => format!(
                "{}; {} cases, {} of them held out",
                datasets.join(", "),
                described.trained_on.cases,
                measured_on
            ),
            Some(answers) => format!(
                "{}; {} cases and {answers} answers since; measured on {} other answers",
                datasets.join(", "),
                described.trained_on.cases,
                measured_on
            ),
        },
        accuracy: accuracy(described),
        auc: described
            .evaluation
            .as_ref()
            .and_then(|evaluation| evaluation.auc),
        address: format!("{address}/models/{}", described.model),
        gate: gate.collect(),
        versions: state.versions.iter().map(version).collect(),
        history: state.changes.iter().map(change).collect(),
        watch: watch::entry(state),
    }
}

fn version(version: &ModelVersion) -> VersionEntry {
    let imported = version.imported.as_ref();
    let report = version.report.as_ref();
    VersionEntry {
        version: version.version,
        stage: format!("{:?}", version.stage),
        trained_at: version.trained_at,
        algorithm: version.algorithm.clone(),
        parameters: version.parameters.clone(),
        features: version.features.clone(),
        datasets: version.trained_on.datasets.clone(),
        cases: version.trained_on.cases as u64,
        imported: imported.map(|imported| format!("by {}: {}", imported.by, imported.origin)),
        held_out: version.measured_on() as u64,
        measures: report.map_or_else(
            || without_report(version),
            |report| {
                let measures = report.measures.iter();
                measures
                    .map(|(measure, measured)| (measure.name().to_owned(), self::measure(measured)))
                    .collect()
            },
        ),
        classes: report
            .and_then(|report| report.classes.as_ref())
            .map(classes),
        quantities: report
            .and_then(|report| report.quantities.as_ref())
            .map(quantities),
        importance: version.importance.clone(),
    }
}

/// Of a model that tells classes apart.
fn accuracy(version: &ModelVersion) -> Option<Accuracy> {
    let tells_classes = version.predicts != Task::Quantity;
    let worth = version.worth().filter(|_| tells_classes)?;
    Some(Accuracy {
        value: worth.value,
        low: worth.low,
        high: worth.high,
        cases: worth.cases as u64,
    })
}

/// What is known of a version that was recorded without a report.
fn without_report(version: &ModelVersion) -> BTreeMap<String, MeasureEntry> {
    let entry = accuracy(version).map(|accuracy| MeasureEntry {
        value: accuracy.value,
        low: accuracy.low,
        high: accuracy.high,
    });
    let named = entry.map(|entry| ("accuracy".to_owned(), entry));
    named.into_iter().collect()
}

fn measure(measured: &Measured) -> MeasureEntry {
    MeasureEntry {
        value: measured.value,
        low: measured.interval.low,
        high: measured.interval.high,
    }
}

fn classes(report: &ClassesReport) -> ClassesEntry {
    let ranges = report.calibration.iter().map(|range| CalibrationRange {
        low: range.low,
        high: range.high,
        cases: range.cases,
        probability: range.probability,
        frequency: range.frequency,
    });
    ClassesEntry {
        names: report.classes.iter().map(i64::to_string).collect(),
        confusion: report.confusion.clone(),
        calibration: ranges.collect(),
        curves: report.curves.iter().map(curves).collect(),
    }
}

fn quantities(report: &QuantitiesReport) -> QuantitiesEntry {
    let ranges = report.ranges.iter().map(|range| QuantityRange {
        low: range.low,
        high: range.high,
        cases: range.cases,
        predicted: range.predicted,
        truth: range.truth,
        error: range.error,
    });
    QuantitiesEntry {
        ranges: ranges.collect(),
    }
}

fn curves(curves: &Curves) -> CurvesEntry {
    let point = |x, y| Point { x, y };
    CurvesEntry {
        class: curves.class.to_string(),
        roc: curves.roc.iter().map(|at| point(at.x, at.y)).collect(),
        precision_recall: curves
            .precision_recall
            .iter()
            .map(|at| point(at.x, at.y))
            .collect(),
    }
}

fn change(change: &StageChange) -> StageChangeEntry {
    StageChangeEntry {
        at: change.at,
        version: change.version,
        stage: format!("{:?}", change.stage),
        decided_by: change.decided_by.clone(),
        why: match change.trial {
            None if change.freezes => format!(
                "frozen, so that the mesh decides nothing until a person does: {}",
                change.why
            ),
            None => change.why.clone(),
            Some(share) => format!(
                "on trial with {} % of the calls: {}",
                share * 100.0,
                change.why
            ),
        },
    }
}
