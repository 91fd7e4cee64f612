//! What values a property may have: its options and its enumeration.

use std::cmp::Ordering;

use serde_json::Value;

use super::bounds::{Bound, Side, order};
use super::contract::annotation;
use super::pair::{Pair, label};
use super::property::flag;
use super::rules::Rule;
use super::rules::limits::{self as rule, Limit};
use super::walk::{Items, Scope, Walk};

const LOWER: [&str; 2] = ["minimum", "exclusiveMinimum"];
const UPPER: [&str; 2] = ["maximum", "exclusiveMaximum"];

/// `whole` if the property is an integer in both documents.
pub(super) fn options(walk: &mut Walk, at: &Scope, pair: Pair<'_>, whole: bool) {
    bound(walk, at, pair, Side::Lower, whole);
    bound(walk, at, pair, Side::Upper, whole);
    let [old, new] = pair.without(&[LOWER, UPPER].concat());
    walk.fields(at, Pair::new(Some(&old), Some(&new)), option);
}

/// A limit may be written with or without the value itself: what counts is which values pass.
fn bound(walk: &mut Walk, at: &Scope, pair: Pair<'_>, side: Side, whole: bool) {
    let (names, limit) = match side {
        Side::Lower => (LOWER, &rule::MINIMUM),
        Side::Upper => (UPPER, &rule::MAXIMUM),
    };
    let field = match pair.field(names[0]).differs() {
        true => names[0],
        false => names[1],
    };
    let [old, new] = pair.only(&names);
    walk.part(&at.at(field), Some(&old), Some(&new), |walk, at, pair| {
        let (Ok(old), Ok(new)) = (
            effective(&old, names, side, whole),
            effective(&new, names, side, whole),
        ) else {
            return walk.report(&rule::LIMIT_CHANGED, at, pair);
        };
        let words = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.words(side));
        if let Some(rule) = change(limit, old.as_ref(), new.as_ref(), side) {
            walk.report_as(rule, at, words(&old), words(&new));
        }
    });
}

/// Two limits of which it cannot be told which one holds.
struct Incomparable;

fn effective(
    options: &Value,
    [within, beyond]: [&str; 2],
    side: Side,
    whole: bool,
) -> Result<Option<Bound>, Incomparable> {
    let bound = |name: &str, excluded| {
        let value = options.get(name).filter(|value| !value.is_null());
        value.map(|value| Bound::new(value, excluded))
    };
    let step = |bound: Bound| match whole {
        true => bound.whole(side),
        false => bound,
    };
    let (within, beyond) = (bound(within, false), bound(beyond, true).map(step));
    let (within, beyond) = match (within, beyond) {
        (Some(within), Some(beyond)) => (within, beyond),
        (within, beyond) => return Ok(within.or(beyond)),
    };
    let order = within.order(&beyond, side).ok_or(Incomparable)?;
    Ok(Some(match (order, side) {
        (Ordering::Less, Side::Lower) | (Ordering::Greater, Side::Upper) => beyond,
        _ => within,
    }))
}

fn change(
    limit: &'static Limit,
    old: Option<&Bound>,
    new: Option<&Bound>,
    side: Side,
) -> Option<&'static Rule> {
    match (old, new) {
        (None, None) => None,
        (None, Some(_)) => Some(&limit.added),
        (Some(_), None) => Some(&limit.removed),
        (Some(old), Some(new)) => match new.order(old, side) {
            Some(Ordering::Equal) => None,
            Some(Ordering::Greater) => Some(&limit.raised),
            Some(Ordering::Less) => Some(&limit.lowered),
            None => Some(&rule::LIMIT_CHANGED),
        },
    }
}

fn option(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    match at.field() {
        "minLength" => count(walk, at, pair, &rule::MIN_LENGTH, Side::Lower),
        "maxLength" => count(walk, at, pair, &rule::MAX_LENGTH, Side::Upper),
        "minItems" => count(walk, at, pair, &rule::MIN_ITEMS, Side::Lower),
        "maxItems" => count(walk, at, pair, &rule::MAX_ITEMS, Side::Upper),
        "uniqueItems" => flag(
            walk,
            at,
            pair,
            [&rule::UNIQUE_ITEMS_ADDED, &rule::UNIQUE_ITEMS_REMOVED],
        ),
        "pattern" => walk.report(pattern(pair), at, pair),
        "format" => walk.report(format(pair), at, pair),
        "multipleOf" => walk.report(multiple_of(pair), at, pair),
        _ => walk.report(&rule::LIMIT_CHANGED, at, pair),
    }
}

fn count(walk: &mut Walk, at: &Scope, pair: Pair<'_>, limit: &'static Limit, side: Side) {
    // At least nothing is no limit.
    let limits = |value: &&Value| side == Side::Upper || value.as_u64() != Some(0);
    let bound = |value: Option<&Value>| value.filter(limits).map(|value| Bound::new(value, false));
    let rule = change(
        limit,
        bound(pair.old).as_ref(),
        bound(pair.new).as_ref(),
        side,
    );
    if let Some(rule) = rule {
        walk.report(rule, at, pair);
    }
}

fn pattern(pair: Pair<'_>) -> &'static Rule {
    match (pair.old, pair.new) {
        (None, _) => &rule::PATTERN_ADDED,
        (_, None) => &rule::PATTERN_REMOVED,
        _ => &rule::PATTERN_CHANGED,
    }
}

fn format(pair: Pair<'_>) -> &'static Rule {
    let fits = |inner: &str, outer: &str| match (width(inner), width(outer)) {
        (Some(('u', inner)), Some(('i', outer))) => inner < outer,
        (Some((kind, inner)), Some((outer_kind, outer))) => kind == outer_kind && inner < outer,
        _ => false,
    };
    match pair.texts() {
        (None, _) => &rule::FORMAT_ADDED,
        (_, None) => &rule::FORMAT_REMOVED,
        (Some(old), Some(new)) if fits(old, new) => &rule::FORMAT_WIDENED,
        (Some(old), Some(new)) if fits(new, old) => &rule::FORMAT_NARROWED,
        _ => &rule::FORMAT_CHANGED,
    }
}

/// `i32`, `u8`, `f64`: kind and bits.
fn width(format: &str) -> Option<(char, u32)> {
    let kind = format.chars().next().filter(|kind| "iuf".contains(*kind))?;
    Some((kind, format[1..].parse().ok()?))
}

fn multiple_of(pair: Pair<'_>) -> &'static Rule {
    let (old, new) = match (pair.old, pair.new) {
        (None, _) => return &rule::MULTIPLE_OF_ADDED,
        (_, None) => return &rule::MULTIPLE_OF_REMOVED,
        (Some(old), Some(new)) => (old.as_u64(), new.as_u64()),
    };
    let divides = |step: u64, of: u64| step != 0 && of.is_multiple_of(step);
    match (old, new) {
        (Some(old), Some(new)) if divides(old, new) => &rule::MULTIPLE_OF_NARROWED,
        (Some(old), Some(new)) if divides(new, old) => &rule::MULTIPLE_OF_WIDENED,
        _ => &rule::MULTIPLE_OF_CHANGED,
    }
}

const VALUES: Items = Items {
    names: &["value"],
    marks: &[value],
    added: &rule::ENUM_VALUE_ADDED,
    removed: &rule::ENUM_VALUE_REMOVED,
    both: |walk, at, pair| {
        let at = at
            .clone()
            .about(format!("{}, value {}", at.subject(), at.field()));
        walk.fields(&at, pair, |walk, at, part| match at.field() {
            // 1 and 1.0 are one value.
            "value" => {}
            "label" => walk.report(&rule::ENUM_LABEL_CHANGED, at, part),
            "description" => walk.report(&rule::ENUM_DESCRIPTION_CHANGED, at, part),
            _ => annotation(walk, at, part),
        });
    },
};

pub(super) fn values(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    let rule = match (pair.old, pair.new) {
        (None, _) => &rule::ENUM_INTRODUCED,
        (_, None) => &rule::ENUM_DROPPED,
        _ => return walk.items(at, pair, &VALUES),
    };
    let words = |list: Option<&Value>| {
        let items = list?.as_array()?.iter();
        let words: Vec<_> = items.map(|item| label(Some(item), &["value"])).collect();
        Some(words.join(", "))
    };
    walk.report_as(rule, at, words(pair.old), words(pair.new));
}

/// The value in a form of its own: 1 and 1.0 are the same, 1 and "1" are not.
fn value(item: &Value) -> Option<String> {
    let value = item.get("value")?;
    let whole = value.as_f64().filter(|number| number.fract() == 0.0);
    let whole = whole.map(|number| Value::from(number as i64));
    let same = whole.filter(|whole| order(whole, value) == Some(Ordering::Equal));
    Some(same.as_ref().unwrap_or(value).to_string())
}
