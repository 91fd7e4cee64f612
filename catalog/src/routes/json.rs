use axum::Json;
use axum::extract::{Path, Query, State, rejection::PathRejection};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use mesh_platform::problem::Problem;
use schemars::JsonSchema;
use serde::Serialize;

use crate::Catalog;
use crate::entry::Entry;
use crate::error::Error;
use crate::params::{Given, Params};
use crate::search::{self, Hit, Query as Words};

/// Hits beyond these are counted, not listed.
const MAX_HITS: usize = 100;

#[derive(Serialize, JsonSchema)]
pub(super) struct ProductList {
    products: Vec<Summary>,
    total: usize,
}

/// A data product in short.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ProductSummary")]
struct Summary {
    product: String,
    domain: String,
    title: String,
    version: String,
    status: String,
    purpose: String,
    owner: String,
    tags: Vec<String>,
    urn: String,
    address: String,
    /// How many there are.
    ports: usize,
    contracts: usize,
    datasets: usize,
    models: usize,
    registered_at: DateTime<Utc>,
}

impl From<&Entry> for Summary {
    fn from(entry: &Entry) -> Self {
        Self {
            product: entry.product.clone(),
            domain: entry.domain.clone(),
            title: entry.title.clone(),
            version: entry.version.clone(),
            status: entry.status.clone(),
            purpose: entry.purpose.clone(),
            owner: entry.owner.clone(),
            tags: entry.tags.clone(),
            urn: entry.urn.clone(),
            address: entry.address.clone(),
            ports: entry.ports.len(),
            contracts: entry.contracts.len(),
            datasets: entry.datasets.len(),
            models: entry.models.len(),
            registered_at: entry.registered_at,
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct SearchResult {
    query: String,
    /// Best first; at most 100.
    hits: Vec<Hit>,
    /// How many there are, listed or not.
    total: usize,
}

pub(super) async fn products(
    State(catalog): State<Catalog>,
    Query(given): Query<Given>,
) -> Result<Json<ProductList>, Problem> {
    let params = Params::parse(given, &["q", "domain", "tag"])?;
    let mut entries = catalog.entries();
    if let Some(text) = params.get("q") {
        entries = search::products(&entries, &Words::parse(text)?);
    }
    let products: Vec<Summary> = entries
        .iter()
        .filter(|entry| {
            params
                .get("domain")
                .is_none_or(|domain| entry.domain == domain)
        })
        .filter(|entry| {
            params
                .get("tag")
                .is_none_or(|tag| entry.tags.iter().any(|own| own == tag))
        })
        .map(|entry| Summary::from(entry.as_ref()))
        .collect();
    Ok(Json(ProductList {
        total: products.len(),
        products,
    }))
}

pub(super) async fn product(
    State(catalog): State<Catalog>,
    path: Result<Path<String>, PathRejection>,
    Query(given): Query<Given>,
) -> Result<Response, Problem> {
    Params::parse(given, &[])?;
    let Path(product) = path.map_err(|_| Error::UnknownPage)?;
    Ok(Json(catalog.product(&product)?.as_ref()).into_response())
}

pub(super) async fn model(
    State(catalog): State<Catalog>,
    path: Result<Path<(String, String)>, PathRejection>,
    Query(given): Query<Given>,
) -> Result<Response, Problem> {
    Params::parse(given, &[])?;
    let Path((product, model)) = path.map_err(|_| Error::UnknownPage)?;
    Ok(Json(catalog.product(&product)?.model(&model)?).into_response())
}

pub(super) async fn dataset(
    State(catalog): State<Catalog>,
    path: Result<Path<(String, String)>, PathRejection>,
    Query(given): Query<Given>,
) -> Result<Response, Problem> {
    Params::parse(given, &[])?;
    let Path((product, dataset)) = path.map_err(|_| Error::UnknownPage)?;
    Ok(Json(catalog.product(&product)?.dataset(&dataset)?).into_response())
}

pub(super) async fn search(
    State(catalog): State<Catalog>,
    Query(given): Query<Given>,
) -> Result<Json<SearchResult>, Problem> {
    let params = Params::parse(given, &["q"])?;
    let text = params.get("q").ok_or(Error::EmptyQuery)?;
    let mut hits = search::search(&catalog.entries(), &Words::parse(text)?);
    let total = hits.len();
    hits.truncate(MAX_HITS);
    Ok(Json(SearchResult {
        query: text.to_owned(),
        hits,
        total,
    }))
}
