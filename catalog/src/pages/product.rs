use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::accuracy::{AccuracyView, ErrorView, in_words};
use super::contract::ContractView;
use super::failure::FailureView;
use super::format::{Moment, count, counted, listed, share};
use super::health::{Health, HealthView};
use super::quality::{self, QualityView};
use super::section::Section;
use super::snippets::{self, Origin, Snippet};
use super::status::Status;
use super::{Frame, respond};
use crate::entry::{ContractEntry, ContractRef, DatasetEntry, Direction, Entry, ModelEntry, Port};
use crate::links;

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage<'a> {
    frame: Frame,
    entry: &'a Entry,
    status: Status,
    domain_anchor: String,
    simulated: Option<Status>,
    failure: Option<FailureView>,
    health: Option<HealthView>,
    holds: String,
    registered: Moment,
    sections: Vec<Section>,
    snippets: Vec<Snippet>,
    models: Vec<ModelView<'a>>,
    ports: Vec<PortView<'a>>,
    quality: Vec<QualityView<'a>>,
    datasets: Vec<DatasetView<'a>>,
    has_origins: bool,
    contracts: Vec<ContractPart<'a>>,
}

struct ModelView<'a> {
    entry: &'a ModelEntry,
    anchor: String,
    /// Of the model alone.
    page: String,
    status: Status,
    health: HealthView,
    accuracy: Option<AccuracyView>,
    error: Option<ErrorView>,
    auc: Option<String>,
}

struct PortView<'a> {
    entry: &'a Port,
    anchor: String,
    direction: &'static str,
    contract: Option<ContractLink<'a>>,
}

struct ContractLink<'a> {
    name: &'a str,
    version: &'a str,
    /// Absent when the contract is not on the page.
    anchor: Option<String>,
}

struct DatasetView<'a> {
    entry: &'a DatasetEntry,
    contract_anchor: Option<String>,
    rows: String,
    updated: Moment,
    refreshed: Option<Moment>,
    failure: Option<FailureView>,
}

/// A contract and what only a product's page says of it.
struct ContractPart<'a> {
    view: ContractView<'a>,
    /// The contract's document, as the product serves it.
    address: String,
    /// Its own page, where there is one.
    page: Option<String>,
}

/// One product: what it is, whether to trust it, how to read it, and everything it promises.
pub(crate) fn product(entry: &Entry, origin: &Origin) -> Response {
    let now = Utc::now();
    let mut page = ProductPage {
        frame: Frame::now(),
        entry,
        status: Status::of(&entry.status),
        domain_anchor: links::domain_anchor(&entry.domain),
        simulated: entry.is_simulated().then(Status::simulated),
        failure: entry
            .failure
            .as_ref()
            .map(|failure| FailureView::new(failure, now)),
        health: Health::of(entry).map(|health| health.view(now)),
        holds: holds(entry),
        registered: Moment::new(entry.registered_at, now),
        sections: Vec::new(),
        snippets: snippets::of(entry, origin),
        models: entry
            .models
            .iter()
            .map(|model| self::model(entry, model, now))
            .collect(),
        ports: entry
            .ports
            .iter()
            .map(|port| self::port(entry, port))
            .collect(),
        quality: quality::of(entry, now),
        has_origins: entry
            .datasets
            .iter()
            .any(|dataset| dataset.from.is_some() || dataset.failure.is_some()),
        datasets: entry
            .datasets
            .iter()
            .map(|dataset| self::dataset(entry, dataset, now))
            .collect(),
        contracts: entry
            .contracts
            .iter()
            .map(|contract| self::contract(entry, contract))
            .collect(),
    };
    page.sections = sections(&page);
    respond(StatusCode::OK, &page)
}

fn sections(page: &ProductPage<'_>) -> Vec<Section> {
    let get = (!page.snippets.is_empty()).then(|| Section::new("get", "Get the data"));
    [
        get,
        Section::of("models", "Models", page.models.len()),
        Section::of("ports", "Ports", page.ports.len()),
        Section::of("quality", "Quality", page.quality.len()),
        Section::of("datasets", "Datasets", page.datasets.len()),
        Section::of("contracts", "Contracts", page.contracts.len()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What there is of models and rows, in sentences.
fn holds(entry: &Entry) -> String {
    let mut sentences = Vec::new();
    for model in &entry.models {
        if let Some(told) = in_words(model) {
            sentences.push(format!(
                "Model {} version {} ({}) is {told}.",
                model.name, model.version, model.stage,
            ));
        }
    }
    for name in &entry.untrained {
        sentences.push(format!(
            "Model {name} has no version yet: no training run has succeeded."
        ));
    }
    if !entry.datasets.is_empty() {
        let held: Vec<String> = entry
            .datasets
            .iter()
            .map(|dataset| format!("{} in {}", counted(dataset.rows, "row"), dataset.name))
            .collect();
        sentences.push(format!("It holds {}.", listed(&held)));
    }
    sentences.join(" ")
}

fn model<'a>(entry: &Entry, model: &'a ModelEntry, now: DateTime<Utc>) -> ModelView<'a> {
    ModelView {
        entry: model,
        anchor: links::model_anchor(&model.name),
        page: links::model_page(entry, model),
        status: Status::of(&model.stage),
        health: Health::of_model(model).view(now),
        accuracy: model.accuracy.as_ref().map(AccuracyView::new),
        error: ErrorView::of(model),
        auc: model.auc.map(share),
    }
}

fn port<'a>(entry: &'a Entry, port: &'a Port) -> PortView<'a> {
    PortView {
        entry: port,
        anchor: links::port_anchor(&port.name),
        direction: match port.direction {
            Direction::Input => "input",
            Direction::Output => "output",
            Direction::Scoring => "scoring",
            Direction::Management => "management",
        },
        contract: port
            .contract
            .as_ref()
            .map(|contract: &ContractRef| ContractLink {
                name: &contract.name,
                version: &contract.version,
                anchor: contract_anchor(entry, &contract.name),
            }),
    }
}

fn contract_anchor(entry: &Entry, name: &str) -> Option<String> {
    let on_page = entry.contracts.iter().any(|contract| contract.name == name);
    on_page.then(|| links::contract_anchor(name))
}

fn dataset<'a>(entry: &Entry, dataset: &'a DatasetEntry, now: DateTime<Utc>) -> DatasetView<'a> {
    DatasetView {
        entry: dataset,
        contract_anchor: contract_anchor(entry, &dataset.contract),
        rows: count(dataset.rows),
        updated: Moment::new(dataset.updated_at, now),
        refreshed: dataset.refreshed_at.map(|at| Moment::new(at, now)),
        failure: dataset
            .failure
            .as_ref()
            .map(|failure| FailureView::new(failure, now)),
    }
}

fn contract<'a>(entry: &Entry, contract: &'a ContractEntry) -> ContractPart<'a> {
    let has_page = contract.source.is_some();
    ContractPart {
        view: ContractView::of(contract),
        address: links::contract(entry, contract),
        page: has_page.then(|| links::contract_page(entry, contract)),
    }
}
