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

use crate::ingest::{Ingest, MediaType, Outcome, Refusals};
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
         listed. The answer comes once the accepted ones are durable; they are in dataset {} shortly after.",
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
        .answer(
            StatusCode::ACCEPTED,
            "Every record was accepted",
            "application/json",
            Schema::of::<Accepted>(),
        )
        .problems(&[
            &codes::PARTLY_ACCEPTED,
            &codes::CONTRACT_VIOLATION,
            &codes::EMPTY_BODY,
            &codes::NOT_JSON,
            &codes::NOT_UTF8,
            &codes::BAD_CSV,
            &codes::BODY_TOO_LARGE,
            &codes::UNSUPPORTED_MEDIA_TYPE,
            &codes::UNAVAILABLE,
        ])
}

pub(super) async fn post(
    State(ingest): State<Arc<Ingest>>,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Problem> {
    let outcome = ingest.accept(media_type(&headers)?, body).await?;
    answer(&outcome)
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
