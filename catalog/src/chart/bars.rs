use plotters::chart::ChartBuilder;
use plotters::coord::ranged1d::{IntoSegmentedCoord, SegmentValue};
use plotters::element::{PathElement, Rectangle};
use plotters::style::Color;

use super::ink::Ink;
use super::{Area, Drawn, NAMED, NUMBERS, draw, shortened, span, text};

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
    /// That many names have room beside each other, if they are that long.
    const ROOM: usize = 48;
    let longest = bins.iter().map(|bin| bin.name.chars().count()).max();
    let longest = longest.unwrap_or(0).clamp(1, 14);
    let every = (bins.len() * (longest + 2)).div_ceil(ROOM).max(1);
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .x_label_area_size(NUMBERS)
        .y_label_area_size(NAMED)
        .build_cartesian_2d((0..bins.len() - 1).into_segmented(), 0.0..most)?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .disable_x_mesh()
        .bold_line_style(Ink::Grid)
        .axis_style(Ink::Axis)
        .x_labels(bins.len())
        .x_label_formatter(&|at| match at {
            SegmentValue::CenterOf(bin) if bin % every == 0 => bins
                .get(*bin)
                .map_or_else(String::new, |bin| shortened(bin.name, longest)),
            _ => String::new(),
        })
        .y_labels(5)
        .y_label_formatter(&|part| format!("{:.0}%", part * 100.0))
        .label_style(text(Ink::Label))
        .draw()?;
    chart.draw_series(bins.iter().enumerate().map(|(index, bin)| {
        let mut bar = Rectangle::new(
            [
                (SegmentValue::Exact(index), 0.0),
                (SegmentValue::Exact(index + 1), bin.current),
            ],
            Ink::Current.filled(),
        );
        bar.set_margin(0, 0, 2, 2);
        bar
    }))?;
    let outline = bins.iter().enumerate().flat_map(|(index, bin)| {
        [
            (SegmentValue::Exact(index), bin.reference),
            (SegmentValue::Exact(index + 1), bin.reference),
        ]
    });
    let start = [(SegmentValue::Exact(0), 0.0)];
    let end = [(SegmentValue::Exact(bins.len()), 0.0)];
    let path: Vec<_> = start.into_iter().chain(outline).chain(end).collect();
    chart.draw_series([PathElement::new(path, Ink::Reference)])?;
    Ok(())
}

/// A bar to the right for each, in their order. None where there is nothing to draw.
pub(crate) fn bars(label: &str, all: &[(&str, f64)]) -> Option<String> {
    /// Of the names.
    const LONGEST: usize = 18;
    let across = span(all.iter().map(|(_, value)| *value))?;
    let longest = all
        .iter()
        .map(|(name, _)| name.chars().count().min(LONGEST))
        .max()?;
    let height = NAMED + 40 * u32::try_from(all.len()).ok()?;
    let names = 14 * u32::try_from(longest).ok()? + 24;
    Some(draw(label, height, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(16)
            .margin_right(32)
            .x_label_area_size(NUMBERS)
            .y_label_area_size(names)
            .build_cartesian_2d(0.0..across.end, (0..all.len() - 1).into_segmented())?;
        // The first is at the top.
        let place = |index: usize| all.len() - 1 - index;
        chart
            .configure_mesh()
            .max_light_lines(0)
            .disable_y_mesh()
            .bold_line_style(Ink::Grid)
            .axis_style(Ink::Axis)
            .x_labels(5)
            .y_labels(all.len())
            .y_label_formatter(&|at| match at {
                SegmentValue::CenterOf(bar) if *bar < all.len() => {
                    shortened(all[place(*bar)].0, LONGEST)
                }
                _ => String::new(),
            })
            .label_style(text(Ink::Label))
            .draw()?;
        chart.draw_series(all.iter().enumerate().map(|(index, (_, value))| {
            let bottom = SegmentValue::Exact(place(index));
            let top = SegmentValue::Exact(place(index) + 1);
            let mut bar = Rectangle::new(
                [(0.0, bottom), (value.max(0.0), top)],
                Ink::Series1.filled(),
            );
            bar.set_margin(6, 6, 0, 0);
            bar
        }))?;
        Ok(())
    }))
}
