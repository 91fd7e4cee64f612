//! The custom properties of a property, two of which the mesh reads.

use serde_json::Value;

use crate::diff::contract::annotation;
use crate::diff::pair::{Pair, label, mark};
use crate::diff::rules::document::CUSTOM_PROPERTY_CHANGED;
use crate::diff::rules::{Rule, properties as rule};
use crate::diff::walk::{Scope, Walk, matched};

/// Whether the platform assigns a property.
pub(super) fn assigned(property: &Value) -> bool {
    let custom = property.get("customProperties").and_then(Value::as_array);
    custom.is_some_and(|custom| custom.iter().any(|item| item["property"] == "assigned"))
}

/// `required` is whether the property is, now.
pub(super) fn properties(walk: &mut Walk, at: &Scope, pair: Pair<'_>, required: bool) {
    let Some((old, new)) = pair.lists() else {
        return annotation(walk, at, pair);
    };
    for item in matched(old, new, &[|item| mark(item, "property")]) {
        let at = at.at(&label(item.old.or(item.new), &["property"]));
        walk.part(&at, item.old, item.new, |walk, at, item| {
            let name = at.field();
            if item.old.is_none() || item.new.is_none() {
                let value = item.field("value");
                return walk.report(meaning(name, value, required), at, value);
            }
            walk.fields(at, item, |walk, part, value| match part.field() {
                "value" => walk.report(meaning(name, value, required), at, value),
                _ => annotation(walk, part, value),
            });
        });
    }
}

fn meaning(name: &str, value: Pair<'_>, required: bool) -> &'static Rule {
    match (name, value.old.is_some(), value.new.is_some()) {
        ("unit", true, true) => &rule::UNIT_CHANGED,
        ("unit", true, false) => &rule::UNIT_REMOVED,
        ("unit", false, true) => &rule::UNIT_ADDED,
        ("assigned", true, true) => &rule::ASSIGNED_CHANGED,
        ("assigned", false, true) => &rule::ASSIGNED_ADDED,
        ("assigned", true, false) if required => &rule::ASSIGNED_REMOVED,
        ("assigned", true, false) => &rule::ASSIGNED_REMOVED_OPTIONAL,
        _ => &CUSTOM_PROPERTY_CHANGED,
    }
}
