use axum::extract::{Path, Query, State, rejection::PathRejection};
use axum::http::{HeaderMap, header};
use axum::response::Response;

use crate::Catalog;
use crate::error::Error;
use crate::pages::{self, Origin};
use crate::params::Given;
use crate::search::Query as Words;

pub(super) async fn home(State(catalog): State<Catalog>) -> Response {
    pages::home(&catalog.entries(), &catalog.failures())
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

pub(super) async fn contract(
    State(catalog): State<Catalog>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    match path {
        Ok(Path((product, contract))) => contract_page(&catalog, &product, &contract, None),
        Err(_) => pages::problem(&Error::UnknownPage),
    }
}

pub(super) async fn contract_version(
    State(catalog): State<Catalog>,
    path: Result<Path<(String, String, String)>, PathRejection>,
) -> Response {
    match path {
        Ok(Path((product, contract, version))) => {
            contract_page(&catalog, &product, &contract, Some(&version))
        }
        Err(_) => pages::problem(&Error::UnknownPage),
    }
}

pub(super) async fn model(
    State(catalog): State<Catalog>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let Ok(Path((product, model))) = path else {
        return pages::problem(&Error::UnknownPage);
    };
    let entry = match catalog.product(&product) {
        Ok(entry) => entry,
        Err(error) => return pages::problem(&error),
    };
    match entry.model(&model) {
        Ok(model) => pages::model(&entry, model),
        Err(error) => pages::problem(&error),
    }
}

pub(super) async fn dataset(
    State(catalog): State<Catalog>,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let Ok(Path((product, dataset))) = path else {
        return pages::problem(&Error::UnknownPage);
    };
    let entry = match catalog.product(&product) {
        Ok(entry) => entry,
        Err(error) => return pages::problem(&error),
    };
    match entry.dataset(&dataset) {
        Ok(dataset) => pages::dataset(&entry, dataset),
        Err(error) => pages::problem(&error),
    }
}

fn contract_page(
    catalog: &Catalog,
    product: &str,
    contract: &str,
    version: Option<&str>,
) -> Response {
    let entry = match catalog.product(product) {
        Ok(entry) => entry,
        Err(error) => return pages::problem(&error),
    };
    let page = entry
        .contract(contract, version)
        .and_then(|contract| pages::contract(&entry, contract));
    page.unwrap_or_else(|| {
        pages::problem(&Error::UnknownContract {
            product: product.to_owned(),
            contract: contract.to_owned(),
            version: version.map(str::to_owned),
        })
    })
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
