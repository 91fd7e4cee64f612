//! The catalog's addresses: each with its operation in the API's description.

mod assets;
mod json;
mod pages;
mod resolve;

use axum::http::{Method, StatusCode};
use mesh_platform::api::{Api, Operation, Schema};
use mesh_platform::problem::codes::{BAD_REQUEST, NOT_FOUND, UNAVAILABLE};
use serde_json::json;

use crate::Catalog;
use crate::catalog::Resolved;
use crate::entry::{DatasetEntry, Entry, ModelEntry};
use crate::search::QUERY_LIMIT;
use json::{ProductList, SearchResult};

const JSON: &str = "application/json";
const HTML: &str = "text/html";

/// What the catalog knows is open to all who reach it: names, promises and what data are like, never a row.
fn operation(id: &str, summary: &str) -> Operation {
    Operation::new(id, summary).tag("catalog").public()
}

fn page(id: &str, summary: &str) -> Operation {
    operation(id, summary).answer(StatusCode::OK, "A page for people", HTML, Schema::text())
}

/// A page of its own says what is wrong.
fn or_page(operation: Operation, status: StatusCode) -> Operation {
    operation.answer(
        status,
        "A page that says what is wrong",
        HTML,
        Schema::text(),
    )
}

fn query_text() -> Schema {
    Schema::inline(json!({ "type": "string", "maxLength": QUERY_LIMIT }))
}

fn required_query_text() -> Schema {
    Schema::inline(json!({ "type": "string", "pattern": "\\S", "maxLength": QUERY_LIMIT }))
}

pub(crate) fn api(catalog: Catalog) -> Api {
    Api::new()
        .merge(products())
        .merge(search())
        .merge(names())
        .merge(people())
        .with_state(catalog)
}

fn products() -> Api<Catalog> {
    Api::new()
        .route(
            Method::GET,
            "/catalog/api/v1/products",
            json::products,
            operation("list_products", "The data products of the mesh")
                .query_parameter(
                    "q",
                    "Words that the product, or something in it, is found by",
                    query_text(),
                )
                .query_parameter("domain", "Only products of this domain", Schema::text())
                .query_parameter("tag", "Only products with this tag", Schema::text())
                .answer(
                    StatusCode::OK,
                    "The products, by name or best first",
                    JSON,
                    Schema::of::<ProductList>(),
                )
                .problems(&[&BAD_REQUEST]),
        )
        .route(
            Method::GET,
            "/catalog/api/v1/products/{product}",
            json::product,
            operation("get_product", "Everything a data product says about itself")
                .path_parameter("product", "Name of the product")
                .answer(StatusCode::OK, "The product", JSON, Schema::of::<Entry>())
                .problems(&[&BAD_REQUEST, &NOT_FOUND, &UNAVAILABLE]),
        )
        .route(
            Method::GET,
            "/catalog/api/v1/products/{product}/models/{model}",
            json::model,
            operation(
                "get_product_model",
                "Everything a data product says about a model",
            )
            .path_parameter("product", "Name of the product")
            .path_parameter("model", "Name of the model")
            .answer(
                StatusCode::OK,
                "The model",
                JSON,
                Schema::of::<ModelEntry>(),
            )
            .problems(&[&BAD_REQUEST, &NOT_FOUND, &UNAVAILABLE]),
        )
        .route(
            Method::GET,
            "/catalog/api/v1/products/{product}/datasets/{dataset}",
            json::dataset,
            operation(
                "get_product_dataset",
                "Everything a data product says about a dataset, and what its rows are like",
            )
            .path_parameter("product", "Name of the product")
            .path_parameter("dataset", "Name of the dataset")
            .answer(
                StatusCode::OK,
                "The dataset",
                JSON,
                Schema::of::<DatasetEntry>(),
            )
            .problems(&[&BAD_REQUEST, &NOT_FOUND, &UNAVAILABLE]),
        )
}

fn search() -> Api<Catalog> {
    Api::new().route(
        Method::GET,
        "/catalog/api/v1/search",
        json::search,
        operation("search_catalog", "Products, models, ports, contracts and columns by name and meaning")
            .description("Exact names come first, then names that begin with the query, names that hold it, and texts.")
            .required_query_parameter("q", "Words, all of which must be found", required_query_text())
            .answer(StatusCode::OK, "What was found, best first", JSON, Schema::of::<SearchResult>())
            .problems(&[&BAD_REQUEST]),
    )
}

fn names() -> Api<Catalog> {
    Api::new().route(
        Method::GET,
        "/catalog/resolve/{urn}",
        resolve::resolve,
        or_page(names_operation(), StatusCode::NOT_FOUND)
            .answer(
                StatusCode::OK,
                "The address, for who accepts JSON",
                JSON,
                Schema::of::<Resolved>(),
            )
            .empty_answer(StatusCode::FOUND, "The address, in the header `location`")
            .problems(&[&BAD_REQUEST, &NOT_FOUND]),
    )
}

fn names_operation() -> Operation {
    let operation = operation("resolve_urn", "Today's address of a name for ever");
    or_page(operation, StatusCode::BAD_REQUEST).path_parameter_of(
        "urn",
        "urn:mesh:{domain}:{product}:{port}:{major}, or urn:mesh:{domain}:{product}",
        Schema::inline(json!({
            "type": "string",
            "pattern": "^urn:mesh:[A-Za-z0-9._-]+:[A-Za-z0-9._-]+(:[A-Za-z0-9._-]+:[0-9]+)?$",
        })),
    )
}

/// A page about a product, which may be unknown, or never have been loaded.
fn product_page(id: &str, summary: &str) -> Operation {
    let operation = or_page(page(id, summary), StatusCode::NOT_FOUND);
    or_page(operation, StatusCode::SERVICE_UNAVAILABLE)
        .path_parameter("product", "Name of the product")
}

fn people() -> Api<Catalog> {
    Api::new()
        .route(
            Method::GET,
            "/",
            pages::home,
            page("home_page", "The mesh at a glance"),
        )
        .route(
            Method::GET,
            "/catalog/products/{product}",
            pages::product,
            product_page("product_page", "A data product, for people"),
        )
        .route(
            Method::GET,
            "/catalog/products/{product}/contracts/{contract}",
            pages::contract,
            product_page("contract_page", "What a contract promises, for people")
                .path_parameter("contract", "Name of the contract; its highest version"),
        )
        .route(
            Method::GET,
            "/catalog/products/{product}/contracts/{contract}/{version}",
            pages::contract_version,
            product_page(
                "contract_version_page",
                "One version of a contract, for people",
            )
            .path_parameter("contract", "Name of the contract")
            .path_parameter("version", "`major.minor.patch`"),
        )
        .route(
            Method::GET,
            "/catalog/products/{product}/models/{model}",
            pages::model,
            product_page("model_page", "How well a model answers, for people")
                .path_parameter("model", "Name of the model"),
        )
        .route(
            Method::GET,
            "/catalog/products/{product}/datasets/{dataset}",
            pages::dataset,
            product_page(
                "dataset_page",
                "What the rows of a dataset are like, for people",
            )
            .path_parameter("dataset", "Name of the dataset"),
        )
        .route(
            Method::GET,
            "/catalog/search",
            pages::search,
            or_page(
                page("search_page", "Search, for people"),
                StatusCode::BAD_REQUEST,
            )
            .query_parameter("q", "Words", query_text()),
        )
        .route(
            Method::GET,
            "/catalog/assets/{file}",
            assets::asset,
            operation(
                "asset",
                "What pages load; the name holds a hash of the content",
            )
            .path_parameter("file", "As the pages name it")
            .answer(StatusCode::OK, "The file", "text/css", Schema::text())
            .answer(StatusCode::OK, "The file", "image/svg+xml", Schema::text())
            .problems(&[&NOT_FOUND]),
        )
}
