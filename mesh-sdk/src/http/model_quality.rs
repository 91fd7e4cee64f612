//! `GET /products/{product}/models/{model}/quality`: how a model does once it answers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use mesh_platform::api::{Api, Operation, Schema};
use mesh_platform::identity::Scope;
use schemars::JsonSchema;
use serde::Serialize;

use crate::RunningProduct;
use crate::product::ModelPlan;
use crate::watching::{Finding, Watched};

/// What the newest looks at a model say.
#[derive(Serialize, JsonSchema)]
struct Findings {
    /// Oldest first; of the 200 newest looks. The dataset `model_quality` has all.
    findings: Vec<Finding>,
}

pub(super) fn api(product: &RunningProduct, plan: &ModelPlan, watched: Arc<Watched>) -> Api {
    let name = product.product().name();
    let operation = Operation::new(
        format!("model_quality_{name}_{}", plan.name),
        "How a model does: drift, measures with and without labels, and what was done",
    )
    .tag(name)
    .scope(Scope::Query)
    .answer(
        StatusCode::OK,
        "What looks say",
        "application/json",
        Schema::of::<Findings>(),
    );
    let path = super::path(product, &format!("models/{}/quality", plan.name));
    Api::new()
        .route(Method::GET, &path, findings, operation)
        .with_state(watched)
}

async fn findings(State(watched): State<Arc<Watched>>) -> Json<Findings> {
    let findings = watched.findings();
    Json(Findings { findings })
}
