//! `POST /products/{product}/models/{model}/train`, and the runs that come of it.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use mesh_platform::api::{Api, Operation, Payload, Schema};
use mesh_platform::identity::{Caller, Scope};
use mesh_platform::problem::{Problem, codes};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::asked::{SOMETHING, checked, parsed};
use crate::RunningProduct;
use crate::problems;
use crate::product::{Events, ModelPlan};
use crate::running::Training;
use crate::training::{Cause, TrainingRun, Wanted};

const JSON: &str = "application/json";

/// The training runs of a model.
#[derive(Serialize, JsonSchema)]
struct Listed {
    /// The newest first; the 200 newest, and every one that is not over.
    runs: Vec<TrainingRun>,
}

/// A training run that is wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// For those who ask later, at most 1000 characters.
    #[schemars(length(min = 1, max = 1000), regex(pattern = SOMETHING))]
    why: String,
    /// Whether the version goes into Production if it passes the gate; it does where nothing is said.
    #[serde(default = "yes")]
    promote: bool,
    /// Names the run, so that asking again begins nothing, in at most 1000 characters; a UUID where nothing is said.
    #[schemars(length(min = 1, max = 1000), regex(pattern = SOMETHING))]
    run: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Clone)]
struct Of {
    training: Training,
    /// Path of the runs.
    runs: String,
}

pub(super) fn api(product: &RunningProduct, plan: &ModelPlan, training: Training) -> Api {
    let path = |rest: &str| super::path(product, &format!("models/{}/{rest}", plan.name));
    let (name, model) = (product.product().name(), &plan.name);
    let operation =
        |id: &str, summary: &str| Operation::new(format!("{id}_{name}_{model}"), summary).tag(name);
    let run = |operation: Operation| operation.path_parameter("run", "Its id");
    let topic = product.product().topic(Events::Training(model));
    let train = operation("train", "Train a new version on the newest data")
        .description(format!(
            "The run is an event on topic {topic}; this answers once that is durable. It is done beside everything else and \
             gives way to it; where its version passes the gate, that goes into Production, if the run is to."
        ))
        .scope(Scope::Models)
        .request(JSON, Schema::of::<Wish>())
        .answer(StatusCode::ACCEPTED, "The run", JSON, Schema::of::<TrainingRun>())
        .problems(&[
            &codes::BAD_REQUEST,
            &codes::EMPTY_BODY,
            &codes::NOT_JSON,
            &codes::UNSUPPORTED_MEDIA_TYPE,
            &codes::UNAVAILABLE,
        ]);
    let list = operation("training_runs", "The training runs of a model")
        .scope(Scope::Query)
        .answer(StatusCode::OK, "The runs", JSON, Schema::of::<Listed>());
    let one = run(operation(
        "training_run",
        "How far a training run is, or what came of it",
    ))
    .scope(Scope::Query)
    .answer(StatusCode::OK, "The run", JSON, Schema::of::<TrainingRun>())
    .problems(&[&codes::NOT_FOUND]);
    let end = run(operation("cancel_training_run", "Cancel a training run"))
        .description("One that waits ends at once, one that has begun shortly after.")
        .scope(Scope::Models)
        .answer(
            StatusCode::ACCEPTED,
            "The run",
            JSON,
            Schema::of::<TrainingRun>(),
        )
        .problems(&[&codes::NOT_FOUND, &codes::RUN_OVER, &codes::UNAVAILABLE]);
    let runs = path("runs");
    Api::new()
        .route(Method::POST, &path("train"), self::train, train)
        .route(Method::GET, &runs, self::list, list)
        .route(Method::GET, &path("runs/{run}"), show, one)
        .route(Method::POST, &path("runs/{run}/cancel"), cancel, end)
        .with_state(Of { training, runs })
}

type Accepted = (StatusCode, [(HeaderName, String); 1], Json<TrainingRun>);

async fn train(
    State(of): State<Of>,
    caller: Caller,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Accepted, Problem> {
    super::only_json(&headers)?;
    let Wish { why, promote, run } = parsed(
        &body,
        r#"send {"why": "…"}, and "promote": false to leave it in Staging"#,
    )?;
    let wanted = Wanted {
        cause: Cause::AdHoc,
        why: checked("why", &why)?.to_owned(),
        asked_by: caller.subject().to_owned(),
        promote,
    };
    let run = match &run {
        Some(run) => checked("run", run)?.to_owned(),
        None => Uuid::now_v7().to_string(),
    };
    let Training { asker, runs } = of.training;
    // It goes on when the caller is gone: what is begun is done.
    let asking = tokio::spawn(async move {
        asker.ask(&run, &wanted).await.map_err(problems::events)?;
        // The event brings it here as well, a little later. It is durable: whatever happens now, the run is wanted.
        let wants = runs.want(&run, &wanted).await;
        Ok::<_, Problem>(
            wants.unwrap_or_else(|_| TrainingRun::waiting(&asker.model, &run, &wanted)),
        )
    });
    let run = asking.await.map_err(Problem::internal)??;
    let id = utf8_percent_encode(&run.run, NON_ALPHANUMERIC);
    let address = format!("{}/{id}", of.runs);
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, address)],
        Json(run),
    ))
}

async fn list(State(of): State<Of>) -> Json<Listed> {
    let runs = of.training.runs.all();
    Json(Listed { runs })
}

async fn show(State(of): State<Of>, Path(run): Path<String>) -> Result<Json<TrainingRun>, Problem> {
    Ok(Json(of.training.runs.find(&run)?))
}

async fn cancel(
    State(of): State<Of>,
    Path(run): Path<String>,
    caller: Caller,
) -> Result<(StatusCode, Json<TrainingRun>), Problem> {
    let by = caller.subject().to_owned();
    let cancelling = tokio::spawn(async move { of.training.runs.cancel(&run, &by).await });
    let run = cancelling.await.map_err(Problem::internal)??;
    Ok((StatusCode::ACCEPTED, Json(run)))
}
