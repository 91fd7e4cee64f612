//! The document as a whole, and what every part of it may have.

use serde_json::Value;

use super::Change;
use super::pair::{Pair, mark, same_but_for_order};
use super::property;
use super::rules::{Rule, document as rule};
use super::service;
use super::walk::{Items, Scope, Walk};

pub(super) fn compare(old: &Value, new: &Value) -> Vec<Change> {
    let mut walk = Walk::default();
    let pair = Pair::new(Some(old), Some(new));
    walk.fields(&Scope::root(), pair, field);
    walk.changes
}

fn field(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    match at.field() {
        "schema" => property::datasets(walk, at, pair),
        "id" => walk.report(&rule::CONTRACT_ID_CHANGED, at, pair),
        "name" => walk.report(&rule::CONTRACT_NAME_CHANGED, at, pair),
        "domain" => walk.report(&rule::DOMAIN_CHANGED, at, pair),
        "dataProduct" | "tenant" => walk.report(&rule::OWNER_CHANGED, at, pair),
        "version" => walk.report(&rule::VERSION_CHANGED, at, pair),
        "apiVersion" => walk.report(&rule::API_VERSION_CHANGED, at, pair),
        "status" => walk.report(status(pair), at, pair),
        "description" => walk.fields(at, pair, description),
        "customProperties" => property::custom::of_contract(walk, at, pair),
        "slaProperties" => service::levels(walk, at, pair),
        "slaDefaultElement" => service::default_element(walk, at, pair),
        "roles" => service::roles(walk, at, pair),
        "servers" => service::servers(walk, at, pair),
        "price" => walk.fields(at, pair, |walk, at, pair| {
            walk.report(&rule::PRICE_CHANGED, at, pair);
        }),
        "team" => walk.report(&rule::TEAM_CHANGED, at, pair),
        "support" => walk.report(&rule::SUPPORT_CHANGED, at, pair),
        _ => annotation(walk, at, pair),
    }
}

fn status(pair: Pair<'_>) -> &'static Rule {
    let promised = |status| matches!(status, "active" | "deprecated" | "retired");
    match pair.texts() {
        (Some("deprecated"), Some("retired")) => &rule::STATUS_RETIRED,
        (_, Some("retired")) => &rule::STATUS_RETIRED_UNANNOUNCED,
        (_, Some("active")) => &rule::STATUS_ACTIVATED,
        (_, Some("deprecated")) => &rule::STATUS_DEPRECATED,
        (Some(old), _) if promised(old) => &rule::STATUS_WITHDRAWN,
        _ => &rule::STATUS_CHANGED,
    }
}

fn description(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    match at.field() {
        "purpose" => walk.report(&rule::DESCRIPTION_CHANGED, at, pair),
        "usage" | "limitations" => walk.report(&rule::USAGE_TERMS_CHANGED, at, pair),
        _ => annotation(walk, at, pair),
    }
}

const TAGS: Items = Items {
    names: &[],
    marks: &[],
    added: &rule::TAGS_CHANGED,
    removed: &rule::TAGS_CHANGED,
    both: annotation,
};

const CUSTOM_PROPERTIES: Items = Items {
    names: &["property"],
    marks: &[|item| mark(item, "property")],
    added: &rule::CUSTOM_PROPERTY_CHANGED,
    removed: &rule::CUSTOM_PROPERTY_CHANGED,
    both: |walk, at, pair| walk.report(&rule::CUSTOM_PROPERTY_CHANGED, at, pair),
};

/// What says nothing about the data themselves, wherever it stands.
pub(super) fn annotation(walk: &mut Walk, at: &Scope, pair: Pair<'_>) {
    match at.field() {
        "description" => walk.report(&rule::DESCRIPTION_CHANGED, at, pair),
        "tags" => walk.items(at, pair, &TAGS),
        "customProperties" => walk.items(at, pair, &CUSTOM_PROPERTIES),
        "examples" if same_but_for_order(pair.old, pair.new) => {}
        "examples" => walk.report(&rule::EXAMPLES_CHANGED, at, pair),
        _ => walk.report(&rule::ANNOTATION_CHANGED, at, pair),
    }
}
