//! Whether the values that the model is asked about are still those that it learnt from.

use super::picture::{PictureView, Table};
use super::verdict::worst_first;
use crate::chart::{self, Bin, Sample, TimeLine};
use crate::entry::{DriftEntry, WatchEntry};
use crate::pages::format::{count, counted, day, exact, percent, score};
use crate::pages::status::Status;

pub(super) struct DriftView<'a> {
    pub(super) entry: &'a DriftEntry,
    pub(super) status: Status,
    pub(super) statistic: String,
    pub(super) threshold: String,
    pub(super) reference_cases: String,
    pub(super) current_cases: String,
    pub(super) pictures: Vec<PictureView>,
}

/// Worst first.
pub(super) fn of(watch: &WatchEntry) -> Vec<DriftView<'_>> {
    let sorted = worst_first(&watch.drift);
    let view = |(index, drift)| view(index, drift);
    sorted.into_iter().enumerate().map(view).collect()
}

fn view(index: usize, drift: &DriftEntry) -> DriftView<'_> {
    let values = drift.drifted.then(|| values(index, drift)).flatten();
    DriftView {
        entry: drift,
        status: Status::drift(drift.drifted),
        statistic: score(drift.statistic),
        threshold: score(drift.threshold),
        reference_cases: count(drift.reference_cases),
        current_cases: count(drift.current_cases),
        pictures: values.into_iter().chain(over_time(index, drift)).collect(),
    }
}

fn values(index: usize, drift: &DriftEntry) -> Option<PictureView> {
    let of_reference = drift
        .bins
        .iter()
        .map(|bin| bin.reference)
        .sum::<u64>()
        .max(1);
    let of_current = drift.bins.iter().map(|bin| bin.current).sum::<u64>().max(1);
    let bins: Vec<Bin<'_>> = drift
        .bins
        .iter()
        .map(|bin| Bin {
            name: &bin.label,
            reference: bin.reference as f64 / of_reference as f64,
            current: bin.current as f64 / of_current as f64,
        })
        .collect();
    let feature = &drift.feature;
    Some(PictureView {
        anchor: format!("drift-values-{index}"),
        title: format!("Values of {feature}"),
        svg: chart::histogram(&format!("Values of {feature}, then and now"), &bins)?,
        caption: format!(
            "Outline: the {} it learnt from. Faces: the {} it was asked about.",
            counted(drift.reference_cases, "case"),
            counted(drift.current_cases, "case")
        ),
        table: Table {
            head: vec!["Values", "Learnt from", "Share", "Asked about", "Share"],
            rows: drift
                .bins
                .iter()
                .zip(&bins)
                .map(|(bin, shares)| {
                    vec![
                        bin.label.clone(),
                        count(bin.reference),
                        percent(shares.reference),
                        count(bin.current),
                        percent(shares.current),
                    ]
                })
                .collect(),
        },
    })
}

fn over_time(index: usize, drift: &DriftEntry) -> Option<PictureView> {
    let (first, last) = (drift.series.first()?, drift.series.last()?);
    let feature = &drift.feature;
    let threshold = score(last.threshold);
    let svg = chart::over_time(&TimeLine {
        label: &format!("Drift of {feature} over time"),
        samples: drift
            .series
            .iter()
            .map(|point| Sample {
                at: point.at,
                value: point.psi,
                interval: None,
                estimated: false,
                version: None,
            })
            .collect(),
        bound: Some((last.threshold, format!("alarm from {threshold}"))),
    })?;
    Some(PictureView {
        anchor: format!("drift-over-time-{index}"),
        title: format!("Drift of {feature}"),
        svg,
        caption: format!(
            "Population stability index from {} to {}, now {}; alarm from {threshold}.",
            day(first.at),
            day(last.at),
            score(last.psi)
        ),
        table: Table {
            head: vec!["At", "PSI", "Alarm from"],
            rows: drift
                .series
                .iter()
                .map(|point| vec![exact(point.at), score(point.psi), score(point.threshold)])
                .collect(),
        },
    })
}
