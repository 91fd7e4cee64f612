//! Every example is judged as the table says.

use super::table::{BASE, Example, GROUPS};
use super::{Diff, Direction, compare, rules};
use crate::Contract;

pub(super) fn all() -> impl Iterator<Item = &'static Example> {
    GROUPS.iter().flat_map(|(_, examples)| *examples)
}

pub(super) fn judged(example: &Example) -> Diff {
    let replace = |yaml: String, (from, to): (&str, &str)| {
        assert_eq!(yaml.matches(from).count(), 1, "{from} -> {to}");
        yaml.replace(from, to)
    };
    let given = example.given.iter().copied();
    let old = given.fold(BASE.to_owned(), replace);
    let new = replace(old.clone(), (example.from, example.to));
    compare(&old, &new)
}

#[test]
fn the_base_document_is_a_contract() {
    Contract::parse("base.yaml", BASE).unwrap();
}

#[test]
fn every_example_is_judged_as_the_table_says() {
    let mut wrong = Vec::new();
    for example in all() {
        let diff = judged(example);
        let ids: Vec<_> = diff
            .changes()
            .iter()
            .map(|change| change.rule().id)
            .collect();
        let found = (
            diff.verdict(Direction::Input),
            diff.verdict(Direction::Output),
        );
        if ids != example.rules || found != (example.input, example.output) {
            wrong.push(format!(
                "{} -> {}: {ids:?} {found:?}",
                example.from, example.to
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_an_example() {
    for rule in rules() {
        let shown = all().any(|example| example.rules.contains(&rule.id));
        assert!(shown, "{} has no example", rule.id);
    }
}
