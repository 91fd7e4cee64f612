//! The page for people is made of the examples and the rules, so that it cannot say what the code does not do.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use super::examples::judged;
use super::table::{Example, GROUPS};
use super::{Change, Direction};

const INTRODUCTION: &str = include_str!("introduction.md");

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (title, examples) in GROUPS {
        write!(page, "\n## {title}\n\n").unwrap();
        page.push_str("| change | example edit | input port | output port | rule | reason |\n");
        page.push_str("|---|---|---|---|---|---|\n");
        for example in examples {
            row(&mut page, example);
        }
    }
    page
}

fn row(page: &mut String, example: &Example) {
    let diff = judged(example);
    let each = |of: fn(&Change) -> String| {
        let mut cells: Vec<String> = diff.changes().iter().map(of).collect();
        cells.dedup();
        cells.join("<br>")
    };
    let edit = match (one_line(example.from), one_line(example.to)) {
        (from, to) if to.is_empty() => format!("remove `{from}`"),
        (from, to) => format!("`{from}` → `{to}`"),
    };
    writeln!(
        page,
        "| {} | {} | {} | {} | {} | {} |",
        each(|change| cell(&change.sentence())),
        cell(&edit),
        diff.verdict(Direction::Input),
        diff.verdict(Direction::Output),
        each(|change| format!("`{}`", change.rule().id)),
        each(reason),
    )
    .unwrap();
}

fn reason(change: &Change) -> String {
    let rule = change.rule();
    let spared = change.verdict(Direction::Input) != rule.input;
    let mut reason = cell(rule.because);
    if spared {
        reason.push_str(" No producer is held to this one.");
    }
    if rule.review {
        reason.push_str(" **For review.**");
    }
    reason
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn the_page_says_what_the_rules_do() {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let path = root.join("../docs/contract-changes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/contract-changes.md is not what the rules say; UPDATE_DOCS=1 writes it"
    );
}
