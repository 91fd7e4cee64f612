use axum::extract::{Path, Query, State, rejection::PathRejection};
use axum::http::{HeaderMap, header};
use axum::response::Response;

use crate::Catalog;
use crate::error::Error;
use crate::pages::{self, Origin};
use crate::params::Given;
use crate::search::Query as Words;

pub(super) async fn home(State(catalog): State<Catalog>) -> Response {
    pages::home(&catalog.entries())
}

pub(super) async fn product(
    State(catalog): State<Catalog>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let origin = Origin::from_host(
        headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok()),
    );
    let product = path
        .map_err(|_| Error::UnknownPage)
        .and_then(|Path(product)| catalog.product(&product));
    match product {
        Ok(entry) => pages::product(&entry, &origin),
        Err(error) => pages::problem(&error),
    }
}

/// Parameters other than `q` come with links from elsewhere and are no reason to refuse a reader.
pub(super) async fn search(State(catalog): State<Catalog>, Query(given): Query<Given>) -> Response {
    let text = given
        .iter()
        .find(|(name, _)| name == "q")
        .map_or("", |(_, value)| value.trim());
    let query = match Words::parse(text) {
        Ok(query) => Some(query).filter(|query| !query.words().is_empty()),
        Err(error) => return pages::problem(&error),
    };
    pages::search(&catalog.entries(), text, query.as_ref())
}
