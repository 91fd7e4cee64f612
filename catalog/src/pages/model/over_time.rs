use super::measure;
use super::picture::{PictureView, Table};
use crate::chart;
use crate::entry::ModelEntry;
use crate::pages::format::{count, counted, day, exact};

/// Each measure since the model answers, where there is a line to draw.
pub(super) fn of(model: &ModelEntry) -> Vec<PictureView> {
    let series = model.watch.iter().flat_map(|watch| &watch.measures);
    series
        .enumerate()
        .filter_map(|(index, series)| {
            let name = &series.measure;
            let title = measure::title(name);
            let bound = series.bound.map(|bound| {
                (
                    bound.value(),
                    format!("gate {}", measure::bound(name, bound)),
                )
            });
            let samples = series.points.iter().map(|point| chart::Sample {
                at: point.at,
                value: point.value,
                interval: point.low.zip(point.high),
                estimated: point.estimated,
                version: Some(point.version),
            });
            let svg = chart::over_time(&chart::TimeLine {
                label: &format!("{title} over time"),
                samples: samples.collect(),
                bound: bound.clone(),
            })?;
            let (first, last) = (series.points.first()?, series.points.last()?);
            let estimated = if series.points.iter().any(|point| point.estimated) {
                " Hollow: estimated, the outcomes are not known yet."
            } else {
                ""
            };
            let band = if series.points.iter().any(|point| point.low.is_some()) {
                " Band: 95% interval."
            } else {
                ""
            };
            let gate = bound.map_or_else(String::new, |(_, words)| format!("; {words}"));
            Some(PictureView {
                anchor: format!("over-time-{index}"),
                title: title.to_owned(),
                svg,
                caption: format!(
                    "From {} to {}, now {} on {}{gate}.{band}{estimated}",
                    measure::told(name, first.value),
                    measure::told(name, last.value),
                    day(last.at),
                    counted(last.cases, "case"),
                ),
                table: Table {
                    head: vec!["At", "Version", "Value", "95% interval", "Cases", "Basis"],
                    rows: series
                        .points
                        .iter()
                        .map(|point| {
                            let interval = point.low.zip(point.high);
                            vec![
                                exact(point.at),
                                point.version.to_string(),
                                measure::told(name, point.value),
                                interval.map_or_else(String::new, |(low, high)| {
                                    measure::interval(name, low, high)
                                }),
                                count(point.cases),
                                (if point.estimated {
                                    "estimated"
                                } else {
                                    "labels"
                                })
                                .to_owned(),
                            ]
                        })
                        .collect(),
                },
            })
        })
        .collect()
}
