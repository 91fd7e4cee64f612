//! Datasets and their properties.

use serde_json::Value;

use super::contract::annotation;
use super::limits;
use super::pair::{Pair, label, mark};
use super::quality;
use super::rules::{Rule, properties as rule};
use super::walk::{Items, Scope, Walk, matched};

pub(super) mod custom;

/// From the most open to the most protected.
const CLASSES: [&str; 4] = ["public", "internal", "restricted", "phi"];

pub(super) fn datasets(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    let Some((old, new)) = pair.lists() else {
        return annotation(walk, at, pair);
    };
    // One on each side is the same one, whatever it is called.
    let pairs = match (old, new) {
        ([old], [new]) => vec![Pair::new(Some(old), Some(new))],
        _ => matched(old, new, &[by_name]),
    };
    for pair in pairs {
        let name = label(pair.old.or(pair.new), &["name"]);
        let at = at.at(&name).about(&name);
        match (pair.old, pair.new) {
            (Some(_), Some(_)) => walk.part(&at, pair.old, pair.new, dataset),
            (Some(_), None) => walk.report(&rule::DATASET_REMOVED, &at, pair),
            _ => walk.report(&rule::DATASET_ADDED, &at, pair),
        }
    }
}

fn by_name(item: &Value) -> Option<String> {
    mark(item, "name")
}

fn dataset(walk: &mut Walk, scope: &Scope, pair: Pair<'_>) {
    walk.fields(scope, pair, |walk, at, part| match at.field() {
        "name" => walk.report(&rule::DATASET_RENAMED, at, part),
        "properties" => properties(walk, scope, part, None),
        "dataGranularityDescription" => walk.report(&rule::GRANULARITY_CHANGED, at, part),
        // A dataset without a type is one of objects.
        "logicalType"
            if matches!(
                part.texts(),
                (None, Some("object")) | (Some("object"), None)
            ) => {}
        "logicalType" => walk.report(&rule::TYPE_CHANGED, at, part),
        _ => element(walk, at, part),
    });
}

/// What datasets and properties have alike.
fn element(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    match at.field() {
        "quality" => quality::rules(walk, at, pair),
        "physicalName" | "encryptedName" => walk.report(&rule::PHYSICAL_NAME_CHANGED, at, pair),
        "physicalType" if pair.old.is_none() => {
            walk.report(&rule::PHYSICAL_TYPE_STATED, at, pair);
        }
        "physicalType" => walk.report(&rule::PHYSICAL_TYPE_CHANGED, at, pair),
        "relationships" => walk.items(at, pair, &RELATIONSHIPS),
        "deprecated" => flag(
            walk,
            at,
            pair,
            [&rule::DEPRECATION_ANNOUNCED, &rule::DEPRECATION_WITHDRAWN],
        ),
        _ => annotation(walk, at, pair),
    }
}

const RELATIONSHIPS: Items = Items {
    names: &["to"],
    marks: &[|item| mark(item, "id"), |item| mark(item, "to")],
    added: &rule::RELATIONSHIP_ADDED,
    removed: &rule::RELATIONSHIP_REMOVED,
    both: |walk, at, pair| {
        walk.fields(at, pair, |walk, at, part| match at.field() {
            "from" | "to" | "type" => walk.report(&rule::RELATIONSHIP_CHANGED, at, part),
            _ => annotation(walk, at, part),
        });
    },
};

/// Whether there was a primary key, and whether there is one.
#[derive(Clone, Copy)]
struct Keys {
    old: bool,
    new: bool,
}

/// The properties of a dataset, or of the object that the property `parent` is.
fn properties(walk: &mut Walk, scope: &Scope, pair: Pair<'_>, parent: Option<&str>) {
    let list = scope.at("properties");
    let (Some(_), Some(_), Some((old, new))) = (pair.old, pair.new, pair.lists()) else {
        return walk.report(&rule::STRUCTURE_CHANGED, &list, pair);
    };
    let has_key = |list: &[Value]| list.iter().any(is_key);
    let keys = Keys {
        old: has_key(old),
        new: has_key(new),
    };
    let pairs = matched(old, new, &[by_name]);
    for pair in &pairs {
        let name = label(pair.old.or(pair.new), &["name"]);
        let at = scope.at(&name).about(match parent {
            Some(parent) => format!("{parent}.{name}"),
            None => name,
        });
        match (pair.old, pair.new) {
            (Some(_), Some(_)) => walk.part(&at, pair.old, pair.new, |walk, at, pair| {
                property(walk, at, pair, keys);
            }),
            (Some(old), None) => removed(walk, &at, *pair, old, keys),
            (_, Some(new)) => added(walk, &at, *pair, new, keys),
            (None, None) => {}
        }
    }
    let in_both = |pair: &&Pair<'_>| pair.old.is_some() && pair.new.is_some();
    let kept = pairs
        .iter()
        .filter(in_both)
        .filter_map(|pair| pair.new.map(by_name));
    let kept: Vec<Option<String>> = kept.collect();
    let now = new.iter().map(by_name).filter(|name| kept.contains(name));
    if !now.eq(kept.iter().cloned()) {
        walk.report(&rule::PROPERTIES_REORDERED, &list, pair);
    }
}

fn is_key(property: &Value) -> bool {
    property.get("primaryKey").and_then(Value::as_bool) == Some(true)
}

fn added(walk: &mut Walk, at: &Scope, pair: Pair<'_>, new: &Value, keys: Keys) {
    let required = new.get("required").and_then(Value::as_bool) == Some(true);
    let assigned = custom::assigned(new);
    let rule = match (assigned, required) {
        (true, _) => &rule::PROPERTY_ADDED_ASSIGNED,
        (false, true) => &rule::PROPERTY_ADDED_REQUIRED,
        (false, false) => &rule::PROPERTY_ADDED_OPTIONAL,
    };
    walk.report(rule, at, pair);
    let at = at.clone().sparing_producers(assigned);
    primary_key(walk, &at.at("primaryKey"), pair.field("primaryKey"), keys);
}

fn removed(walk: &mut Walk, at: &Scope, pair: Pair<'_>, old: &Value, keys: Keys) {
    let assigned = custom::assigned(old);
    let rule = match assigned {
        true => &rule::PROPERTY_REMOVED_ASSIGNED,
        false => &rule::PROPERTY_REMOVED,
    };
    walk.report(rule, at, pair);
    let at = at.clone().sparing_producers(assigned);
    primary_key(walk, &at.at("primaryKey"), pair.field("primaryKey"), keys);
}

fn property(walk: &mut Walk, scope: &Scope, pair: Pair<'_>, keys: Keys) {
    let assigned = |property: Option<&Value>| property.is_some_and(custom::assigned);
    let scope = &scope
        .clone()
        .sparing_producers(assigned(pair.old) && assigned(pair.new));
    let (_, required) = pair.field("required").flags();
    let whole = pair.field("logicalType").texts() == (Some("integer"), Some("integer"));
    walk.fields(scope, pair, |walk, at, part| match at.field() {
        "logicalType" => walk.report(type_change(part), at, part),
        "logicalTypeOptions" => limits::options(walk, at, part, whole),
        "enum" => limits::values(walk, at, part),
        "required" => flag(
            walk,
            at,
            part,
            [&rule::BECAME_REQUIRED, &rule::BECAME_OPTIONAL],
        ),
        "unique" => flag(walk, at, part, [&rule::UNIQUE_ADDED, &rule::UNIQUE_REMOVED]),
        "primaryKey" => primary_key(walk, at, part, keys),
        "classification" => walk.report(classification(part), at, part),
        "customProperties" => custom::of_property(walk, at, part, required),
        "properties" => properties(walk, scope, part, Some(scope.subject())),
        "items" => nested(walk, at, &scope.at("[]"), part),
        "map" => walk.fields(scope, part, |walk, at, part| {
            nested(walk, at, at, part);
        }),
        "partitioned" | "partitionKeyPosition" | "primaryKeyPosition" => {
            walk.report(&rule::LAYOUT_CHANGED, at, part);
        }
        "transformLogic" | "transformSourceObjects" | "transformDescription" => {
            walk.report(&rule::TRANSFORM_CHANGED, at, part);
        }
        _ => element(walk, at, part),
    });
}

/// What the values of a list or a map are; `inside` is how they are named.
fn nested(walk: &mut Walk, at: &Scope, inside: &Scope, pair: Pair<'_>) {
    if pair.old.is_none() || pair.new.is_none() {
        return walk.report(&rule::STRUCTURE_CHANGED, at, pair);
    }
    let suffix = match inside.field() {
        "[]" => "[]".to_owned(),
        field => format!(".{field}"),
    };
    let inside = inside.clone().about(format!("{}{suffix}", at.subject()));
    let no_keys = Keys {
        old: false,
        new: false,
    };
    property(walk, &inside, pair, no_keys);
}

fn type_change(pair: Pair<'_>) -> &'static Rule {
    match pair.texts() {
        (Some("integer"), Some("number")) => &rule::TYPE_WIDENED,
        // In records they are texts already.
        (Some("date" | "time" | "timestamp"), Some("string")) => &rule::TYPE_WIDENED,
        _ => &rule::TYPE_CHANGED,
    }
}

fn classification(pair: Pair<'_>) -> &'static Rule {
    let rank = |class| CLASSES.iter().position(|known| *known == class);
    let (old, new) = pair.texts();
    match (old, new, old.map(rank), new.map(rank)) {
        (None, Some("public"), ..) => &rule::CLASSIFICATION_STATED,
        (None, _, _, Some(Some(_))) => &rule::CLASSIFICATION_RAISED,
        (_, None, ..) => &rule::CLASSIFICATION_LOWERED,
        (_, _, Some(Some(old)), Some(Some(new))) if old < new => &rule::CLASSIFICATION_RAISED,
        (_, _, Some(Some(_)), Some(Some(_))) => &rule::CLASSIFICATION_LOWERED,
        _ => &rule::CLASSIFICATION_CHANGED,
    }
}

fn primary_key(walk: &mut Walk, at: &Scope, pair: Pair<'_>, keys: Keys) {
    let rules = [
        match keys.old {
            true => &rule::PRIMARY_KEY_CHANGED,
            false => &rule::PRIMARY_KEY_ADDED,
        },
        match keys.new {
            true => &rule::PRIMARY_KEY_CHANGED,
            false => &rule::PRIMARY_KEY_REMOVED,
        },
    ];
    flag(walk, at, pair, rules);
}

/// A truth value that becomes true, or false.
pub(super) fn flag(
    walk: &mut Walk,
    at: &Scope,
    pair: Pair<'_>,
    [set, cleared]: [&'static Rule; 2],
) {
    match pair.flags() {
        (false, true) => walk.report(set, at, pair),
        (true, false) => walk.report(cleared, at, pair),
        _ => {}
    }
}
