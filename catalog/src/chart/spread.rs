use plotters::chart::ChartBuilder;
use plotters::element::{PathElement, Rectangle};
use plotters::style::Color;

use super::ink::Ink;
use super::{Area, Drawn, draw_small};

/// From where to where a bar reaches across, and what it stands for: its area.
pub(crate) struct Bar {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) rows: f64,
}

impl Bar {
    fn height(&self) -> f64 {
        self.rows / (self.to - self.from)
    }
}

/// A histogram so small that it stands in a table, without numbers. None where there is nothing to draw.
pub(crate) fn spread(label: &str, bars: &[Bar]) -> Option<String> {
    let highest = bars.iter().map(Bar::height).fold(0.0, f64::max);
    let (first, last) = (bars.first()?, bars.last()?);
    let is_drawn = highest > 0.0 && highest.is_finite() && first.from < last.to;
    is_drawn.then(|| draw_small(label, |area| drawn(bars, highest, area)))
}

fn drawn(bars: &[Bar], highest: f64, area: &Area<'_>) -> Drawn {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return Ok(());
    };
    let (from, to) = (first.from, last.to);
    let mut chart = ChartBuilder::on(area)
        .margin_top(2)
        .margin_bottom(2)
        .build_cartesian_2d(from..to, 0.0..highest)?;
    chart.draw_series(bars.iter().map(|bar| {
        let corners = [(bar.from, 0.0), (bar.to, bar.height())];
        let mut bar = Rectangle::new(corners, Ink::Series1.filled());
        bar.set_margin(0, 0, 1, 1);
        bar
    }))?;
    chart.draw_series([PathElement::new(vec![(from, 0.0), (to, 0.0)], Ink::Axis)])?;
    Ok(())
}
