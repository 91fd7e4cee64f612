mod bars;
mod diagonal;
mod line;
mod plane;

use plotters::style::Color;

use super::ink::Ink;
use super::{shortened, span};
use crate::assets::CSS;

const HOSTILE: &str = "\"><script>alert('&')</script>";

/// What elements of that name have as value of the attribute, in the order of the drawing.
fn all<'a>(svg: &'a str, element: &str, attribute: &str) -> Vec<&'a str> {
    let start = format!("<{element} ");
    let name = format!(" {attribute}=\"");
    svg.lines()
        .filter(|line| line.starts_with(&start))
        .filter_map(|line| line.split_once(&name)?.1.split('"').next())
        .collect()
}

fn of_class<'a>(svg: &'a str, element: &str, class: &str, attribute: &str) -> Vec<&'a str> {
    let classes = all(svg, element, "class");
    let values = all(svg, element, attribute);
    assert_eq!(classes.len(), values.len());
    let both = classes.into_iter().zip(values);
    both.filter(|(found, _)| *found == class)
        .map(|(_, value)| value)
        .collect()
}

fn number(text: &str) -> i32 {
    text.parse().unwrap()
}

fn corners(points: &str) -> Vec<(i32, i32)> {
    points
        .split(' ')
        .map(|point| point.split_once(',').unwrap())
        .map(|(x, y)| (number(x), number(y)))
        .collect()
}

#[test]
fn an_ink_survives_its_way_through_plotters() {
    for ink in Ink::ALL {
        assert_eq!(Ink::of(ink.to_rgba().to_backend_color()), ink);
    }
}

#[test]
fn four_series_take_turns() {
    for index in 0..4 {
        assert_eq!(Ink::series(index).class(), format!("series-{}", index + 1));
    }
    assert_eq!(Ink::series(4), Ink::Series1);
}

#[test]
fn the_style_sheet_knows_every_ink() {
    for ink in Ink::ALL {
        let rule = format!(".plot .{} {{", ink.class());
        assert!(CSS.content().contains(&rule), "{rule}");
    }
}

#[test]
fn an_axis_shows_all_of_its_values_and_parts_stay_parts() {
    let of = |values: &[f64]| span(values.iter().copied());
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[0.0, 1.0]), Some(0.0..1.0));
    let narrow = of(&[0.9]).unwrap();
    assert!(narrow.start < 0.9 && narrow.end > 0.9 && narrow.end <= 1.0);
    let wide = of(&[-5.0, 100.0]).unwrap();
    assert!(wide.start < -5.0 && wide.end > 100.0);
    assert!(of(&[0.0, 40.0]).unwrap().start >= 0.0);
}

#[test]
fn a_long_text_is_cut_between_characters() {
    assert_eq!(shortened("größe", 5), "größe");
    assert_eq!(shortened("größer", 5), "größ\u{2026}");
}
