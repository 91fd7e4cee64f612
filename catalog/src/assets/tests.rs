//! Contrast by WCAG 2: text needs 4.5, the edges of controls and the marks of drawings need 3.

use std::collections::HashMap;

use super::CSS;

type Colours = HashMap<String, [f64; 3]>;

fn colours(block: &str) -> Colours {
    block
        .lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
            let rgb = u32::from_str_radix(value.strip_suffix(';')?, 16).ok()?;
            Some((
                name.to_owned(),
                [16, 8, 0].map(|shift| f64::from((rgb >> shift) & 0xff) / 255.0),
            ))
        })
        .collect()
}

fn themes() -> [(&'static str, Colours); 2] {
    let (light, rest) = CSS
        .content
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let (dark, _) = rest.split_once("\n}\n").unwrap();
    [("light", colours(light)), ("dark", colours(dark))]
}

fn luminance(colour: &[f64; 3]) -> f64 {
    let [r, g, b] = colour.map(|c| {
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn black_on_white_is_21() {
    assert!((contrast(&[0.0; 3], &[1.0; 3]) - 21.0).abs() < 0.001);
}

#[test]
fn both_themes_define_the_same_colours() {
    let [(_, light), (_, dark)] = themes();
    let names = |colours: &Colours| {
        let mut names: Vec<_> = colours.keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&light), names(&dark));
    assert!(light.len() >= 18, "{light:?}");
}

#[test]
fn every_text_can_be_read_on_every_ground_it_stands_on() {
    let tones = ["ok", "warn", "bad", "info", "muted"];
    for (theme, colours) in themes() {
        let mut pairs = vec![("text".to_owned(), "bg"), ("text".to_owned(), "surface")];
        for ink in ["accent", "muted", "ok", "warn", "bad", "info"] {
            pairs.push((ink.to_owned(), "bg"));
            pairs.push((ink.to_owned(), "surface"));
        }
        pairs.push(("on-accent".to_owned(), "accent"));
        pairs.push(("text".to_owned(), "info-tint"));
        let tints: Vec<String> = tones.iter().map(|tone| format!("{tone}-tint")).collect();
        pairs.extend(
            tones
                .iter()
                .zip(&tints)
                .map(|(tone, tint)| ((*tone).to_owned(), tint.as_str())),
        );
        for (ink, ground) in pairs {
            let ratio = contrast(&colours[&ink], &colours[ground]);
            assert!(ratio >= 4.5, "{theme}: {ink} on {ground} has {ratio:.2}");
        }
    }
}

#[test]
fn edges_of_controls_and_marks_of_drawings_can_be_seen() {
    for (theme, colours) in themes() {
        for (ink, ground) in [
            ("border", "bg"),
            ("border", "surface"),
            ("series-1", "bg"),
            ("series-1", "surface"),
            ("series-2", "bg"),
            ("series-3", "bg"),
            ("series-4", "bg"),
        ] {
            let ratio = contrast(&colours[ink], &colours[ground]);
            assert!(ratio >= 3.0, "{theme}: {ink} on {ground} has {ratio:.2}");
        }
    }
}

#[test]
fn the_style_sheet_names_colours_only_as_tokens() {
    let (_, rules) = CSS.content.split_once("*, *::before").unwrap();
    assert!(
        !rules.contains('#'),
        "a colour outside the tokens escapes these checks"
    );
}

#[test]
fn an_asset_is_named_by_its_content() {
    let path = CSS.path();
    let hash = path
        .strip_prefix("/catalog/assets/catalog-")
        .and_then(|rest| rest.strip_suffix(".css"))
        .unwrap();
    assert_eq!(hash.len(), 16);
    assert_ne!(
        super::Asset::new("catalog", "css", "text/css", "other").path(),
        path
    );
}
