//! Custom properties, of which the mesh reads some.

use serde_json::Value;

use crate::contract::window;
use crate::diff::contract::annotation;
use crate::diff::pair::{Pair, label, mark};
use crate::diff::rules::document::CUSTOM_PROPERTY_CHANGED;
use crate::diff::rules::{Rule, promises, properties as rule};
use crate::diff::walk::{Scope, Walk, matched};

/// Whether the platform assigns a property.
pub(super) fn assigned(property: &Value) -> bool {
    let custom = property.get("customProperties").and_then(Value::as_array);
    custom.is_some_and(|custom| custom.iter().any(|item| item["property"] == "assigned"))
}

/// Those of a property; `required` is whether it is, now.
pub(super) fn of_property(walk: &mut Walk, at: &Scope, pair: Pair<'_>, required: bool) {
    compare(walk, at, pair, |name, value| {
        let there = (value.old.is_some(), value.new.is_some());
        match (name, there) {
            ("unit", (true, true)) => Some(&rule::UNIT_CHANGED),
            ("unit", (true, false)) => Some(&rule::UNIT_REMOVED),
            ("unit", (false, true)) => Some(&rule::UNIT_ADDED),
            ("assigned", (true, true)) => Some(&rule::ASSIGNED_CHANGED),
            ("assigned", (false, true)) => Some(&rule::ASSIGNED_ADDED),
            ("assigned", (true, false)) if required => Some(&rule::ASSIGNED_REMOVED),
            ("assigned", (true, false)) => Some(&rule::ASSIGNED_REMOVED_OPTIONAL),
            ("eventKey", _) => match value.flags() {
                (false, true) => Some(&rule::EVENT_KEY_ADDED),
                (true, false) => Some(&rule::EVENT_KEY_REMOVED),
                _ => None,
            },
            _ => Some(&CUSTOM_PROPERTY_CHANGED),
        }
    });
}

/// Those of the contract as a whole.
pub(in crate::diff) fn of_contract(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    compare(walk, at, pair, |name, value| match name {
        window::PROPERTY => deduplication(value),
        _ => Some(&CUSTOM_PROPERTY_CHANGED),
    });
}

/// None where the same time is remembered.
fn deduplication(value: Pair<'_>) -> Option<&'static Rule> {
    let time = |value: Option<&Value>| match value {
        None => Some(window::DEFAULT),
        Some(value) => window::duration(value.as_str()?),
    };
    match (time(value.old), time(value.new)) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) if old < new => Some(&promises::DEDUPLICATION_LENGTHENED),
        _ => Some(&promises::DEDUPLICATION_SHORTENED),
    }
}

/// Compares two lists of custom properties; `meaning` says what it is that the value of one comes, goes or changes.
fn compare(
    walk: &mut Walk,
    at: &Scope,
    pair: Pair<'_>,
    meaning: impl Fn(&str, Pair<'_>) -> Option<&'static Rule>,
) {
    let Some((old, new)) = pair.lists() else {
        return annotation(walk, at, pair);
    };
    let report = |walk: &mut Walk, of: &str, at: &Scope, value: Pair<'_>| {
        if let Some(rule) = meaning(of, value) {
            walk.report(rule, at, value);
        }
    };
    for item in matched(old, new, &[|item| mark(item, "property")]) {
        let at = at.at(&label(item.old.or(item.new), &["property"]));
        walk.part(&at, item.old, item.new, |walk, at, item| {
            let name = at.field();
            if item.old.is_none() || item.new.is_none() {
                return report(walk, name, at, item.field("value"));
            }
            walk.fields(at, item, |walk, part, value| match part.field() {
                "value" => report(walk, name, at, value),
                _ => annotation(walk, part, value),
            });
        });
    }
}
