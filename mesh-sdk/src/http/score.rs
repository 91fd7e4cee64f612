//! `POST /products/{product}/models/{model}/score`

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use mesh_contracts::Side;
use mesh_platform::api::{Api, Operation, Payload, Schema};
use mesh_platform::identity::Scope;
use mesh_platform::problem::{Problem, codes};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};

use super::asked::bad;
use crate::RunningProduct;
use crate::product::ModelPlan;
use crate::scoring::explained::{Explained, MAX_EXPLAINED};
use crate::scoring::{Answer, EXPLANATION, Scoring};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    explain: bool,
}

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
    .query_parameter(
        "explain",
        format!(
            "Whether each answer says what each feature added to it, as exact SHAP values; of at most {MAX_EXPLAINED} records"
        ),
        Schema::inline(json!({ "type": "boolean" })),
    )
    .request("application/json", super::one_or_many(product, &plan.input, Side::Input))
    .answer(
        StatusCode::OK,
        "What was sent, with the answer added",
        "application/json",
        answered(product, plan),
    )
    .problems(&[
        &codes::BAD_REQUEST,
        &codes::MODEL_NOT_EXPLAINABLE,
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

/// A record or a list of them, as they are kept, but that answers may be explained.
fn answered(product: &RunningProduct, plan: &ModelPlan) -> Schema {
    let mut schema = plan.output.json_schema(Side::Stored);
    let answer = &mut schema["properties"][&plan.declared.answer]["properties"];
    if let Value::Object(properties) = answer {
        let explained = Explained::json_schema(&mut SchemaGenerator::default());
        properties.insert(EXPLANATION.to_owned(), explained.to_value());
    }
    let name = super::component(product, &plan.output, Side::Stored);
    let record = Schema::component(format!("{name}-explained"), schema);
    Schema::one_of([record.clone(), Schema::array_of(record)])
}

async fn post(
    State(scoring): State<Arc<Scoring>>,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Response, Problem> {
    super::only_json(&headers)?;
    let Query(Asked { explain }) =
        asked.map_err(|_| bad("the only parameter is explain, true or false, once"))?;
    Ok(match scoring.score(body, explain).await? {
        Answer::One(record) => Json(record).into_response(),
        Answer::Many(records) => Json(records).into_response(),
    })
}
