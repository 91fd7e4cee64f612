//! Quality rules: whether they demand more or less than before.

use std::cmp::Ordering;

use serde_json::Value;

use super::bounds::{Bound, Extent, Range};
use super::contract::annotation;
use super::pair::{Pair, label, mark, text};
use super::rules::promises as rule;
use super::walk::{Mark, Scope, Walk, matched};

const OPERATORS: [&str; 8] = [
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
];
const NAMES: [&str; 5] = ["name", "id", "metric", "rule", "type"];
const MARKS: [Mark; 4] = [
    |item| mark(item, "id"),
    |item| mark(item, "name"),
    |item| {
        Some(format!(
            "{:?}",
            ["type", "metric", "rule", "query"].map(|name| mark(item, name))
        ))
    },
    |item| mark(item, "metric"),
];
const SEVERITIES: [&str; 3] = ["info", "warning", "error"];

pub(super) fn rules(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    let Some((old, new)) = pair.lists() else {
        return annotation(walk, at, pair);
    };
    for item in matched(old, new, &MARKS) {
        let name = label(item.old.or(item.new), &NAMES);
        // Who sends what a rule only warns of is not turned away.
        let severity = item.new.or(item.old).and_then(severity);
        let spared = severity.is_some_and(|severity| severity < ERROR);
        let at = at.at(&name).sparing_producers(spared);
        match (item.old, item.new) {
            (Some(_), Some(_)) => {
                let at = at
                    .clone()
                    .about(format!("{}, quality rule {name}", at.subject()));
                walk.part(&at, item.old, item.new, quality_rule);
            }
            (Some(_), None) => walk.report(&rule::QUALITY_REMOVED, &at, item),
            _ => walk.report(&rule::QUALITY_ADDED, &at, item),
        }
    }
}

const ERROR: usize = SEVERITIES.len() - 1;

/// How severe a broken rule is; an error where the rule does not say.
fn severity(rule: &Value) -> Option<usize> {
    let severity = mark(rule, "severity");
    severity.map_or(Some(ERROR), |severity| {
        SEVERITIES.iter().position(|known| *known == severity)
    })
}

fn quality_rule(walk: &mut Walk, scope: &Scope, pair: Pair<'_>) {
    let in_words = pair.field("type").texts() == (Some("text"), Some("text"));
    demands(walk, scope, pair);
    let [old, new] = pair.without(&OPERATORS);
    let rest = Pair::new(Some(&old), Some(&new));
    walk.fields(scope, rest, |walk, at, part| match at.field() {
        "severity" => {
            let of = |rule: Option<&Value>| rule.and_then(severity);
            let order = of(pair.new)
                .zip(of(pair.old))
                .map(|(new, old)| new.cmp(&old));
            let words =
                |value: Option<&Value>| value.map(|value| format!("severity {}", text(value)));
            let extent = match order {
                Some(Ordering::Greater) => Extent::Narrower,
                Some(Ordering::Less) => Extent::Wider,
                Some(Ordering::Equal) => Extent::Same,
                None => Extent::Other,
            };
            report(walk, at, extent, [words(part.old), words(part.new)]);
        }
        "description" if in_words => walk.report(&rule::QUALITY_TEXT_CHANGED, at, part),
        "schedule" | "scheduler" => walk.report(&rule::QUALITY_SCHEDULE_CHANGED, at, part),
        // A rule without a type is one of the library.
        "type" if part.texts() == (None, Some("library")) => {}
        "type" if part.texts() == (Some("library"), None) => {}
        "type" | "metric" | "rule" | "arguments" | "query" | "engine" | "implementation"
        | "unit" | "method" | "customProperties" => walk.report(&rule::QUALITY_CHANGED, at, part),
        _ => annotation(walk, at, part),
    });
}

/// The operator and its threshold, which say together what is demanded.
fn demands(walk: &mut Walk, scope: &Scope, pair: Pair<'_>) {
    let [old, new] = pair.only(&OPERATORS);
    let operator = |demand: &Value| demand.as_object()?.keys().next().cloned();
    let Some(field) = operator(&new).or_else(|| operator(&old)) else {
        return;
    };
    walk.part(&scope.at(&field), Some(&old), Some(&new), |walk, at, _| {
        let extent = match (Demand::read(&old), Demand::read(&new)) {
            (Some(old), Some(new)) => new.extent_after(&old),
            _ => Extent::Other,
        };
        report(walk, at, extent, [words(&old), words(&new)]);
    });
}

fn report(walk: &mut Walk, at: &Scope, extent: Extent, [old, new]: [Option<String>; 2]) {
    let rule = match extent {
        Extent::Same => return,
        Extent::Narrower => &rule::QUALITY_TIGHTENED,
        Extent::Wider => &rule::QUALITY_LOOSENED,
        Extent::Other => &rule::QUALITY_CHANGED,
    };
    walk.report_as(rule, at, old, new);
}

fn words(demand: &Value) -> Option<String> {
    let operators = demand.as_object()?.iter();
    let words: Vec<_> = operators
        .map(|(name, value)| format!("{name} {}", text(value)))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The measurements that a rule lets pass.
struct Demand {
    range: Range,
    /// All but those of the range.
    inverted: bool,
}

impl Demand {
    /// None where the operator is not about numbers, or there are several.
    fn read(demand: &Value) -> Option<Demand> {
        let mut operators = demand.as_object()?.iter();
        let (Some((operator, value)), None) = (operators.next(), operators.next()) else {
            return None;
        };
        let number =
            |value: &Value, excluded| value.is_number().then(|| Bound::new(value, excluded));
        let between = |low: &Value, high: &Value| {
            Some(Range {
                low: Some(number(low, false)?),
                high: Some(number(high, false)?),
            })
        };
        let from = |excluded| {
            Some(Range {
                low: Some(number(value, excluded)?),
                high: None,
            })
        };
        let to = |excluded| {
            Some(Range {
                low: None,
                high: Some(number(value, excluded)?),
            })
        };
        let range = match operator.as_str() {
            "mustBe" | "mustNotBe" => between(value, value)?,
            "mustBeGreaterThan" => from(true)?,
            "mustBeGreaterOrEqualTo" => from(false)?,
            "mustBeLessThan" => to(true)?,
            "mustBeLessOrEqualTo" => to(false)?,
            _ => between(value.get(0)?, value.get(1)?)?,
        };
        let inverted = operator.starts_with("mustNot");
        Some(Demand { range, inverted })
    }

    fn extent_after(&self, old: &Demand) -> Extent {
        let extent = Extent::of(self.range.within(&old.range), old.range.within(&self.range));
        match (old.inverted, self.inverted) {
            (false, false) => extent,
            (true, true) => extent.of_the_rest(),
            _ => Extent::Other,
        }
    }
}
