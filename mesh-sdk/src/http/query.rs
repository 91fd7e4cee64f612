//! `POST /products/{product}/query`

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt, stream};
use mesh_platform::api::{Api, Operation, Payload, Schema};
use mesh_platform::identity::Scope;
use mesh_platform::problem::{Problem, codes};
use mesh_storage::Format;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{RunningProduct, problems};

const FORMATS: [Format; 3] = [Format::Json, Format::Csv, Format::Arrow];

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Query {
    /// One SELECT or EXPLAIN over the product's datasets.
    sql: String,
}

pub(super) fn api(product: &Arc<RunningProduct>) -> Api {
    let name = product.product().name();
    let datasets: Vec<String> = product
        .datasets()
        .into_iter()
        .map(|dataset| dataset.name)
        .collect();
    let rows = serde_json::json!({ "type": "array", "items": { "type": "object" } });
    let operation = Operation::new(
        format!("query_{name}"),
        "Query the product's datasets with SQL",
    )
    .description(format!(
        "Read-only. The tables are {}. The header `mesh-datasets` of the answer says which \
             versions of which were read.",
        datasets.join(", ")
    ))
    .tag(name)
    .scope(Scope::Query)
    .request("application/json", Schema::of::<Query>())
    .answer(
        StatusCode::OK,
        "The rows",
        "application/json",
        Schema::inline(rows),
    )
    .answer(StatusCode::OK, "The rows", "text/csv", Schema::text())
    .answer(
        StatusCode::OK,
        "The rows",
        "application/vnd.apache.arrow.stream",
        Schema::binary(),
    )
    .problems(&[
        &codes::NOT_JSON,
        &codes::EMPTY_BODY,
        &codes::BAD_REQUEST,
        &codes::QUERY_INVALID,
        &codes::QUERY_NOT_READ_ONLY,
        &codes::QUERY_TOO_LARGE,
        &codes::QUERY_TIMEOUT,
        &codes::NOT_ACCEPTABLE,
        &codes::BODY_TOO_LARGE,
        &codes::UNSUPPORTED_MEDIA_TYPE,
    ]);
    let path = super::path(product, "query");
    Api::new()
        .route(Method::POST, &path, post, operation)
        .with_state(product.clone())
}

async fn post(
    State(product): State<Arc<RunningProduct>>,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Problem> {
    super::only_json(&headers)?;
    let format = format(&headers)?;
    let query = query(&body)?;
    let rows = product
        .engine()
        .query(&query.sql)
        .await
        .map_err(problems::query)?;
    let sources = rows
        .sources()
        .iter()
        .map(|(name, version)| format!("{name}@{version}"));
    let sources = sources.collect::<Vec<_>>().join(", ");
    let mut chunks = Box::pin(rows.encode(format).map_err(problems::query)?);
    // What fails at once is answered as a problem; after the first rows the answer can only be cut.
    let first = chunks.try_next().await.map_err(problems::query)?;
    let rest = chunks.inspect_err(|error| {
        tracing::warn!(
            code = error.code(),
            "a query failed after its first rows, and its answer was cut"
        );
    });
    let first = stream::iter(first.map(Ok));
    let body = axum::body::Body::from_stream(first.chain(rest));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    if let Ok(sources) = HeaderValue::from_str(&sources) {
        headers.insert("mesh-datasets", sources);
    }
    Ok(response)
}

fn query(body: &[u8]) -> Result<Query, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::new(&codes::EMPTY_BODY));
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => {
            let detail = r#"send {"sql": "SELECT ..."} and nothing else"#;
            Problem::new(&codes::BAD_REQUEST).with_detail(detail)
        }
        _ => Problem::new(&codes::NOT_JSON).with_detail(format!(
            "at line {}, column {}",
            error.line(),
            error.column()
        )),
    })
}

fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    let wanted = super::negotiated(headers, &FORMATS.map(essence));
    let wanted =
        wanted.and_then(|name| FORMATS.into_iter().find(|format| essence(*format) == name));
    wanted.ok_or_else(|| {
        let known = FORMATS.map(essence).join(", ");
        Problem::new(&codes::NOT_ACCEPTABLE).with_detail(format!("rows go out as {known}"))
    })
}

fn essence(format: Format) -> &'static str {
    format.media_type().split(';').next().unwrap_or_default()
}
