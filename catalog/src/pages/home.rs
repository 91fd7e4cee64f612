use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::accuracy::in_short;
use super::format::{Moment, count, counted, listed};
use super::health::{Health, Standing};
use super::status::Status;
use super::{Frame, respond};
use crate::entry::{Entry, Failure};
use crate::links;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    verdict: String,
    written: Option<Moment>,
    /// How many products keep their contracts, in a sentence.
    standings: Option<String>,
    alarms: Vec<Alarm>,
    domains: Vec<Domain>,
}

/// A product that somebody should look at now.
struct Alarm {
    product: String,
    /// Absent when it never was loaded: there is nothing to show.
    page: Option<String>,
    status: Status,
    text: String,
    since: Option<Moment>,
}

struct Domain {
    name: String,
    anchor: String,
    size: String,
    cards: Vec<Card>,
}

struct Card {
    page: String,
    title: String,
    product: String,
    version: String,
    /// Absent for what is active, as most are.
    status: Option<Status>,
    health: Option<Status>,
    simulated: Option<Status>,
    purpose: String,
    counts: Vec<Count>,
    models: Vec<ModelLine>,
}

struct Count {
    icon: &'static str,
    text: String,
}

struct ModelLine {
    page: String,
    name: String,
    version: u64,
    status: Status,
    /// How right it is, with how that is known.
    measured: Option<String>,
}

/// The mesh at a glance: what is wrong, and every product in its domain.
pub(crate) fn home(entries: &[Arc<Entry>], failures: &BTreeMap<String, Failure>) -> Response {
    let mut by_domain: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_domain.entry(&entry.domain).or_default().push(entry);
    }
    let now = Utc::now();
    let written = entries
        .iter()
        .flat_map(|entry| &entry.datasets)
        .map(|dataset| dataset.updated_at)
        .max();
    let page = Home {
        frame: Frame::now(),
        verdict: verdict(entries, by_domain.len()),
        written: written.map(|at| Moment::new(at, now)),
        standings: standings(entries),
        alarms: alarms(entries, failures, now),
        domains: by_domain
            .into_iter()
            .map(|(name, entries)| domain(name, &entries))
            .collect(),
    };
    respond(StatusCode::OK, &page)
}

fn verdict(entries: &[Arc<Entry>], domains: usize) -> String {
    let ports = entries.iter().map(|entry| entry.ports.len()).sum::<usize>() as u64;
    let models: Vec<_> = entries.iter().flat_map(|entry| &entry.models).collect();
    let datasets: Vec<_> = entries.iter().flat_map(|entry| &entry.datasets).collect();
    let mut parts = Vec::new();
    if ports > 0 {
        parts.push(counted(ports, "port"));
    }
    if !models.is_empty() {
        let serving = models
            .iter()
            .filter(|model| model.stage == "Production")
            .count() as u64;
        parts.push(format!(
            "{} ({} in Production)",
            counted(models.len() as u64, "model"),
            count(serving)
        ));
    }
    if !datasets.is_empty() {
        let rows = datasets.iter().map(|dataset| dataset.rows).sum();
        parts.push(format!(
            "{} of {}",
            counted(datasets.len() as u64, "dataset"),
            counted(rows, "row")
        ));
    }
    let offer = if parts.is_empty() {
        String::new()
    } else {
        format!(" with {}", listed(&parts))
    };
    format!(
        "{} in {}{offer}.",
        counted(entries.len() as u64, "data product"),
        counted(domains as u64, "domain")
    )
}

/// None as long as no product was checked.
fn standings(entries: &[Arc<Entry>]) -> Option<String> {
    let standings: Vec<Standing> = entries
        .iter()
        .filter_map(|entry| Health::of(entry))
        .map(|health| health.standing)
        .collect();
    let part = |standing: Standing, one: &str, many: &str| {
        let number = standings.iter().filter(|known| **known == standing).count() as u64;
        let verb = if number == 1 { one } else { many };
        (number > 0).then(|| format!("{} {verb}", count(number)))
    };
    if standings.iter().all(|known| *known == Standing::NotChecked) {
        return None;
    }
    let parts: Vec<String> = [
        part(
            Standing::Kept,
            "keeps its contracts",
            "keep their contracts",
        ),
        part(Standing::AtRisk, "is at risk", "are at risk"),
        part(
            Standing::Broken,
            "breaks its contract",
            "break their contracts",
        ),
        part(
            Standing::NotChecked,
            "is not wholly checked",
            "are not wholly checked",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    Some(format!("{}.", listed(&parts)))
}

fn alarms(
    entries: &[Arc<Entry>],
    failures: &BTreeMap<String, Failure>,
    now: DateTime<Utc>,
) -> Vec<Alarm> {
    let broken = entries.iter().filter_map(|entry| {
        let health = Health::of(entry).filter(|health| health.standing == Standing::Broken)?;
        Some(Alarm {
            product: entry.title.clone(),
            page: Some(links::on_page(entry, "quality")),
            status: Status::standing(health.standing),
            text: health.verdict,
            since: None,
        })
    });
    let outdated = entries.iter().filter_map(|entry| {
        let failure = entry.failure.as_ref()?;
        Some(Alarm {
            product: entry.title.clone(),
            page: Some(links::product(&entry.product)),
            status: Status::not_loaded(),
            text: failure.message.clone(),
            since: Some(Moment::new(failure.since, now)),
        })
    });
    let unloaded = failures.iter().map(|(product, failure)| Alarm {
        product: product.clone(),
        page: None,
        status: Status::not_loaded(),
        text: failure.message.clone(),
        since: Some(Moment::new(failure.since, now)),
    });
    broken.chain(outdated).chain(unloaded).collect()
}

fn domain(name: &str, entries: &[&Entry]) -> Domain {
    Domain {
        name: name.to_owned(),
        anchor: links::domain_anchor(name),
        size: counted(entries.len() as u64, "data product"),
        cards: entries.iter().map(|entry| card(entry)).collect(),
    }
}

fn card(entry: &Entry) -> Card {
    Card {
        page: links::product(&entry.product),
        title: entry.title.clone(),
        product: entry.product.clone(),
        version: entry.version.clone(),
        status: (entry.status != "active").then(|| Status::of(&entry.status)),
        health: Health::of(entry).map(|health| Status::standing(health.standing)),
        simulated: entry.is_simulated().then(Status::simulated),
        purpose: entry.purpose.clone(),
        counts: counts(entry),
        models: entry
            .models
            .iter()
            .map(|model| ModelLine {
                page: links::model_page(entry, model),
                name: model.name.clone(),
                version: model.version,
                status: Status::of(&model.stage),
                measured: in_short(model),
            })
            .collect(),
    }
}

fn counts(entry: &Entry) -> Vec<Count> {
    let rows: u64 = entry.datasets.iter().map(|dataset| dataset.rows).sum();
    [
        ("port", "port", entry.ports.len()),
        ("contract", "contract", entry.contracts.len()),
        ("dataset", "dataset", entry.datasets.len()),
    ]
    .into_iter()
    .filter(|(_, _, number)| *number > 0)
    .map(|(icon, thing, number)| Count {
        icon,
        text: match thing {
            "dataset" => format!(
                "{}, {}",
                counted(number as u64, thing),
                counted(rows, "row")
            ),
            _ => counted(number as u64, thing),
        },
    })
    .collect()
}
