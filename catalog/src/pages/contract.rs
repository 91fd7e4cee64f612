//! A contract for people: its part in a product's page, its own page, and the file that stands alone.

mod body;
mod document;
mod fields;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;
use mesh_contracts::Contract;

pub use document::contract_html;
pub(super) use fields::ContractView;

use super::health::{Health, HealthView};
use super::{Frame, respond};
use crate::entry::{ContractEntry, Entry};
use crate::links;
use body::Body;

#[derive(Template)]
#[template(path = "contract.html")]
struct ContractPage<'a> {
    frame: Frame,
    product: &'a Entry,
    domain_anchor: String,
    /// The contract's document, as the product serves it.
    address: String,
    health: Option<HealthView>,
    body: Body<'a>,
}

/// Everything one version of a contract promises; None when the product did not hand over its document.
pub(crate) fn contract(product: &Entry, contract: &ContractEntry) -> Option<Response> {
    let terms = Contract::parse(&contract.name, contract.source.as_deref()?).ok()?;
    let page = ContractPage {
        frame: Frame::now(),
        product,
        domain_anchor: links::domain_anchor(&product.domain),
        address: links::contract(product, contract),
        health: Health::of_contract(product, &contract.name).map(|health| health.view(Utc::now())),
        body: Body::new(&terms, contract),
    };
    Some(respond(StatusCode::OK, &page))
}
