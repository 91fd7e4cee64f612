//! `GET /products/{product}/datasets/{dataset}/profile`: what the rows of a dataset are like, for those who may read them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Method, StatusCode};
use mesh_platform::api::{Api, Operation, Schema};
use mesh_platform::identity::Scope;
use mesh_platform::problem::{Problem, codes};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Correlations, DatasetProfile, RunningProduct};

/// What the rows of a dataset are like. Nothing in it tells of a person.
#[derive(Serialize, JsonSchema)]
struct Profile {
    #[serde(flatten)]
    profile: DatasetProfile,
    /// How the features of the models that learn from it go with what each is to tell.
    correlations: Vec<Correlations>,
}

pub(super) fn api(product: &Arc<RunningProduct>, dataset: &str) -> Api {
    let name = product.product().name();
    let operation = Operation::new(
        format!("profile_{dataset}_{name}"),
        "What the rows of a dataset are like",
    )
    .description("The catalog tells the same, but for what contracts do not let everybody see.")
    .tag(name)
    .scope(Scope::Query)
    .answer(
        StatusCode::OK,
        "The newest profile",
        "application/json",
        Schema::of::<Profile>(),
    )
    .problems(&[&codes::UNAVAILABLE]);
    let path = super::path(product, &format!("datasets/{dataset}/profile"));
    let dataset = dataset.to_owned();
    let profile = move |State(product): State<Arc<RunningProduct>>| async move {
        let profiles = &product.profiles;
        let profile = profiles.whole(&dataset).ok_or_else(|| {
            Problem::new(&codes::UNAVAILABLE)
                .with_detail("the dataset has not been looked at yet; ask again in a second")
        })?;
        let correlations = profiles.whole_correlations(&dataset);
        Ok::<_, Problem>(Json(Profile {
            profile: (*profile).clone(),
            correlations: correlations.iter().map(|it| (**it).clone()).collect(),
        }))
    };
    Api::new()
        .route(Method::GET, &path, profile, operation)
        .with_state(product.clone())
}
