use std::ops::Range;

use plotters::chart::ChartBuilder;
use plotters::element::{Circle, PathElement};
use plotters::style::Color;

use super::ink::Ink;
use super::{Area, Drawn, NAMED, NUMBERS, draw, rounded, span, text};

/// Dots of two quantities on one scale, and the line where both are the same. None where there are no two to compare, or
/// what there is are no numbers.
pub(crate) fn diagonal(label: &str, across: &str, up: &str, dots: &[(f64, f64)]) -> Option<String> {
    let scale = span(dots.iter().flat_map(|(x, y)| [*x, *y]))?;
    (dots.len() > 1).then(|| draw(label, 680, |area| drawn(across, up, dots, scale, area)))
}

fn drawn(across: &str, up: &str, dots: &[(f64, f64)], scale: Range<f64>, area: &Area<'_>) -> Drawn {
    /// So many characters have room beside each other, and each needs that much.
    const ROOM: usize = 48;
    const CHARACTER: u32 = 13;
    let told = |value: &f64| rounded(*value).to_string();
    // Whole numbers as they are; what has a point is short.
    let ends = [scale.start, scale.end];
    let longest = ends.map(|end| format!("{end:.0}").len());
    let longest = longest.into_iter().max().unwrap_or(0).max(5);
    let numbers = (ROOM / (longest + 2)).clamp(2, 6);
    let width = u32::try_from(longest).map_or(NUMBERS, |longest| longest * CHARACTER);
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .margin_right(width / 2)
        .x_label_area_size(NAMED)
        .y_label_area_size(width + NUMBERS)
        .build_cartesian_2d(scale.clone(), scale)?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(Ink::Grid)
        .axis_style(Ink::Axis)
        .x_labels(numbers)
        .y_labels(numbers)
        .x_label_formatter(&told)
        .y_label_formatter(&told)
        .x_desc(across)
        .y_desc(up)
        .label_style(text(Ink::Label))
        .axis_desc_style(text(Ink::Label))
        .draw()?;
    chart.draw_series([PathElement::new(ends.map(|end| (end, end)), Ink::Ideal)])?;
    chart.draw_series(
        dots.iter()
            .map(|dot| Circle::new(*dot, 8, Ink::Series1.filled())),
    )?;
    Ok(())
}
