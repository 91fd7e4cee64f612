mod watch;

use std::collections::BTreeMap;

use mesh_catalog::{
    Accuracy, Bound, CalibrationRange, ClassesEntry, CurvesEntry, MeasureEntry, ModelEntry, Point,
    StageChangeEntry, VersionEntry,
};
use mesh_sdk::{ClassesReport, Curves, Measured, ModelState, ModelVersion, StageChange};

pub(super) fn entry(state: &ModelState, address: &str) -> ModelEntry {
    let serving = &state.serving;
    let accuracy = serving.accuracy();
    let datasets = serving.trained_on.datasets.iter();
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
        name: serving.model.clone(),
        description: serving.description.clone(),
        algorithm: serving.algorithm.clone(),
        version: serving.version,
        stage: format!("{:?}", serving.stage),
        trained_on: match serving.answers {
            None => format!(
                "{}; {} cases, {} of them held out",
                datasets.join(", "),
                serving.trained_on.cases,
                accuracy.cases
            ),
            Some(answers) => format!(
                "{}; {} cases and {answers} answers since; measured on {} other answers",
                datasets.join(", "),
                serving.trained_on.cases,
                accuracy.cases
            ),
        },
        accuracy: Some(Accuracy {
            value: accuracy.value,
            low: accuracy.low,
            high: accuracy.high,
            cases: accuracy.cases as u64,
        }),
        auc: serving.evaluation.auc,
        address: format!("{address}/models/{}", serving.model),
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
        held_out: version.evaluation.cases as u64,
        measures: report.map_or_else(
            || accuracy(version),
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
        importance: version.importance.clone(),
    }
}

/// What is known of a version that was recorded without a report.
fn accuracy(version: &ModelVersion) -> BTreeMap<String, MeasureEntry> {
    let accuracy = version.accuracy();
    let entry = MeasureEntry {
        value: accuracy.value,
        low: accuracy.low,
        high: accuracy.high,
    };
    BTreeMap::from([("accuracy".to_owned(), entry)])
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
            None => change.why.clone(),
            Some(share) => format!(
                "on trial with {} % of the calls: {}",
                share * 100.0,
                change.why
            ),
        },
    }
}
