//! The routes of a product. Every data port asks who is calling; what describes the product is open.

mod describe;
mod ingest;
mod query;
mod score;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use mesh_contracts::{Contract, Side};
use mesh_platform::api::{Api, Schema};
use mesh_platform::problem::{Problem, codes};

use crate::RunningProduct;
use crate::ingest::MediaType;

pub(crate) use ingest::refusal;

pub(crate) fn api(product: &Arc<RunningProduct>) -> Api {
    let mut api = Api::new()
        .merge(describe::api(product))
        .merge(query::api(product));
    for (port, ingest) in product.ports() {
        api = api.merge(ingest::api(product, port, ingest.clone()));
    }
    for (plan, scoring) in product.scoring_ports() {
        api = api.merge(score::api(product, plan, scoring.clone()));
    }
    api
}

/// Refuses a body that does not say it is JSON.
fn only_json(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    match content_type.and_then(MediaType::of) {
        Some(MediaType::Json) => Ok(()),
        _ => Err(Problem::new(&codes::UNSUPPORTED_MEDIA_TYPE)
            .with_detail("send Content-Type: application/json")),
    }
}

/// One record of `contract` or a list of them, as its `side` is sent or comes back.
fn one_or_many(contract: &Contract, side: Side) -> Schema {
    let name = match side {
        Side::Input => "input",
        Side::Stored => "stored",
    };
    let name = format!("{}-{}-{name}", contract.name(), contract.version());
    let record = Schema::component(name, contract.json_schema(side));
    Schema::one_of([record.clone(), Schema::array_of(record)])
}

/// The path of something of `product`, such as `/products/bracelet-cardiology/query`.
fn path(product: &RunningProduct, rest: &str) -> String {
    format!("/products/{}/{rest}", product.product().name())
}
