//! The routes of a product. Every data port asks who is calling; what describes the product is open.

mod asked;
mod describe;
mod ingest;
mod lifecycle;
mod live;
mod model_quality;
mod profile;
mod quarantine;
mod query;
mod schemas;
mod score;
mod score_requests;
mod training;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use mesh_contracts::{Contract, Side};
use mesh_platform::api::{Api, Schema};
use mesh_platform::problem::{Problem, codes};

use crate::RunningProduct;
use crate::ingest::MediaType;

pub(crate) use ingest::refusal;
pub use schemas::schemas_api;

pub(crate) fn api(product: &Arc<RunningProduct>) -> Api {
    let mut api = Api::new()
        .merge(describe::api(product))
        .merge(query::api(product))
        .merge(live::api(product))
        .merge(quarantine::api(product));
    for dataset in product.product().datasets() {
        api = api.merge(profile::api(product, &dataset.name));
    }
    for (port, ingest) in product.ports() {
        api = api.merge(ingest::api(product, port, ingest.clone()));
    }
    for (plan, scoring) in product.scoring_ports() {
        api = api.merge(score::api(product, plan, scoring.clone()));
        if let Some(lifecycle) = product.lifecycles.get(&plan.name) {
            api = api.merge(lifecycle::api(product, plan, lifecycle.clone()));
        }
        if let Some(watched) = product.watched.get(&plan.name) {
            api = api.merge(model_quality::api(product, plan, watched.clone()));
        }
        if let Some(training) = product.training.get(&plan.name) {
            api = api.merge(training::api(product, plan, training.clone()));
        }
        if let Some(requests) = product.requests.get(&plan.name) {
            api = api.merge(score_requests::api(product, plan, requests.clone()));
        }
    }
    api
}

/// Which of `offers`, best first, the caller's Accept likes best; the first where it does not say.
fn negotiated<'a>(headers: &HeaderMap, offers: &[&'a str]) -> Option<&'a str> {
    let accept = headers.get_all(header::ACCEPT).into_iter();
    let ranges: Vec<(&str, f32)> = accept
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
            (name, quality.unwrap_or(1.0))
        })
        .collect();
    if ranges.is_empty() {
        return offers.first().copied();
    }
    // The most specific range decides about an offer.
    let quality = |offer: &str| {
        let kind = offer.split('/').next().unwrap_or_default();
        let find = |wanted: &str| {
            ranges
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, quality)| *quality)
        };
        find(offer)
            .or_else(|| find(&format!("{kind}/*")))
            .or_else(|| find("*/*"))
            .unwrap_or(0.0)
    };
    let liked = offers.iter().filter(|offer| quality(offer) > 0.0);
    // Of equals, the first offer.
    liked
        .rev()
        .max_by(|a, b| quality(a).total_cmp(&quality(b)))
        .copied()
}

/// What a body says it is, where a port takes such.
fn media_type(headers: &HeaderMap) -> Option<MediaType> {
    MediaType::of(headers.get(header::CONTENT_TYPE)?.to_str().ok()?)
}

/// Refuses a body that does not say it is JSON.
fn only_json(headers: &HeaderMap) -> Result<(), Problem> {
    match media_type(headers) {
        Some(MediaType::Json) => Ok(()),
        _ => Err(Problem::new(&codes::UNSUPPORTED_MEDIA_TYPE)
            .with_detail("send Content-Type: application/json")),
    }
}

/// One record of `contract` or a list of them, as its `side` is sent or comes back. The schema is named for the product:
/// contracts of two products may have one name.
fn one_or_many(product: &RunningProduct, contract: &Contract, side: Side) -> Schema {
    let name = component(product, contract, side);
    let record = Schema::component(name, contract.json_schema(side));
    Schema::one_of([record.clone(), Schema::array_of(record)])
}

/// What the schema of one such record is called.
fn component(product: &RunningProduct, contract: &Contract, side: Side) -> String {
    let side = match side {
        Side::Input => "input",
        Side::Stored => "stored",
    };
    let product = product.product().name();
    format!(
        "{product}-{}-{}-{side}",
        contract.name(),
        contract.version()
    )
}

/// The path of something of `product`, such as `/products/bracelet-cardiology/query`.
fn path(product: &RunningProduct, rest: &str) -> String {
    format!("/products/{}/{rest}", product.product().name())
}

#[cfg(test)]
mod tests;
