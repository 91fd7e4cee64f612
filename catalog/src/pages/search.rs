use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::format::{counted, listed};
use super::health::Health;
use super::status::Status;
use super::{Frame, respond};
use crate::entry::Entry;
use crate::search::{self, Hit, Kind, Query};
use crate::text::{Segment, mark};

/// More than anybody reads; the page says so when there are more.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    query: String,
    verdict: String,
    hits: Vec<HitView>,
    nearest: Vec<String>,
}

struct HitView {
    kind: &'static str,
    page: String,
    name: Vec<Segment>,
    contract: Option<String>,
    description: Vec<Segment>,
    why: String,
    domain: String,
    product: String,
    /// How the product keeps its contracts.
    health: Option<Status>,
    simulated: Option<Status>,
}

/// What answers `text`; without words in it, the box to type them.
pub(crate) fn search(entries: &[Arc<Entry>], text: &str, query: Option<&Query>) -> Response {
    let hits = query
        .map(|query| search::search(entries, query))
        .unwrap_or_default();
    let verdict = match query {
        None => "Type a name or a word from a description.".to_owned(),
        Some(_) if hits.is_empty() => format!("Nothing matches \u{201c}{text}\u{201d}."),
        Some(_) => verdict(text, &hits),
    };
    let nearest = if query.is_some() && hits.is_empty() {
        near(entries, text)
    } else {
        Vec::new()
    };
    let words = query.map(Query::words).unwrap_or_default();
    let page = SearchPage {
        frame: Frame::now(),
        query: text.to_owned(),
        verdict,
        hits: hits
            .into_iter()
            .take(SHOWN)
            .map(|hit| view(hit, words, entries))
            .collect(),
        nearest,
    };
    respond(StatusCode::OK, &page)
}

fn verdict(text: &str, hits: &[Hit]) -> String {
    let kinds: Vec<String> = [
        Kind::Product,
        Kind::Model,
        Kind::Port,
        Kind::Contract,
        Kind::Column,
    ]
    .into_iter()
    .map(|kind| {
        (
            hits.iter().filter(|hit| hit.kind == kind).count() as u64,
            kind,
        )
    })
    .filter(|(number, _)| *number > 0)
    .map(|(number, kind)| counted(number, kind.word()))
    .collect();
    let verb = if hits.len() == 1 { "matches" } else { "match" };
    let cut = if hits.len() > SHOWN {
        format!(" The first {SHOWN} are shown.")
    } else {
        String::new()
    };
    format!(
        "{} {verb} \u{201c}{text}\u{201d}, nearest first.{cut}",
        listed(&kinds)
    )
}

fn near(entries: &[Arc<Entry>], text: &str) -> Vec<String> {
    let mut names: Vec<&str> = entries
        .iter()
        .flat_map(|entry| search::names(entry))
        .collect();
    names.sort_unstable();
    names.dedup();
    search::nearest(text.trim(), names.into_iter())
}

fn view(hit: Hit, words: &[String], entries: &[Arc<Entry>]) -> HitView {
    let entry = entries.iter().find(|entry| entry.product == hit.product);
    HitView {
        health: entry
            .and_then(|entry| Health::of(entry))
            .map(|health| Status::standing(health.standing)),
        simulated: entry
            .filter(|entry| entry.is_simulated())
            .map(|_| Status::simulated()),
        kind: hit.kind.word(),
        name: mark(&hit.name, words),
        contract: hit.contract,
        description: mark(&hit.description, words),
        why: hit.why,
        page: hit.page,
        domain: hit.domain,
        product: hit.product,
    }
}
