mod classes;
mod confusion;
mod drift;
mod figures;
mod importance;
mod measure;
mod over_time;
mod quantities;
mod verdict;
mod versions;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::format::{Moment, count, listed};
use super::health::{Health, HealthView};
use super::picture::{self, PictureView};
use super::section::Section;
use super::status::Status;
use super::{Frame, respond};
use crate::entry::{Entry, Finding, ModelEntry, StageChangeEntry, VersionEntry};
use crate::links;
use confusion::Confusion;
use drift::DriftView;
use figures::FigureView;
use versions::Versions;

#[derive(Template)]
#[template(path = "model.html")]
struct ModelPage<'a> {
    frame: Frame,
    entry: &'a Entry,
    model: &'a ModelEntry,
    status: Status,
    domain_anchor: String,
    simulated: Option<Status>,
    health: HealthView,
    /// Since when the version answers.
    since: Option<Moment>,
    trained: Option<Moment>,
    labelled: Option<String>,
    sections: Vec<Section>,
    figures: Vec<FigureView>,
    pictures: Vec<PictureView>,
    confusion: Option<Confusion>,
    over_time: Vec<PictureView>,
    drift: Vec<DriftView<'a>>,
    findings: Vec<FindingView<'a>>,
    importance: Option<PictureView>,
    versions: Versions<'a>,
    card: Option<Card<'a>>,
    history: Vec<ChangeView<'a>>,
}

impl ModelPage<'_> {
    /// Whether there is something to draw of the inputs that have drifted, or have not.
    fn draws_drift(&self, drifted: bool) -> bool {
        let mut drift = self.drift.iter();
        drift.any(|input| input.entry.drifted == drifted && !input.pictures.is_empty())
    }
}

struct FindingView<'a> {
    entry: &'a Finding,
    at: Moment,
}

struct ChangeView<'a> {
    entry: &'a StageChangeEntry,
    status: Status,
    at: Moment,
}

/// What the version is, for who has to decide whether to use it.
struct Card<'a> {
    version: &'a VersionEntry,
    /// Name and value.
    parameters: Vec<(&'a str, String)>,
    /// `readings version 412 and labels version 3`
    trained_on: String,
    cases: String,
    held_out: String,
    /// By whom it was let answer, and why.
    approved: Option<ChangeView<'a>>,
}

/// One model: whether to trust it now, how that is known, and where it comes from.
pub(crate) fn model(entry: &Entry, model: &ModelEntry) -> Response {
    let now = Utc::now();
    let described = model.described();
    let approval = model.answers().then(|| approval(model)).flatten();
    let mut page = ModelPage {
        frame: Frame::now(),
        entry,
        model,
        status: Status::of(&model.stage),
        domain_anchor: links::domain_anchor(&entry.domain),
        simulated: entry.is_simulated().then(Status::simulated),
        health: Health::of_model(model).view(now),
        since: approval.map(|change| Moment::new(change.at, now)),
        trained: described.map(|version| Moment::new(version.trained_at, now)),
        labelled: model.watch.as_ref().and_then(verdict::labelled),
        sections: Vec::new(),
        figures: figures::of(model),
        pictures: described
            .map(|version| answers(version, previous(model)))
            .unwrap_or_default(),
        confusion: described.and_then(confusion::of),
        over_time: over_time::of(model),
        drift: model.watch.as_ref().map(drift::of).unwrap_or_default(),
        findings: findings(model, now),
        importance: described.and_then(importance::of),
        versions: versions::of(model, now),
        card: described.map(|version| card(version, approval, now)),
        history: model
            .history
            .iter()
            .rev()
            .map(|change| self::change(change, now))
            .collect(),
    };
    page.sections = sections(&page);
    respond(StatusCode::OK, &page)
}

fn sections(page: &ModelPage<'_>) -> Vec<Section> {
    let has_quality = !page.pictures.is_empty() || page.confusion.is_some();
    let is_there = |there: bool, anchor, title| there.then(|| Section::new(anchor, title));
    [
        is_there(!page.over_time.is_empty(), "over-time", "Over time"),
        is_there(has_quality, "answers", "Answers"),
        Section::of("drift", "Drift", page.drift.len()),
        Section::of("findings", "Findings", page.findings.len()),
        is_there(page.importance.is_some(), "importance", "What it goes by"),
        Section::of("versions", "Versions", page.versions.rows.len()),
        is_there(page.card.is_some(), "card", "Model card"),
        Section::of("history", "History", page.history.len()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Of classes, or of a quantity.
fn answers(version: &VersionEntry, previous: Option<&VersionEntry>) -> Vec<PictureView> {
    let mut pictures = classes::of(version, previous);
    pictures.extend(quantities::of(version));
    pictures
}

/// How the version came to answer. What is decided while it answers, such as that the model is frozen, is no approval.
fn approval(model: &ModelEntry) -> Option<&StageChangeEntry> {
    let approval: Option<&StageChangeEntry> = model.history.iter().fold(None, |now, change| {
        let of_it = |now: &&StageChangeEntry| now.version == change.version;
        match change.stage.as_str() {
            "Production" => now.filter(of_it).or(Some(change)),
            _ => now.filter(|now| !of_it(now)),
        }
    });
    approval.filter(|change| change.version == model.version)
}

/// The version in Production before this one was put there for the last time.
fn previous(model: &ModelEntry) -> Option<&VersionEntry> {
    let mut promoted = model
        .history
        .iter()
        .rev()
        .filter(|change| change.stage == "Production")
        .map(|change| change.version)
        .skip_while(|version| *version != model.version);
    let previous = promoted.find(|version| *version != model.version)?;
    let mut versions = model.versions.iter();
    versions.find(|version| version.version == previous)
}

/// Newest first.
fn findings(model: &ModelEntry, now: DateTime<Utc>) -> Vec<FindingView<'_>> {
    let findings = model
        .watch
        .iter()
        .flat_map(|watch| watch.findings.iter().rev());
    findings
        .map(|finding| FindingView {
            entry: finding,
            at: Moment::new(finding.at, now),
        })
        .collect()
}

fn change(change: &StageChangeEntry, now: DateTime<Utc>) -> ChangeView<'_> {
    ChangeView {
        entry: change,
        status: Status::of(&change.stage),
        at: Moment::new(change.at, now),
    }
}

fn card<'a>(
    version: &'a VersionEntry,
    approval: Option<&'a StageChangeEntry>,
    now: DateTime<Utc>,
) -> Card<'a> {
    let datasets: Vec<String> = version
        .datasets
        .iter()
        .map(|(dataset, version)| format!("{dataset} version {version}"))
        .collect();
    Card {
        version,
        parameters: version
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_string()))
            .collect(),
        trained_on: listed(&datasets),
        cases: count(version.cases),
        held_out: count(version.held_out),
        approved: approval.map(|approval| change(approval, now)),
    }
}
