use std::ops::Range;

use plotters::chart::ChartBuilder;
use plotters::coord::combinators::BindKeyPoints;
use plotters::element::{PathElement, Rectangle};
use plotters::style::Color;

use super::ink::Ink;
use super::{Area, Drawn, NAMED, NUMBERS, draw, rounded, shortened, span, text};

/// A range of values, with the part of the cases then and now that have one of them.
pub(crate) struct Bin<'a> {
    pub(crate) name: &'a str,
    pub(crate) reference: f64,
    pub(crate) current: f64,
}

/// What the model learnt from (outline) and what it is asked now (faces). None where there is nothing to draw.
pub(crate) fn histogram(label: &str, bins: &[Bin<'_>]) -> Option<String> {
    let parts = bins.iter().flat_map(|bin| [bin.reference, bin.current]);
    let up = span(parts)?;
    Some(draw(label, 400, |area| histogram_drawn(bins, up.end, area)))
}

fn histogram_drawn(bins: &[Bin<'_>], most: f64, area: &Area<'_>) -> Drawn {
    /// So many characters have room below it.
    const ROOM: usize = 48;
    /// Of a name.
    const LONGEST: usize = 14;
    let lengths = bins.iter().map(|bin| bin.name.chars().count().min(LONGEST));
    let every = bins.len() * (lengths.max().unwrap_or(0) + 2);
    let every = every.div_ceil(ROOM).max(1);
    let named = places(bins.len()).step_by(every);
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .x_label_area_size(NUMBERS)
        .y_label_area_size(NAMED)
        .build_cartesian_2d(
            (0..end(bins.len())).with_key_points(named.collect()),
            0.0..most,
        )?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .disable_x_mesh()
        .bold_line_style(Ink::Grid)
        .axis_style(Ink::Axis)
        .x_label_formatter(&|place| shortened(bins[slot(*place)].name, LONGEST))
        .y_labels(5)
        .y_label_formatter(&|part| format!("{:.0}%", part * 100.0))
        .label_style(text(Ink::Label))
        .draw()?;
    chart.draw_series(bins.iter().enumerate().map(|(index, bin)| {
        let (left, right) = (end(index), end(index + 1));
        let corners = [(left, 0.0), (right, bin.current)];
        let mut bar = Rectangle::new(corners, Ink::Current.filled());
        bar.set_margin(0, 0, 2, 2);
        bar
    }))?;
    let outline = bins.iter().enumerate().flat_map(|(index, bin)| {
        let (left, right) = (end(index), end(index + 1));
        [(left, bin.reference), (right, bin.reference)]
    });
    let mut path = vec![(0, 0.0)];
    path.extend(outline);
    path.push((end(bins.len()), 0.0));
    chart.draw_series([PathElement::new(path, Ink::Reference)])?;
    Ok(())
}

/// A bar for each, the first at the top: to the right, or to the left for what is below zero. None where there is nothing to draw.
pub(crate) fn bars(label: &str, all: &[(&str, f64)]) -> Option<String> {
    let across = span(all.iter().map(|(_, value)| *value))?;
    let height = NAMED + 40 * u32::try_from(all.len()).ok()?;
    Some(draw(label, height, |area| {
        bars_drawn(all, across.start.min(0.0)..across.end.max(0.0), area)
    }))
}

fn bars_drawn(all: &[(&str, f64)], across: Range<f64>, area: &Area<'_>) -> Drawn {
    /// Of a name, in characters and in what one needs.
    const LONGEST: usize = 18;
    const CHARACTER: usize = 13;
    let lengths = all
        .iter()
        .map(|(name, _)| name.chars().count().min(LONGEST));
    let names = lengths.max().unwrap_or(0) * CHARACTER + 24;
    // The axis runs upwards.
    let at = |index: usize| all.len() - 1 - index;
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .margin_right(32)
        .x_label_area_size(NUMBERS)
        .y_label_area_size(u32::try_from(names).unwrap_or(NAMED))
        .build_cartesian_2d(
            across,
            (0..end(all.len())).with_key_points(places(all.len()).collect()),
        )?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .disable_y_mesh()
        .bold_line_style(Ink::Grid)
        .axis_style(Ink::Axis)
        .x_labels(5)
        .x_label_formatter(&|value| format!("{:?}", rounded(*value)))
        .y_label_formatter(&|place| shortened(all[at(slot(*place))].0, LONGEST))
        .label_style(text(Ink::Label))
        .draw()?;
    chart.draw_series(all.iter().enumerate().map(|(index, (_, value))| {
        let (bottom, top) = (end(at(index)), end(at(index) + 1));
        let corners = [(0.0, bottom), (*value, top)];
        let mut bar = Rectangle::new(corners, Ink::Series1.filled());
        bar.set_margin(6, 6, 0, 0);
        bar
    }))?;
    Ok(())
}

/// Places beside each other are two apart, so that their middles are whole numbers, too: the end of so many of them.
fn end(number: usize) -> i32 {
    i32::try_from(2 * number).unwrap_or(i32::MAX)
}

/// The middles of that many.
fn places(number: usize) -> impl Iterator<Item = i32> {
    (0..number).map(|index| end(index) + 1)
}

/// Of which place that is the middle.
fn slot(middle: i32) -> usize {
    usize::try_from(middle / 2).unwrap_or(0)
}
