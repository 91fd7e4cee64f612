//! How well a version tells classes apart, drawn from what it did on the cases held out.

use super::measure::{measured, with_interval};
use super::picture::{PictureView, Table};
use crate::chart::{self, Calibrated, Curve, Plane};
use crate::entry::{ClassesEntry, CurvesEntry, Point, VersionEntry};
use crate::pages::format::{count, counted, percent, share};

/// Beside what the version in Production before it did, if there was one.
pub(super) fn of(version: &VersionEntry, previous: Option<&VersionEntry>) -> Vec<PictureView> {
    let of_classes = version.classes.iter().flat_map(|classes| {
        [
            roc(version, classes, previous),
            precision_recall(version, classes),
            calibration(version, classes),
        ]
    });
    of_classes.flatten().collect()
}

/// `61 cases held out, 28 of class 1`
fn cases(version: &VersionEntry, classes: &ClassesEntry) -> String {
    let held_out = format!("{} held out", counted(version.held_out, "case"));
    match (classes.curves.as_slice(), classes.confusion.as_slice()) {
        ([curves], [_, of_class]) => {
            let positive = count(of_class.iter().sum());
            format!("{held_out}, {positive} of class {}", curves.class)
        }
        _ => held_out,
    }
}

/// Where a version of two classes answers: share of the first, found of the second, and right of those told.
fn operating_point(classes: &ClassesEntry) -> Option<(f64, f64, f64)> {
    let [negative, positive] = classes.confusion.as_slice() else {
        return None;
    };
    let ([true_negatives, false_positives], [false_negatives, true_positives]) =
        (negative.as_slice(), positive.as_slice())
    else {
        return None;
    };
    let part = |a: &u64, b: &u64| *a as f64 / (a + b).max(1) as f64;
    Some((
        part(false_positives, true_negatives),
        part(true_positives, false_negatives),
        part(true_positives, false_positives),
    ))
}

fn curves<'a>(
    classes: &'a ClassesEntry,
    points: impl Fn(&'a CurvesEntry) -> &'a [Point],
) -> Option<Vec<Curve>> {
    let curves: Vec<Curve> = classes
        .curves
        .iter()
        .filter(|curves| points(curves).len() > 1)
        .map(|curves| Curve {
            name: curves.class.clone(),
            points: points(curves)
                .iter()
                .map(|point| (point.x, point.y))
                .collect(),
        })
        .collect();
    (!curves.is_empty()).then_some(curves)
}

fn table(curves: &[Curve], x: &'static str, y: &'static str) -> Table {
    let is_one = curves.len() == 1;
    let rows = curves.iter().flat_map(|curve| {
        curve.points.iter().map(move |(x, y)| {
            let class = (!is_one).then(|| curve.name.clone());
            class.into_iter().chain([share(*x), share(*y)]).collect()
        })
    });
    Table {
        head: if is_one {
            vec![x, y]
        } else {
            vec!["Class", x, y]
        },
        rows: rows.collect(),
    }
}

fn named(version: &VersionEntry) -> String {
    format!("version {}", version.version)
}

/// The curve of the version before and how to tell of it, if each has a single one, of the same class.
fn before(curves: &[Curve], previous: &VersionEntry) -> Option<(Curve, String)> {
    let mut before = self::curves(previous.classes.as_ref()?, |curves| &curves.roc)?;
    let curve = before.pop()?;
    if !before.is_empty() || !matches!(curves, [one] if one.name == curve.name) {
        return None;
    }
    let name = named(previous);
    let auc = previous
        .measures
        .get("auc")
        .map_or_else(String::new, |auc| {
            format!(", AUC {}", with_interval("auc", auc))
        });
    let told = format!(" Dashed: {name}{auc}.");
    Some((Curve { name, ..curve }, told))
}

fn roc(
    version: &VersionEntry,
    classes: &ClassesEntry,
    previous: Option<&VersionEntry>,
) -> Option<PictureView> {
    let mut curves = curves(classes, |curves| &curves.roc)?;
    let mark = operating_point(classes).map(|(fallout, recall, _)| (fallout, recall));
    let table = table(&curves, "False positive rate", "True positive rate");
    let (previous, dashed) = previous
        .and_then(|previous| before(&curves, previous))
        .unzip();
    if previous.is_some() {
        curves[0].name = named(version);
    }
    let auc = measured(version, "auc");
    Some(PictureView {
        anchor: "roc".to_owned(),
        title: "ROC".to_owned(),
        svg: chart::plane(&Plane {
            label: &format!("Receiver operating characteristic.{auc}"),
            across: "False positive rate",
            up: "True positive rate",
            ideal: Some([(0.0, 0.0), (1.0, 1.0)]),
            curves,
            previous,
            mark,
        }),
        caption: format!(
            "Cases found against false alarms, at every threshold.{auc} {}.{}{} Diagonal: guessing.",
            cases(version, classes),
            key(classes),
            dashed.unwrap_or_default()
        ),
        table,
    })
}

fn precision_recall(version: &VersionEntry, classes: &ClassesEntry) -> Option<PictureView> {
    let curves = curves(classes, |curves| &curves.precision_recall)?;
    let mark = operating_point(classes).map(|(_, recall, precision)| (recall, precision));
    let table = table(&curves, "Recall", "Precision");
    let (precision, recall) = (measured(version, "precision"), measured(version, "recall"));
    let base = match classes.confusion.as_slice() {
        [negative, positive] if curves.len() == 1 => {
            let (negative, positive) = (negative.iter().sum::<u64>(), positive.iter().sum::<u64>());
            Some(positive as f64 / (negative + positive).max(1) as f64)
        }
        _ => None,
    };
    let dashed = base.map_or_else(String::new, |base| {
        format!(" Dashed: guessing, right in {}.", percent(base))
    });
    Some(PictureView {
        anchor: "precision-recall".to_owned(),
        title: "Precision and recall".to_owned(),
        svg: chart::plane(&Plane {
            label: &format!("Precision against recall.{precision}{recall}"),
            across: "Recall",
            up: "Precision",
            ideal: base.map(|base| [(0.0, base), (1.0, base)]),
            curves,
            previous: None,
            mark,
        }),
        caption: format!(
            "How many alarms are right against how many cases are found.{precision}{recall} {}.{}{dashed}",
            cases(version, classes),
            key(classes)
        ),
        table,
    })
}

fn key(classes: &ClassesEntry) -> &'static str {
    if operating_point(classes).is_some() {
        " Dot: as it answers."
    } else if classes.names.len() > 2 {
        " Lines: each class against all others."
    } else {
        ""
    }
}

fn calibration(version: &VersionEntry, classes: &ClassesEntry) -> Option<PictureView> {
    if classes.calibration.len() < 2 {
        return None;
    }
    let ranges = classes.calibration.iter().map(|range| Calibrated {
        low: range.low,
        high: range.high,
        cases: range.cases,
        probability: range.probability,
        frequency: range.frequency,
    });
    let told = format!(
        "{}{}",
        measured(version, "brier"),
        measured(version, "calibration-error")
    );
    // Of two classes it is told of one, of several of that which is answered.
    let of = if classes.names.len() > 2 {
        " of the class answered"
    } else {
        ""
    };
    let rows = classes.calibration.iter().map(|range| {
        vec![
            format!("{} to {}", share(range.low), share(range.high)),
            share(range.probability),
            share(range.frequency),
            count(range.cases),
        ]
    });
    Some(PictureView {
        anchor: "calibration".to_owned(),
        title: "Calibration".to_owned(),
        svg: chart::calibration(&format!("Calibration.{told}"), &ranges.collect::<Vec<_>>()),
        caption: format!(
            "What came true against what was told{of}, and in how many cases.{told} {}. Dashed: probabilities that are wholly right.",
            cases(version, classes)
        ),
        table: Table {
            head: vec!["Probability", "Mean told", "Came true", "Cases"],
            rows: rows.collect(),
        },
    })
}
