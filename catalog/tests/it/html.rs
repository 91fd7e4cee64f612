//! A strict reading of the catalog's own HTML: it writes every end tag and quotes every attribute.

use std::collections::HashSet;

const VOID: [&str; 6] = ["meta", "link", "input", "br", "img", "hr"];

/// What stands around a document decides what may be in it.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// From the catalog, whose content security policy forbids what is inline.
    Page,
    /// Alone: its style is in it, and there is no origin to link to.
    File,
}

pub(crate) fn check(html: &str) {
    check_as(Kind::Page, html);
}

pub(crate) fn check_file(html: &str) {
    check_as(Kind::File, html);
}

/// Panics unless tags nest, ids are unique, links lead somewhere, and nothing is loaded or run that the kind of
/// document forbids.
fn check_as(kind: Kind, html: &str) {
    let mut rest = html
        .strip_prefix("<!DOCTYPE html>")
        .expect("a document type");
    let mut open: Vec<&str> = Vec::new();
    let mut ids = HashSet::new();
    let mut targets = Vec::new();
    while let Some(at) = rest.find('<') {
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(
                open.pop(),
                Some(name),
                "</{name}> before\n{}",
                &rest[..rest.len().min(200)]
            );
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let name = name.trim_end_matches('/');
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "<{tag}>");
        assert_ne!(name, "script");
        assert!(name != "style" || kind == Kind::File);
        assert!(name != "link" || kind == Kind::Page, "<{tag}>");
        for (attribute, value) in self::attributes(attributes) {
            assert!(
                !attribute.starts_with("on") && attribute != "style",
                "<{tag}>"
            );
            match attribute {
                "id" => assert!(
                    !value.contains(' ') && ids.insert(value),
                    "id {value} twice"
                ),
                "src" => panic!("<{tag}> loads something"),
                "href" | "action" => {
                    let inward = value.starts_with('/') && !value.starts_with("//");
                    assert!(
                        value.starts_with('#')
                            || (kind == Kind::Page && inward)
                            || (name == "a" && is_outward(value)),
                        "<{tag}>"
                    );
                    targets.extend(value.strip_prefix('#'));
                }
                "aria-labelledby" | "for" => targets.push(value),
                _ => {}
            }
        }
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    for target in targets {
        assert!(ids.contains(target), "nothing has the id {target}");
    }
    for part in [
        "<main",
        "<header",
        "<footer",
        "<h1",
        "lang=\"en\"",
        "class=\"skip\"",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("<h1").count(), 1);
    assert_eq!(
        html.matches("<table").count(),
        html.matches("<caption").count()
    );
    assert!(
        !html.contains("<th>"),
        "every header cell says what it heads"
    );
}

/// Leads to another site, but only once somebody follows it.
fn is_outward(url: &str) -> bool {
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

fn attributes(mut text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    loop {
        text = text.trim_start_matches([' ', '/', '\n']);
        if text.is_empty() {
            return found;
        }
        let name_end = text.find(['=', ' ']).unwrap_or(text.len());
        let name = &text[..name_end];
        text = &text[name_end..];
        if let Some(quoted) = text.strip_prefix("=\"") {
            let end = quoted.find('"').expect("a quoted value ends");
            found.push((name, &quoted[..end]));
            text = &quoted[end + 1..];
        } else {
            assert!(!text.starts_with('='), "{name} is not quoted");
            found.push((name, ""));
        }
    }
}
