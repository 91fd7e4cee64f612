//! Pictures of numbers as inline SVG: plotters lays them out, the style sheet colours them.
//!
//! All are drawn about as wide as a column of a page, in half pixels, so that their texts keep their size.

mod bars;
mod calibration;
mod diagonal;
mod ink;
mod line;
mod plane;
mod spread;
mod svg;

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::fmt::Write;

use askama::filters::{Escaper, Html};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::style::{Color, IntoTextStyle, TextStyle};

pub(crate) use bars::{Bin, bars, histogram};
pub(crate) use calibration::{Calibrated, calibration};
pub(crate) use diagonal::diagonal;
pub(crate) use line::{Sample, TimeLine, over_time};
pub(crate) use plane::{Curve, Plane, plane};
pub(crate) use spread::{Bar, spread};

use ink::Ink;
use svg::Svg;

const WIDTH: u32 = 720;
const SMALL: (u32, u32) = (320, 72);
/// Of a text, as the style sheet has it.
const TEXT: u32 = 22;
/// How much of an axis its numbers need, and its numbers and its name.
const NUMBERS: u32 = 44;
const NAMED: u32 = 76;

type Area<'a> = DrawingArea<Svg<'a>, Shift>;
type Drawn = Result<(), DrawingAreaErrorKind<Infallible>>;

/// An `<svg>` that says `label` to who does not see it.
fn draw(label: &str, height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    draw_as("plot", label, (WIDTH, height), draw)
}

/// The same as wide as a cell of a table.
fn draw_small(label: &str, draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    draw_as("plot small", label, SMALL, draw)
}

fn draw_as(
    class: &str,
    label: &str,
    (width, height): (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Drawn,
) -> String {
    let mut drawing = String::new();
    let area = Svg::new(&mut drawing, (width, height)).into_drawing_area();
    // It writes to a string, and what it draws fits: nothing of that fails.
    draw(&area).expect("charts are drawn into memory");
    drop(area);
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n{drawing}</svg>",
        escaped(label)
    )
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    // A string takes whatever is written to it.
    let _ = Html.write_escaped_str(&mut safe, text);
    safe
}

fn text(ink: Ink) -> TextStyle<'static> {
    TextStyle {
        color: ink.to_backend_color(),
        ..("sans-serif", TEXT).into_text_style(&(WIDTH, WIDTH))
    }
}

/// Text of at most that many characters.
fn shortened(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(longest.saturating_sub(1)).collect();
    let _ = short.write_char('\u{2026}');
    short
}

/// As an axis tells it: without what is lost in computing, and not as `-0`.
fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5 + 0.0
}

/// The part of an axis that shows all of these with some room, and nothing outside of 0 to 1 if they are parts. None
/// where they are not numbers to draw.
fn span(values: impl Iterator<Item = f64>) -> Option<std::ops::Range<f64>> {
    const LARGEST: f64 = 1e12;
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values {
        if value.is_nan() || value.abs() > LARGEST {
            return None;
        }
        (low, high) = (low.min(value), high.max(value));
    }
    if low > high {
        return None;
    }
    let room = (0.12 * (high - low))
        .max(0.02 * high.abs().max(low.abs()))
        .max(1e-3);
    let (from, to) = (low - room, high + room);
    Some(if low >= 0.0 && high <= 1.0 {
        from.max(0.0)..to.min(1.0)
    } else if low >= 0.0 {
        from.max(0.0)..to
    } else {
        from..to
    })
}
