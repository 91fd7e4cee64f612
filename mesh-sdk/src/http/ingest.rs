//! `POST /products/{product}/ports/{port}`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use mesh_contracts::{Contract, Side};
use mesh_platform::api::{Api, Operation, Payload, Schema};
use mesh_platform::identity::Scope;
use mesh_platform::problem::{Problem, codes};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::ingest::{Ingest, MediaType, Named, Outcome, Refusals};
use crate::{InputPort, RunningProduct};

/// Every record was accepted, and its event is durable.
#[derive(Serialize, JsonSchema)]
struct Accepted {
    /// How many records there were.
    accepted: usize,
    /// The id of each record's event, in the order of the records.
    event_ids: Vec<String>,
}

pub(super) fn api(product: &RunningProduct, port: &InputPort, ingest: Arc<Ingest>) -> Api {
    let name = product.product().name();
    let contract = port.contract();
    let operation = Operation::new(
        format!("post_{name}_{}", port.name()),
        format!("Send records to the port {}", port.name()),
    )
    .description(format!(
        "Each record is checked against contract {} {} on its own: the good ones are accepted, the others \
         listed. The answer comes once the accepted ones are durable; they are in dataset {} shortly after. A producer \
         may name its events, as CloudEvents does, with an id that is its own: one that is sent again under the same id \
         and source is acknowledged again, with the same event id, and stored once. One record of application/json may \
         be named by the headers ce-specversion, ce-id, ce-source and ce-type.",
        contract.name(),
        contract.version(),
        port.dataset()
    ))
    .tag(name)
    .scope(Scope::Ingest);
    let path = super::path(product, &format!("ports/{}", port.name()));
    Api::new()
        .route(
            Method::POST,
            &path,
            post,
            accepting(operation, product, contract),
        )
        .with_state(ingest)
}

/// What is taken where records become events, and what is answered.
pub(super) fn accepting(
    operation: Operation,
    product: &RunningProduct,
    contract: &Contract,
) -> Operation {
    operation
        .request(
            "application/json",
            super::one_or_many(product, contract, Side::Input),
        )
        .request("application/x-ndjson", Schema::text())
        .request("text/csv", Schema::text())
        .request("application/cloudevents+json", named(product, contract))
        .request(
            "application/cloudevents-batch+json",
            Schema::array_of(named(product, contract)),
        )
        .answer(
            StatusCode::ACCEPTED,
            "Every record was accepted",
            "application/json",
            Schema::of::<Accepted>(),
        )
        .problems(&[
            &codes::PARTLY_ACCEPTED,
            &codes::CONTRACT_VIOLATION,
            &codes::BAD_REQUEST,
            &codes::EMPTY_BODY,
            &codes::NOT_JSON,
            &codes::NOT_UTF8,
            &codes::BAD_CSV,
            &codes::BODY_TOO_LARGE,
            &codes::UNSUPPORTED_MEDIA_TYPE,
            &codes::TOO_MANY_REQUESTS,
            &codes::UNAVAILABLE,
        ])
}

pub(super) async fn post(
    State(ingest): State<Arc<Ingest>>,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Problem> {
    let media_type = media_type(&headers)?;
    let named = in_headers(&headers, media_type, &body)?;
    let outcome = ingest.accept(media_type, body, named).await?;
    answer(&outcome)
}

/// What a producer calls its event in the headers of the request: there can be one name only.
fn in_headers(
    headers: &HeaderMap,
    media_type: MediaType,
    body: &[u8],
) -> Result<Option<Named>, Problem> {
    let wrong = |detail: String| Problem::new(&codes::BAD_REQUEST).with_detail(detail);
    let named = Named::in_headers(headers).map_err(wrong)?;
    let is_one = media_type == MediaType::Json && body.trim_ascii_start().first() == Some(&b'{');
    match named {
        Some(_) if !is_one => Err(wrong(
            "the headers ce-… name one event, whose record is one object of application/json; send several as \
             application/cloudevents-batch+json"
                .to_owned(),
        )),
        named => Ok(named),
    }
}

/// A record of `contract` in an event that its producer has named.
fn named(product: &RunningProduct, contract: &Contract) -> Schema {
    let name = super::component(product, contract, Side::Input);
    let text = json!({ "type": "string", "minLength": 1 });
    let event = json!({
        "type": "object",
        "description": "A CloudEvent. What else it says of itself is not looked at.",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": { "const": "1.0" },
            "id": text,
            "source": text,
            "type": text,
            "datacontenttype": { "type": "string" },
            "dataschema": { "type": "string", "description": "The contract and version that the record keeps." },
            "data": { "$ref": format!("#/components/schemas/{name}") },
        },
    });
    Schema::component(format!("{name}-named"), event)
}

fn media_type(headers: &HeaderMap) -> Result<MediaType, Problem> {
    super::media_type(headers).ok_or_else(|| {
        let known = MediaType::ALL.map(|(_, name)| name).join(", ");
        Problem::new(&codes::UNSUPPORTED_MEDIA_TYPE)
            .with_detail(format!("send Content-Type with one of {known}"))
    })
}

fn answer(outcome: &Outcome) -> Result<Response, Problem> {
    let total = outcome.event_ids.len();
    let accepted = outcome.event_ids.iter().flatten().count();
    if accepted == total {
        let event_ids = outcome.event_ids.iter().flatten().map(ToString::to_string);
        let event_ids = event_ids.collect();
        return Ok((
            StatusCode::ACCEPTED,
            Json(Accepted {
                accepted,
                event_ids,
            }),
        )
            .into_response());
    }
    let (code, detail) = match accepted {
        0 => (
            &codes::CONTRACT_VIOLATION,
            format!("None of the {total} records was accepted."),
        ),
        _ => (
            &codes::PARTLY_ACCEPTED,
            format!(
                "{accepted} of {total} records were accepted; send the others again once they are mended."
            ),
        ),
    };
    Err(
        refusal(Problem::new(code).with_detail(detail), &outcome.refused)
            .with_member("accepted", accepted)
            .with_member("event_ids", json!(outcome.event_ids)),
    )
}

/// Lists what was refused.
pub(crate) fn refusal(problem: Problem, refusals: &Refusals) -> Problem {
    let listed: Vec<_> = refusals
        .listed()
        .iter()
        .map(|refusal| json!(refusal))
        .collect();
    let more = refusals.violations() > listed.len();
    let problem = problem.with_errors(listed);
    match more {
        true => problem.with_member("violations", refusals.violations()),
        false => problem,
    }
}
