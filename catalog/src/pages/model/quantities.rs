//! How near a version's predictions come, drawn from what it did on the cases held out.

use super::measure::measured;
use super::picture::{PictureView, Table};
use crate::chart;
use crate::entry::VersionEntry;
use crate::pages::format::{count, counted, number};

/// None where there are no two ranges to compare.
pub(super) fn of(version: &VersionEntry) -> Option<PictureView> {
    let ranges = &version.quantities.as_ref()?.ranges;
    let dots = ranges.iter().map(|range| (range.predicted, range.truth));
    let told = format!("{}{}", measured(version, "mae"), measured(version, "r2"));
    let rows = ranges.iter().map(|range| {
        vec![
            format!("{} to {}", number(range.low), number(range.high)),
            number(range.predicted),
            number(range.truth),
            number(range.error),
            count(range.cases),
        ]
    });
    Some(PictureView {
        anchor: "predicted-and-true".to_owned(),
        title: "Predicted and true".to_owned(),
        svg: chart::diagonal(
            &format!("Predicted and true.{told}"),
            "Mean that was predicted",
            "Mean that came true",
            &dots.collect::<Vec<_>>(),
        )?,
        caption: format!(
            "What came true against what was predicted, on average of each range of predictions.{told} {} held out. Dashed: predictions that are wholly right.",
            counted(version.held_out, "case")
        ),
        table: Table {
            head: vec![
                "Predictions",
                "Mean predicted",
                "Mean true",
                "Mean absolute error",
                "Cases",
            ],
            rows: rows.collect(),
        },
    })
}
