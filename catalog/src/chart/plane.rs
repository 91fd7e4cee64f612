use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::element::{Circle, PathElement};
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
    pub(crate) curves: Vec<Curve>,
    /// That of the version before: thinner, and dashed.
    pub(crate) previous: Option<Curve>,
    /// Where the model stands.
    pub(crate) mark: Option<(f64, f64)>,
}

pub(crate) struct Curve {
    /// Told beside it where there are several.
    pub(crate) name: String,
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
    let inks = (0..).map(Ink::series);
    let mut curves: Vec<(&Curve, Ink)> = plane.curves.iter().zip(inks).collect();
    curves.extend(plane.previous.iter().map(|curve| (curve, Ink::Previous)));
    let has_names = curves.len() > 1;
    for (curve, ink) in curves {
        let points = curve.points.iter().map(|(x, y)| (part(*x), part(*y)));
        let path = PathElement::new(points.collect::<Vec<_>>(), ink);
        let series = chart.draw_series([path])?;
        if has_names {
            series
                .label(&curve.name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 36, y)], ink));
        }
    }
    if let Some((x, y)) = plane.mark {
        chart.draw_series([Circle::new((part(x), part(y)), 9, Ink::Series1.filled())])?;
    }
    if has_names {
        // Both kinds of curves stay above it.
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerMiddle)
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
