//! `POST /products/{product}/models/{model}/score`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use mesh_contracts::Side;
use mesh_platform::api::{Api, Operation, Payload};
use mesh_platform::identity::Scope;
use mesh_platform::problem::{Problem, codes};

use crate::RunningProduct;
use crate::product::ModelPlan;
use crate::scoring::{Answer, Scoring};

pub(super) fn api(product: &RunningProduct, plan: &ModelPlan, scoring: Arc<Scoring>) -> Api {
    let name = product.product().name();
    let operation = Operation::new(
        format!("score_{name}_{}", plan.name),
        format!("Score with the model {}", plan.name),
    )
    .description(format!(
        "{} Send one record or a list; each comes back with `{}` added. The answer comes once it is durable; it \
         is a row of dataset {} shortly after.",
        plan.declared.description, plan.declared.answer, plan.dataset
    ))
    .tag(name)
    .scope(Scope::Score)
    .request("application/json", super::one_or_many(product, &plan.input, Side::Input))
    .answer(
        StatusCode::OK,
        "What was sent, with the answer added",
        "application/json",
        super::one_or_many(product, &plan.output, Side::Stored),
    )
    .problems(&[
        &codes::CONTRACT_VIOLATION,
        &codes::UNDEFINED_SCORE,
        &codes::EMPTY_BODY,
        &codes::NOT_JSON,
        &codes::NOT_UTF8,
        &codes::BODY_TOO_LARGE,
        &codes::UNSUPPORTED_MEDIA_TYPE,
        &codes::TOO_MANY_REQUESTS,
        &codes::MODEL_NOT_READY,
        &codes::UNAVAILABLE,
    ]);
    let path = super::path(product, &format!("models/{}/score", plan.name));
    Api::new()
        .route(Method::POST, &path, post, operation)
        .with_state(scoring)
}

async fn post(
    State(scoring): State<Arc<Scoring>>,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Problem> {
    super::only_json(&headers)?;
    Ok(match scoring.score(body).await? {
        Answer::One(record) => Json(record).into_response(),
        Answer::Many(records) => Json(records).into_response(),
    })
}
