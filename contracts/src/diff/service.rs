//! Service levels, roles and servers.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::bounds;
use super::contract::annotation;
use super::pair::{Pair, label, mark};
use super::rules::{Rule, document, promises as rule};
use super::walk::{Items, Scope, Walk};

/// What a service level measures is the better the ... there is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Better {
    Less,
    More,
}

fn better(property: &str) -> Option<Better> {
    match property {
        "latency" | "ly" | "frequency" | "fy" | "errorRate" | "er" | "timeToDetect" | "td"
        | "timeToNotify" | "tn" | "timeToRepair" | "tr" => Some(Better::Less),
        "availability" | "av" | "throughput" | "th" | "retention" | "re" | "endOfSupport"
        | "es" | "endOfLife" | "el" => Some(Better::More),
        _ => None,
    }
}

const LEVELS: Items = Items {
    names: &["property"],
    marks: &[
        |item| {
            let marks = ["property", "element"].map(|name| mark(item, name));
            Some(format!("{marks:?}"))
        },
        |item| mark(item, "property"),
    ],
    added: &rule::SLA_ADDED,
    removed: &rule::SLA_REMOVED,
    both: level,
};

pub(super) fn levels(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    walk.items(at, pair, &LEVELS);
}

pub(super) fn default_element(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    walk.report(&rule::SLA_CHANGED, at, pair);
}

fn level(walk: &mut Walk, scope: &Scope, pair: Pair<'_>) {
    let property = label(pair.old, &["property"]);
    let scope = &scope.clone().about(format!("service level {property}"));
    let [old, new] = pair.only(&["value", "unit"]);
    walk.part(&scope.at("value"), Some(&old), Some(&new), |walk, at, _| {
        let words = |level: &Value| {
            let parts = ["value", "unit"].map(|name| mark(level, name));
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
        };
        if let Some(rule) = promise(&property, &old, &new) {
            walk.report_as(rule, at, words(&old), words(&new));
        }
    });
    let [old, new] = pair.without(&["value", "unit"]);
    let rest = Pair::new(Some(&old), Some(&new));
    walk.fields(scope, rest, |walk, at, part| match at.field() {
        "property" | "valueExt" | "element" | "schedule" | "scheduler" => {
            walk.report(&rule::SLA_CHANGED, at, part);
        }
        _ => annotation(walk, at, part),
    });
}

/// None where the same is promised.
fn promise(property: &str, old: &Value, new: &Value) -> Option<&'static Rule> {
    let order = quantities(old, new).and_then(|(old, new)| bounds::order(&new, &old));
    let (Some(order), Some(better)) = (order, better(property)) else {
        return match order {
            Some(Ordering::Equal) => None,
            _ => Some(&rule::SLA_CHANGED),
        };
    };
    let retention = matches!(property, "retention" | "re");
    match (order, better) {
        (Ordering::Equal, _) => None,
        (Ordering::Less, _) if retention => Some(&rule::RETENTION_SHORTENED),
        (Ordering::Greater, _) if retention => Some(&rule::RETENTION_LENGTHENED),
        (Ordering::Less, Better::Less) | (Ordering::Greater, Better::More) => {
            Some(&rule::SLA_TIGHTENED)
        }
        _ => Some(&rule::SLA_LOOSENED),
    }
}

/// Both values in the same unit; none where the units cannot be converted.
fn quantities(old: &Value, new: &Value) -> Option<(Value, Value)> {
    let value = |level: &Value| level.get("value").cloned();
    let unit = |level: &Value| mark(level, "unit");
    if unit(old) == unit(new) {
        return value(old).zip(value(new));
    }
    let in_seconds = |level: &Value| {
        let seconds = value(level)?.as_f64()? * seconds(&unit(level)?)?;
        Number::from_f64(seconds).map(Value::Number)
    };
    in_seconds(old).zip(in_seconds(new))
}

/// Length of a unit of time. `m` is a minute to some and a month to others, so it is none.
fn seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" | "millisecond" | "milliseconds" => 0.001,
        "s" | "second" | "seconds" => 1.0,
        "min" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        "y" | "yr" | "year" | "years" => 31_557_600.0,
        _ => return None,
    })
}

const ROLES: Items = Items {
    names: &["role"],
    marks: &[|item| mark(item, "role")],
    added: &rule::ROLE_ADDED,
    removed: &rule::ROLE_REMOVED,
    both: |walk, at, pair| {
        let at = at.clone().about(format!("role {}", at.field()));
        walk.fields(&at, pair, |walk, at, part| match at.field() {
            "access" => walk.report(&rule::ROLE_ACCESS_CHANGED, at, part),
            "firstLevelApprovers" | "secondLevelApprovers" => {
                walk.report(&rule::ROLE_APPROVERS_CHANGED, at, part);
            }
            _ => annotation(walk, at, part),
        });
    },
};

pub(super) fn roles(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    walk.items(at, pair, &ROLES);
}

const SERVERS: Items = Items {
    names: &["server"],
    marks: &[|item| mark(item, "server")],
    added: &document::SERVER_ADDED,
    removed: &document::SERVER_REMOVED,
    both: |walk, at, pair| {
        let at = at.clone().about(format!("server {}", at.field()));
        walk.fields(&at, pair, |walk, at, part| match at.field() {
            "id" | "description" | "environment" | "roles" | "customProperties" => {
                annotation(walk, at, part);
            }
            _ => walk.report(&document::SERVER_CHANGED, at, part),
        });
    },
};

pub(super) fn servers(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    walk.items(at, pair, &SERVERS);
}
