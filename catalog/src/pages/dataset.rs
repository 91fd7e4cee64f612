mod correlations;
mod property;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;

use super::format::{Moment, count};
use super::picture::PictureView;
use super::section::Section;
use super::status::Status;
use super::{Frame, respond};
use crate::entry::{DatasetEntry, Entry};
use crate::links;
use property::PropertyView;

#[derive(Template)]
#[template(path = "dataset.html")]
struct DatasetPage<'a> {
    frame: Frame,
    entry: &'a Entry,
    dataset: &'a DatasetEntry,
    domain_anchor: String,
    simulated: Option<Status>,
    /// What its contract says it is.
    description: Option<&'a str>,
    contract: Option<String>,
    rows: String,
    updated: Moment,
    sections: Vec<Section>,
    profile: Option<ProfileView<'a>>,
    correlations: Vec<CorrelationsView<'a>>,
}

struct ProfileView<'a> {
    version: i64,
    made: Moment,
    /// None where it could not be made.
    properties: Option<Vec<PropertyView<'a>>>,
}

struct CorrelationsView<'a> {
    model: &'a str,
    /// Of the model's page, where it has one.
    page: Option<String>,
    picture: Option<PictureView>,
    /// What there is to say in the place of the picture, or beside it.
    note: Option<String>,
}

/// One dataset: what its rows are like.
pub(crate) fn dataset(entry: &Entry, dataset: &DatasetEntry) -> Response {
    let now = Utc::now();
    let contract = entry.contract(&dataset.contract, None);
    let profile = dataset.profile.as_ref().map(|profile| ProfileView {
        version: profile.version,
        made: Moment::new(profile.made_at, now),
        properties: profile.properties.as_ref().map(|properties| {
            let view = |property| property::view(entry, contract, property);
            properties.iter().map(view).collect()
        }),
    });
    let page = DatasetPage {
        frame: Frame::now(),
        entry,
        dataset,
        domain_anchor: links::domain_anchor(&entry.domain),
        simulated: entry.is_simulated().then(Status::simulated),
        description: contract.map(|contract| contract.description.as_str()),
        contract: contract
            .filter(|contract| contract.source.is_some())
            .map(|contract| links::contract_page(entry, contract)),
        rows: count(dataset.rows),
        updated: Moment::new(dataset.updated_at, now),
        sections: [
            Some(Section::new("profile", "Profile")),
            Section::of("correlations", "Correlations", dataset.correlations.len()),
        ]
        .into_iter()
        .flatten()
        .collect(),
        profile,
        correlations: dataset
            .correlations
            .iter()
            .enumerate()
            .map(|(index, correlations)| correlations::view(entry, index, correlations))
            .collect(),
    };
    respond(StatusCode::OK, &page)
}
