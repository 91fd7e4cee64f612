//! `POST /products/{product}/models/{model}/score-requests`

use std::sync::Arc;

use axum::http::Method;
use mesh_platform::api::{Api, Operation};
use mesh_platform::identity::Scope;

use super::ingest::{accepting, post};
use crate::RunningProduct;
use crate::ingest::Ingest;
use crate::product::{Events, ModelPlan};

pub(super) fn api(product: &RunningProduct, plan: &ModelPlan, requests: Arc<Ingest>) -> Api {
    let name = product.product().name();
    let operation = Operation::new(
        format!("request_scores_{name}_{}", plan.name),
        format!("Ask the model {} and do not wait for the answer", plan.name),
    )
    .description(format!(
        "Each record is checked against contract {} {} on its own: the good ones are accepted, the others listed. The answer \
         to this comes once the requests are durable. Those of the model come on topic {}, each with the id of its request as \
         `correlationid`, and are rows of dataset {} shortly after.",
        plan.input.name(),
        plan.input.version(),
        product.product().topic(Events::Model(&plan.name)),
        plan.dataset
    ))
    .tag(name)
    .scope(Scope::Score);
    let path = super::path(product, &format!("models/{}/score-requests", plan.name));
    let operation = accepting(operation, product, &plan.input);
    Api::new()
        .route(Method::POST, &path, post, operation)
        .with_state(requests)
}
