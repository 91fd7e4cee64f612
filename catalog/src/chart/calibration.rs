use plotters::chart::ChartBuilder;
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::style::Color;

use super::ink::Ink;
use super::plane::part;
use super::{Area, Drawn, NAMED, draw, text};

/// The cases of a range of probability.
pub(crate) struct Calibrated {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) cases: u64,
    /// Mean of what was told.
    pub(crate) probability: f64,
    /// Share of what came.
    pub(crate) frequency: f64,
}

/// What came against what was told, with the numbers of cases below it.
pub(crate) fn calibration(label: &str, ranges: &[Calibrated]) -> String {
    const HEIGHT: u32 = 680;
    draw(label, HEIGHT, |area| {
        let (upper, lower) = area.split_vertically(HEIGHT - 170);
        frequencies(&upper, ranges)?;
        cases(&lower, ranges)
    })
}

fn frequencies(area: &Area<'_>, ranges: &[Calibrated]) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .margin_right(28)
        .margin_bottom(8)
        .x_label_area_size(8)
        .y_label_area_size(NAMED + 20)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(Ink::Grid)
        .axis_style(Ink::Axis)
        .x_labels(6)
        .x_label_formatter(&|_| String::new())
        .y_labels(6)
        .y_desc("Share that came true")
        .label_style(text(Ink::Label))
        .axis_desc_style(text(Ink::Label))
        .draw()?;
    chart.draw_series([PathElement::new(vec![(0.0, 0.0), (1.0, 1.0)], Ink::Ideal)])?;
    let points: Vec<(f64, f64)> = ranges
        .iter()
        .map(|range| (part(range.probability), part(range.frequency)))
        .collect();
    chart.draw_series(
        points
            .iter()
            .map(|point| Circle::new(*point, 8, Ink::Series1.filled())),
    )?;
    chart.draw_series([PathElement::new(points, Ink::Series1)])?;
    Ok(())
}

fn cases(area: &Area<'_>, ranges: &[Calibrated]) -> Drawn {
    let most = ranges.iter().map(|range| range.cases).max().unwrap_or(0);
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .margin_right(28)
        .margin_top(0)
        .x_label_area_size(NAMED)
        .y_label_area_size(NAMED + 20)
        .build_cartesian_2d(0.0..1.0, 0.0..most.max(1) as f64)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .axis_style(Ink::Axis)
        .x_labels(6)
        .y_labels(2)
        .y_label_formatter(&|cases| format!("{cases:.0}"))
        .x_desc("Probability that was told")
        .y_desc("Cases")
        .label_style(text(Ink::Label))
        .axis_desc_style(text(Ink::Label))
        .draw()?;
    chart.draw_series(ranges.iter().map(|range| {
        Rectangle::new(
            [
                (part(range.low), 0.0),
                (part(range.high), range.cases as f64),
            ],
            Ink::Current.filled(),
        )
    }))?;
    Ok(())
}
