use plotters::chart::ChartBuilder;
use plotters::element::{Circle, PathElement, Rectangle};
use plotters::style::Color;

use super::ink::Ink;
use super::{Area, Drawn, NAMED, TEXT, draw, text};

/// Curves over two parts, each from 0 to 1.
pub(crate) struct Plane<'a> {
    /// Said in place of the picture.
    pub(crate) label: &'a str,
    pub(crate) across: &'a str,
    pub(crate) up: &'a str,
    /// From where to where a straight line shows what there is to compare with.
    pub(crate) ideal: Option<[(f64, f64); 2]>,
    pub(crate) curves: Vec<Curve<'a>>,
    /// Where the model stands.
    pub(crate) mark: Option<(f64, f64)>,
}

pub(crate) struct Curve<'a> {
    /// Told beside it where there are several.
    pub(crate) name: &'a str,
    pub(crate) points: Vec<(f64, f64)>,
}

pub(crate) fn plane(plane: &Plane<'_>) -> String {
    draw(plane.label, 680, |area| drawn(plane, area))
}

fn drawn(plane: &Plane<'_>, area: &Area<'_>) -> Drawn {
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .margin_right(28)
        .x_label_area_size(NAMED)
        .y_label_area_size(NAMED + 20)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .bold_line_style(Ink::Grid)
        .axis_style(Ink::Axis)
        .x_labels(6)
        .y_labels(6)
        .x_desc(plane.across)
        .y_desc(plane.up)
        .label_style(text(Ink::Label))
        .axis_desc_style(text(Ink::Label))
        .draw()?;
    if let Some(ends) = plane.ideal {
        chart.draw_series([PathElement::new(ends.to_vec(), Ink::Ideal)])?;
    }
    for (index, curve) in plane.curves.iter().enumerate() {
        let ink = Ink::series(index);
        let points = curve.points.iter().map(|(x, y)| (part(*x), part(*y)));
        let path = PathElement::new(points.collect::<Vec<_>>(), ink);
        let series = chart.draw_series([path])?;
        if plane.curves.len() > 1 {
            series
                .label(curve.name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 4), (x + 24, y + 4)], ink.filled()));
        }
    }
    if let Some((x, y)) = plane.mark {
        chart.draw_series([Circle::new((part(x), part(y)), 9, Ink::Series1.filled())])?;
    }
    if plane.curves.len() > 1 {
        chart
            .configure_series_labels()
            .position(plotters::chart::SeriesLabelPosition::LowerRight)
            .legend_area_size(TEXT * 2)
            .margin(16)
            .label_font(text(Ink::Label))
            .draw()?;
    }
    Ok(())
}

/// Whatever it is, it is drawn within the picture.
pub(super) fn part(value: f64) -> f64 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    }
}
