//! What a product says of itself: its description, contracts, models and their versions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use mesh_contracts::{Contract, Side};
use mesh_platform::api::{Api, Operation, Schema};
use mesh_platform::problem::{Problem, codes};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{ModelVersion, QualityReport, RunningProduct};

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";

/// The models of a product.
#[derive(Serialize, JsonSchema)]
struct Models {
    /// The version of each that answers now; of one that does not answer, the newest, whose `stage` tells it.
    models: Vec<ModelVersion>,
}

pub(super) fn api(product: &Arc<RunningProduct>) -> Api {
    let mut api = description(product)
        .merge(asyncapi(product))
        .merge(models(product));
    for dataset in product.product().datasets() {
        api = api.merge(quality(product, &dataset.name));
    }
    let contracts = product.product().contracts();
    for contract in &contracts {
        let version = format!("{}/{}", contract.name(), contract.version());
        api = api.merge(contract_routes(product, contract, &version));
        let is_newer =
            |other: &&Contract| other.id() == contract.id() && other.is_newer_than(contract);
        if !contracts.iter().any(is_newer) {
            api = api.merge(contract_routes(product, contract, contract.name()));
        }
    }
    for plan in product.product().models() {
        api = api.merge(model(product, &plan.name));
    }
    api
}

fn operation(product: &RunningProduct, id: &str, summary: &str) -> Operation {
    let name = product.product().name();
    Operation::new(format!("{id}_{name}"), summary)
        .tag(name)
        .public()
}

fn description(product: &Arc<RunningProduct>) -> Api {
    let source = product.product().description().source().to_owned();
    let operation = operation(product, "describe", "The product's self-description (ODPS)")
        .answer(
            StatusCode::OK,
            "The document as JSON",
            JSON,
            Schema::inline(json!({ "type": "object" })),
        )
        .answer(
            StatusCode::OK,
            "The document as written",
            YAML,
            Schema::text(),
        );
    let path = format!("/products/{}", product.product().name());
    let handler = move |headers: HeaderMap| async move { document(&headers, &source) };
    Api::new().route(Method::GET, &path, handler, operation)
}

fn asyncapi(product: &Arc<RunningProduct>) -> Api {
    let operation = operation(product, "asyncapi", "The product's topics (AsyncAPI 3.0)").answer(
        StatusCode::OK,
        "The document",
        JSON,
        Schema::inline(json!({ "type": "object" })),
    );
    let document = Bytes::from(crate::asyncapi::document(product).to_string());
    let get = move || async move { ([(header::CONTENT_TYPE, JSON)], document) };
    let path = super::path(product, "asyncapi.json");
    Api::new().route(Method::GET, &path, get, operation)
}

/// Of a contract at `address` below the product's contracts: its name, for the newest version, or name and version.
fn contract_routes(product: &Arc<RunningProduct>, contract: &Contract, address: &str) -> Api {
    let name = address.replace('/', "_");
    let path = super::path(product, &format!("contracts/{address}"));
    let whole = operation(
        product,
        &format!("contract_{name}"),
        "A contract of the product (ODCS)",
    )
    .answer(
        StatusCode::OK,
        "The document as JSON",
        JSON,
        Schema::inline(json!({ "type": "object" })),
    )
    .answer(
        StatusCode::OK,
        "The document as written",
        YAML,
        Schema::text(),
    );
    let derived = operation(
        product,
        &format!("schema_{name}"),
        "The JSON Schema of what a port takes",
    )
    .answer(
        StatusCode::OK,
        "JSON Schema 2020-12",
        "application/schema+json",
        Schema::inline(json!({ "type": "object" })),
    );
    let source = contract.source().to_owned();
    let schema = contract.json_schema(Side::Input).to_string();
    Api::new()
        .route(
            Method::GET,
            &path,
            move |headers: HeaderMap| async move { document(&headers, &source) },
            whole,
        )
        .route(
            Method::GET,
            &format!("{path}/schema.json"),
            move || async move { ([(header::CONTENT_TYPE, "application/schema+json")], schema) },
            derived,
        )
}

fn quality(product: &Arc<RunningProduct>, dataset: &str) -> Api {
    let operation = operation(
        product,
        &format!("quality_{dataset}"),
        "What a dataset was measured to be, against its contract",
    )
    .answer(
        StatusCode::OK,
        "The newest measurement",
        JSON,
        Schema::of::<QualityReport>(),
    )
    .problems(&[&codes::UNAVAILABLE]);
    let path = super::path(product, &format!("datasets/{dataset}/quality"));
    let dataset = dataset.to_owned();
    let report = move |State(product): State<Arc<RunningProduct>>| async move {
        match product.quality(&dataset) {
            Some(report) => Ok(Json((*report).clone())),
            None => Err(Problem::new(&codes::UNAVAILABLE)
                .with_detail("the dataset has not been measured yet; ask again in a second")),
        }
    };
    Api::new()
        .route(Method::GET, &path, report, operation)
        .with_state(product.clone())
}

fn models(product: &Arc<RunningProduct>) -> Api {
    let operation = operation(
        product,
        "models",
        "The models of the product, with what they are worth",
    )
    .answer(
        StatusCode::OK,
        "The version of each that answers now, or else the newest",
        JSON,
        Schema::of::<Models>(),
    );
    let list = |State(product): State<Arc<RunningProduct>>| async move {
        let models = product.models().collect();
        Json(Models { models })
    };
    let path = super::path(product, "models");
    Api::new()
        .route(Method::GET, &path, list, operation)
        .with_state(product.clone())
}

fn model(product: &Arc<RunningProduct>, model: &str) -> Api {
    let operation = operation(
        product,
        &format!("model_{model}"),
        "A model, with what it is worth",
    )
    .answer(
        StatusCode::OK,
        "The version that answers now, or else the newest",
        JSON,
        Schema::of::<ModelVersion>(),
    )
    .problems(&[&codes::NOT_FOUND]);
    let path = super::path(product, &format!("models/{model}"));
    let model = model.to_owned();
    let get = |State(product): State<Arc<RunningProduct>>| async move {
        let version = product.models().find(|version| version.model == model);
        version.map(Json).ok_or_else(|| {
            let name = product.product().name();
            let detail = format!(
                "model {model} has no version yet: mesh model runs {name}/{model} tells why, and mesh train {name}/{model} tries again"
            );
            Problem::new(&codes::NOT_FOUND).with_detail(detail)
        })
    };
    Api::new()
        .route(Method::GET, &path, get, operation)
        .with_state(product.clone())
}

/// The same as JSON, or YAML as it was written, whichever the caller likes better.
fn document(headers: &HeaderMap, yaml: &str) -> Result<Response, Problem> {
    match super::negotiated(headers, &[JSON, YAML]) {
        Some(YAML) => Ok(([(header::CONTENT_TYPE, YAML)], yaml.to_owned()).into_response()),
        _ => {
            let json: Value =
                mesh_contracts::parse_document("document", yaml).map_err(Problem::internal)?;
            Ok(Json(json).into_response())
        }
    }
}
