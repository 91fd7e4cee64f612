use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};

use super::accuracy::AccuracyView;
use super::format::{Moment, count, counted, listed, percent, share};
use super::snippets::{self, Origin, Snippet};
use super::status::Status;
use super::{Frame, respond};
use crate::entry::{
    ContractEntry, ContractRef, DatasetEntry, Direction, Entry, FieldEntry, ModelEntry, Port,
};
use crate::links;

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage<'a> {
    frame: Frame,
    entry: &'a Entry,
    status: Status,
    domain_anchor: String,
    verdict: String,
    registered: Moment,
    sections: Vec<Section>,
    snippets: Vec<Snippet>,
    models: Vec<ModelView<'a>>,
    ports: Vec<PortView<'a>>,
    datasets: Vec<DatasetView<'a>>,
    contracts: Vec<ContractView<'a>>,
}

/// A part of the page that has something in it.
struct Section {
    anchor: &'static str,
    title: &'static str,
    count: Option<String>,
}

struct ModelView<'a> {
    entry: &'a ModelEntry,
    anchor: String,
    status: Status,
    accuracy: Option<AccuracyView>,
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
}

struct ContractView<'a> {
    entry: &'a ContractEntry,
    anchor: String,
    status: Status,
    address: String,
    summary: String,
    has_classes: bool,
    fields: Vec<FieldView<'a>>,
}

struct FieldView<'a> {
    entry: &'a FieldEntry,
    anchor: String,
    /// How far the column is indented; the style sheet knows 0 to 3.
    depth: usize,
}

/// One product: what it is, whether to trust it, how to read it, and everything it promises.
pub(crate) fn product(entry: &Entry, origin: &Origin) -> Response {
    let now = Utc::now();
    let mut page = ProductPage {
        frame: Frame::now(),
        entry,
        status: Status::of(&entry.status),
        domain_anchor: links::domain_anchor(&entry.domain),
        verdict: verdict(entry),
        registered: Moment::new(entry.registered_at, now),
        sections: Vec::new(),
        snippets: snippets::of(entry, origin),
        models: entry.models.iter().map(model).collect(),
        ports: entry
            .ports
            .iter()
            .map(|port| self::port(entry, port))
            .collect(),
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
    let counted = [
        ("models", "Models", page.models.len()),
        ("ports", "Ports", page.ports.len()),
        ("datasets", "Datasets", page.datasets.len()),
        ("contracts", "Contracts", page.contracts.len()),
    ]
    .into_iter()
    .filter(|(_, _, number)| *number > 0)
    .map(|(anchor, title, number)| Section {
        anchor,
        title,
        count: Some(count(number as u64)),
    });
    let get = Section {
        anchor: "get",
        title: "Get the data",
        count: None,
    };
    let get = if page.snippets.is_empty() {
        None
    } else {
        Some(get)
    };
    get.into_iter().chain(counted).collect()
}

fn verdict(entry: &Entry) -> String {
    let mut sentences = Vec::new();
    for model in &entry.models {
        if let Some(accuracy) = model.accuracy {
            sentences.push(format!(
                "Model {} version {} ({}) is right in {} of {} (95% interval {} to {}).",
                model.name,
                model.version,
                model.stage,
                percent(accuracy.value),
                counted(accuracy.cases, "labelled case"),
                percent(accuracy.low),
                percent(accuracy.high),
            ));
        }
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

fn model(entry: &ModelEntry) -> ModelView<'_> {
    ModelView {
        entry,
        anchor: links::model_anchor(&entry.name),
        status: Status::of(&entry.stage),
        accuracy: entry.accuracy.as_ref().map(AccuracyView::new),
        auc: entry.auc.map(share),
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
    }
}

fn contract<'a>(entry: &Entry, contract: &'a ContractEntry) -> ContractView<'a> {
    let required = contract
        .fields
        .iter()
        .filter(|field| field.required && !field.assigned)
        .count();
    let assigned = contract
        .fields
        .iter()
        .filter(|field| field.assigned)
        .count();
    let mut parts = vec![counted(contract.fields.len() as u64, "column")];
    if required > 0 {
        parts.push(format!("{} required", count(required as u64)));
    }
    if assigned > 0 {
        parts.push(format!(
            "{} assigned by the platform",
            count(assigned as u64)
        ));
    }
    ContractView {
        entry: contract,
        anchor: links::contract_anchor(&contract.name),
        status: Status::of(&contract.status),
        address: links::contract(entry, contract),
        summary: format!("{}.", parts.join(", ")),
        has_classes: contract
            .fields
            .iter()
            .any(|field| field.classification.is_some()),
        fields: contract
            .fields
            .iter()
            .map(|field| FieldView {
                entry: field,
                anchor: links::column_anchor(&contract.name, &field.path),
                depth: field.path.matches('.').count().min(3),
            })
            .collect(),
    }
}
