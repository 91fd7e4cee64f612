use chrono::{DateTime, TimeDelta, Utc};
use plotters::chart::ChartBuilder;
use plotters::element::{Circle, PathElement, Polygon, Text};
use plotters::style::{Color, ShapeStyle};
use plotters_backend::text_anchor::{HPos, Pos, VPos};

use super::ink::Ink;
use super::{Area, Drawn, NAMED, NUMBERS, draw, span, text};

/// A number over time.
pub(crate) struct TimeLine<'a> {
    /// Said in place of the picture.
    pub(crate) label: &'a str,
    /// Oldest first.
    pub(crate) samples: Vec<Sample>,
    /// How far it may go, and how to say so.
    pub(crate) bound: Option<(f64, String)>,
}

pub(crate) struct Sample {
    pub(crate) at: DateTime<Utc>,
    pub(crate) value: f64,
    pub(crate) interval: Option<(f64, f64)>,
    /// Drawn hollow.
    pub(crate) estimated: bool,
    /// Where it is another than that before, a line says so.
    pub(crate) version: Option<u64>,
}

/// None where there are not two moments to draw a line between, or what there is are no numbers.
pub(crate) fn over_time(line: &TimeLine<'_>) -> Option<String> {
    let (first, last) = (line.samples.first()?, line.samples.last()?);
    let values = line.samples.iter().flat_map(|sample| {
        let (low, high) = sample.interval.unwrap_or((sample.value, sample.value));
        [low, sample.value, high]
    });
    let up = span(values.chain(line.bound.iter().map(|(bound, _)| *bound)))?;
    let across = days(first.at)..days(last.at);
    (across.start < across.end).then(|| draw(line.label, 400, |area| drawn(line, across, up, area)))
}

fn days(at: DateTime<Utc>) -> f64 {
    at.timestamp() as f64 / 86_400.0
}

fn drawn(
    line: &TimeLine<'_>,
    across: std::ops::Range<f64>,
    up: std::ops::Range<f64>,
    area: &Area<'_>,
) -> Drawn {
    let (start, length) = (across.start, across.end - across.start);
    let (bottom, top) = (up.start, up.end);
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .margin_right(32)
        .x_label_area_size(NUMBERS)
        .y_label_area_size(NAMED)
        .build_cartesian_2d(across, up)?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .disable_x_mesh()
        .bold_line_style(Ink::Grid)
        .axis_style(Ink::Axis)
        .x_labels(5)
        .x_label_formatter(&|at| date(*at, length))
        .y_labels(5)
        .label_style(text(Ink::Label))
        .draw()?;
    for stretch in stretches(&line.samples) {
        let lows = stretch
            .iter()
            .filter_map(|sample| Some((days(sample.at), sample.interval?.0)));
        let highs = stretch
            .iter()
            .filter_map(|sample| Some((days(sample.at), sample.interval?.1)));
        let band: Vec<(f64, f64)> = lows.chain(highs.rev()).collect();
        chart.draw_series([Polygon::new(band, Ink::Band)])?;
    }
    if let Some((bound, words)) = &line.bound {
        let ends = vec![(start, *bound), (start + length, *bound)];
        chart.draw_series([PathElement::new(ends, Ink::Bound)])?;
        let style = text(Ink::Bound).pos(Pos::new(HPos::Left, VPos::Bottom));
        chart.draw_series([Text::new(
            words.clone(),
            (start + 0.02 * length, *bound),
            style,
        )])?;
    }
    for stretch in stretches(&line.samples) {
        let points: Vec<(f64, f64)> = stretch
            .iter()
            .map(|sample| (days(sample.at), sample.value))
            .collect();
        chart.draw_series([PathElement::new(points, Ink::Series1)])?;
    }
    for pair in line.samples.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        if let Some(version) = after.version.filter(|_| before.version != after.version) {
            let at = days(after.at);
            let style = text(Ink::Label).pos(Pos::new(HPos::Left, VPos::Top));
            chart.draw_series([PathElement::new(vec![(at, bottom), (at, top)], Ink::Change)])?;
            chart.draw_series([Text::new(format!(" v{version}"), (at, top), style)])?;
        }
    }
    let marks = line.samples.iter().map(|sample| {
        let style: ShapeStyle = if sample.estimated {
            Ink::Series1.into()
        } else {
            Ink::Series1.filled()
        };
        Circle::new((days(sample.at), sample.value), 7, style)
    });
    chart.draw_series(marks)?;
    Ok(())
}

/// Moments of one version each: between versions nothing was in between.
fn stretches(samples: &[Sample]) -> impl Iterator<Item = &[Sample]> {
    samples.chunk_by(|before, after| before.version == after.version)
}

fn date(days: f64, length: f64) -> String {
    let at = DateTime::UNIX_EPOCH + TimeDelta::seconds((days * 86_400.0).round() as i64);
    let format = if length < 3.0 {
        "%-d %b %H:%M"
    } else {
        "%-d %b"
    };
    at.format(format).to_string()
}
