//! `/products/{product}/models/{model}/versions` and beside it: what versions of a model there are, which answers and why, and
//! the way to change that.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use mesh_platform::api::{Api, Operation, Payload, Schema};
use mesh_platform::identity::{Caller, Scope};
use mesh_platform::problem::{Problem, codes};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::asked::{SOMETHING, bad, checked, parsed};
use crate::lifecycle::{Decider, Import, Lifecycle, LifecycleError, StageChange};
use crate::product::ModelPlan;
use crate::training::Cases;
use crate::watching::TrialReport;
use crate::{ModelVersion, RunningProduct, Stage};

const JSON: &str = "application/json";
const ONNX: &str = "application/octet-stream";

/// The versions of a model.
#[derive(Serialize, JsonSchema)]
struct Versions {
    /// Oldest first.
    versions: Vec<ModelVersion>,
}

/// What was decided about the versions of a model.
#[derive(Serialize, JsonSchema)]
struct History {
    /// Oldest first. Where a time was asked for, the change by which a version was in Production then, if one was.
    changes: Vec<StageChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    at: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Origin {
    origin: String,
}

/// What a version is to become.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    stage: Stage,
    /// For those who ask later, at most 1000 characters.
    #[schemars(length(min = 1, max = 1000), regex(pattern = SOMETHING))]
    why: String,
}

/// How a version is to be tried beside the one in Production.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Trying {
    /// Of the calls that it answers. With 0 it is only asked the same, and what it would have answered is kept.
    #[schemars(range(min = 0.0, max = 1.0))]
    share: f64,
    /// For those who ask later, at most 1000 characters.
    #[schemars(length(min = 1, max = 1000), regex(pattern = SOMETHING))]
    why: String,
}

/// The largest integer that every reader of JSON takes as it is.
const LARGEST: u64 = (1 << 53) - 1;

/// In JSON Schema, 2.0 is an integer too.
fn version_number<'de, D: Deserializer<'de>>(number: D) -> Result<Option<u64>, D::Error> {
    let Some(number) = Option::<f64>::deserialize(number)? else {
        return Ok(None);
    };
    match number.fract() == 0.0 && (1.0..=LARGEST as f64).contains(&number) {
        true => Ok(Some(number as u64)),
        false => Err(serde::de::Error::custom("no number of a version")),
    }
}

/// Why the version before is to answer again.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// The version that is to go, so that asking again takes back nothing else; whichever answers where nothing is said.
    #[serde(default, deserialize_with = "version_number")]
    #[schemars(range(min = 1, max = LARGEST))]
    from: Option<u64>,
    /// For those who ask later, at most 1000 characters.
    #[schemars(length(min = 1, max = 1000), regex(pattern = SOMETHING))]
    why: String,
}

#[derive(Clone)]
struct Of {
    product: Arc<RunningProduct>,
    plan: Arc<ModelPlan>,
    lifecycle: Arc<Lifecycle>,
}

pub(super) fn api(
    product: &Arc<RunningProduct>,
    plan: &ModelPlan,
    lifecycle: Arc<Lifecycle>,
) -> Api {
    let path = |rest: &str| super::path(product, &format!("models/{}/{rest}", plan.name));
    let of = Of {
        product: product.clone(),
        plan: Arc::new(plan.clone()),
        lifecycle,
    };
    let version = "versions/{version}";
    let (stage, artifact) = (format!("{version}/stage"), format!("{version}/model.onnx"));
    let trial = format!("{version}/trial");
    Api::new()
        .route(Method::GET, &path("versions"), versions, listing(&of))
        .route(Method::POST, &path("versions"), import, importing(&of))
        .route(Method::GET, &path(version), show, showing(&of))
        .route(Method::GET, &path(&artifact), export, exporting(&of))
        .route(Method::GET, &path("history"), history, telling(&of))
        .route(Method::GET, &path(&trial), show_trial, showing_trial(&of))
        .route(Method::POST, &path(&trial), try_out, trying(&of))
        .route(Method::POST, &path(&stage), set_stage, deciding(&of))
        .route(
            Method::POST,
            &path("rollback"),
            roll_back,
            rolling_back(&of),
        )
        .with_state(of)
}

fn operation(of: &Of, id: &str, summary: &str) -> Operation {
    let product = of.product.product().name();
    Operation::new(format!("{id}_{product}_{}", of.plan.name), summary).tag(product)
}

fn listing(of: &Of) -> Operation {
    operation(of, "versions", "The versions of a model")
        .public()
        .answer(
            StatusCode::OK,
            "Every version",
            JSON,
            Schema::of::<Versions>(),
        )
}

fn importing(of: &Of) -> Operation {
    operation(of, "import", "Bring a model as a new version")
        .description(
            "An ONNX file from scikit-learn, XGBoost, LightGBM and others. It is measured on the cases held out and kept in \
             Staging; the gate decides whether it may answer.",
        )
        .scope(Scope::Models)
        .required_query_parameter("origin", "Where it came from: tool, data, revision", Schema::text())
        .request(ONNX, Schema::inline(json!({ "type": "string", "format": "binary" })))
        .answer(StatusCode::CREATED, "The version", JSON, Schema::of::<ModelVersion>())
        .problems(&[
            &codes::BAD_REQUEST,
            &codes::EMPTY_BODY,
            &codes::MODEL_REFUSED,
            &codes::BODY_TOO_LARGE,
            &codes::UNAVAILABLE,
        ])
}

fn exporting(of: &Of) -> Operation {
    operation(of, "export", "The ONNX file of a version")
        .scope(Scope::Models)
        .path_parameter("version", "Its number")
        .answer(
            StatusCode::OK,
            "The file, for phones, browsers and other runtimes",
            ONNX,
            Schema::inline(json!({ "type": "string", "format": "binary" })),
        )
        .problems(&[&codes::NOT_FOUND])
}

fn showing(of: &Of) -> Operation {
    operation(of, "version", "A version of a model, with what it is worth")
        .public()
        .path_parameter("version", "Its number")
        .answer(
            StatusCode::OK,
            "The version",
            JSON,
            Schema::of::<ModelVersion>(),
        )
        .problems(&[&codes::NOT_FOUND])
}

fn telling(of: &Of) -> Operation {
    operation(
        of,
        "history",
        "Which version of a model answered when, and who decided it",
    )
    .scope(Scope::Query)
    .query_parameter(
        "at",
        "Only what was in Production at this time (RFC 3339)",
        Schema::inline(json!({ "type": "string", "format": "date-time" })),
    )
    .answer(
        StatusCode::OK,
        "What was decided",
        JSON,
        Schema::of::<History>(),
    )
    .problems(&[&codes::BAD_REQUEST])
}

fn deciding(of: &Of) -> Operation {
    operation(of, "stage", "Change the stage of a version")
        .description(
            "A version becomes Production if it passes the gate of its model; calls that are being answered keep the \
             version they began with.",
        )
        .scope(Scope::Models)
        .path_parameter("version", "Its number")
        .request(JSON, Schema::of::<Wish>())
        .answer(StatusCode::OK, "What was decided", JSON, Schema::of::<StageChange>())
        .problems(&[
            &codes::BAD_REQUEST,
            &codes::EMPTY_BODY,
            &codes::NOT_JSON,
            &codes::NOT_FOUND,
            &codes::GATE_FAILED,
            &codes::STAGE_CONFLICT,
            &codes::UNSUPPORTED_MEDIA_TYPE,
            &codes::UNAVAILABLE,
        ])
}

fn rolling_back(of: &Of) -> Operation {
    operation(of, "rollback", "Let the version before answer again")
        .description(
            "At once and whatever the gate would say: it has answered before. The one before that where it is asked for again.",
        )
        .scope(Scope::Models)
        .request(JSON, Schema::of::<Reason>())
        .answer(
            StatusCode::OK,
            "What was decided",
            JSON,
            Schema::of::<StageChange>(),
        )
        .problems(&[
            &codes::BAD_REQUEST,
            &codes::EMPTY_BODY,
            &codes::NOT_JSON,
            &codes::STAGE_CONFLICT,
            &codes::UNSUPPORTED_MEDIA_TYPE,
            &codes::UNAVAILABLE,
        ])
}

fn trying(of: &Of) -> Operation {
    operation(
        of,
        "try",
        "Put a version on trial beside the one in Production",
    )
    .description("It ends with the next change of the version, such as to Staging, and with the trial of another.")
    .scope(Scope::Models)
    .path_parameter("version", "Its number")
    .request(JSON, Schema::of::<Trying>())
    .answer(
        StatusCode::OK,
        "What was decided",
        JSON,
        Schema::of::<StageChange>(),
    )
    .problems(&[
        &codes::BAD_REQUEST,
        &codes::EMPTY_BODY,
        &codes::NOT_JSON,
        &codes::NOT_FOUND,
        &codes::STAGE_CONFLICT,
        &codes::UNSUPPORTED_MEDIA_TYPE,
        &codes::UNAVAILABLE,
    ])
}

fn showing_trial(of: &Of) -> Operation {
    operation(of, "trial", "What the newest trial of a version has shown")
        .description("On the same calls that the version in Production answered.")
        .scope(Scope::Query)
        .path_parameter("version", "Its number")
        .answer(
            StatusCode::OK,
            "The trial",
            JSON,
            Schema::of::<TrialReport>(),
        )
        .problems(&[&codes::NOT_FOUND, &codes::UNAVAILABLE])
}

async fn versions(State(of): State<Of>) -> Json<Versions> {
    let versions = of.lifecycle.versions();
    Json(Versions { versions })
}

async fn import(
    State(of): State<Of>,
    origin: Result<Query<Origin>, QueryRejection>,
    caller: Caller,
    Payload(onnx): Payload,
) -> Result<(StatusCode, Json<ModelVersion>), Problem> {
    let Query(Origin { origin }) =
        origin.map_err(|_| bad("the only parameter is origin: where the model came from"))?;
    let origin = checked("origin", &origin)?.to_owned();
    if onnx.is_empty() {
        return Err(Problem::new(&codes::EMPTY_BODY));
    }
    // It goes on when the caller is gone: what is begun is done.
    let importing = tokio::spawn(async move {
        let cases = Cases::read(of.product.engine(), &of.plan).await;
        let cases = cases.map_err(LifecycleError::from)?;
        let lifecycle = of.lifecycle.clone();
        let keeping = tokio::task::spawn_blocking(move || {
            let import = Import {
                onnx: &onnx,
                by: caller.subject(),
                origin: &origin,
            };
            lifecycle.import(&import, &cases)
        });
        let version = keeping.await.map_err(Problem::internal)??;
        of.lifecycle.refresh().await?;
        Ok::<_, Problem>(version)
    });
    let version = importing.await.map_err(Problem::internal)??;
    Ok((StatusCode::CREATED, Json(version)))
}

async fn export(State(of): State<Of>, Path(version): Path<String>) -> Result<Response, Problem> {
    let number = number(&of, &version)?;
    let lifecycle = of.lifecycle.clone();
    let reading = tokio::task::spawn_blocking(move || lifecycle.artifact(number));
    let onnx = reading.await.map_err(Problem::internal)??;
    Ok(([(header::CONTENT_TYPE, ONNX)], onnx).into_response())
}

async fn show(
    State(of): State<Of>,
    Path(version): Path<String>,
) -> Result<Json<ModelVersion>, Problem> {
    let number = number(&of, &version)?;
    let versions = of.lifecycle.versions().into_iter();
    let found = versions
        .into_iter()
        .find(|version| version.version == number);
    found.map(Json).ok_or_else(|| no_version(&of, &version))
}

async fn show_trial(
    State(of): State<Of>,
    Path(version): Path<String>,
) -> Result<Json<TrialReport>, Problem> {
    let begun = of.lifecycle.tried(number(&of, &version)?)?;
    let engine = of.product.engine();
    Ok(Json(
        TrialReport::of(engine, &of.plan, &of.lifecycle, &begun).await?,
    ))
}

async fn history(
    State(of): State<Of>,
    when: Result<Query<When>, QueryRejection>,
) -> Result<Json<History>, Problem> {
    let Query(when) = when
        .map_err(|_| bad("the only parameter is at, a time such as 2026-01-31T12:00:00Z, once"))?;
    let changes = match when.at {
        Some(at) => of.lifecycle.in_production_at(at).into_iter().collect(),
        None => of.lifecycle.changes(),
    };
    Ok(Json(History { changes }))
}

async fn set_stage(
    State(of): State<Of>,
    Path(version): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Json<StageChange>, Problem> {
    super::only_json(&headers)?;
    let version = number(&of, &version)?;
    let example = r#"send {"stage": "Production", "why": "…"}; the stages are Staging, Production and Archived"#;
    let Wish { stage, why } = parsed(&body, example)?;
    let why = checked("why", &why)?.to_owned();
    decide(of, caller, why, Decision::Stage(version, stage)).await
}

async fn try_out(
    State(of): State<Of>,
    Path(version): Path<String>,
    caller: Caller,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Json<StageChange>, Problem> {
    super::only_json(&headers)?;
    let version = number(&of, &version)?;
    let Trying { share, why } = parsed(&body, r#"send {"share": 0.1, "why": "…"}"#)?;
    let why = checked("why", &why)?.to_owned();
    if !(0.0..=1.0).contains(&share) {
        return Err(bad(
            "share is the part of the calls that the version answers, from 0 to 1",
        ));
    }
    decide(of, caller, why, Decision::Trial(version, share)).await
}

async fn roll_back(
    State(of): State<Of>,
    caller: Caller,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Json<StageChange>, Problem> {
    super::only_json(&headers)?;
    let example = r#"send {"why": "…"}, and "from": 2 to take back version 2 alone"#;
    let Reason { why, from } = parsed(&body, example)?;
    let why = checked("why", &why)?.to_owned();
    decide(of, caller, why, Decision::RollBack(from)).await
}

/// What somebody wants of the versions of a model.
enum Decision {
    Stage(u64, Stage),
    Trial(u64, f64),
    RollBack(Option<u64>),
}

async fn decide(
    of: Of,
    caller: Caller,
    why: String,
    decision: Decision,
) -> Result<Json<StageChange>, Problem> {
    // It goes on when the caller is gone: what is begun is done.
    let deciding = tokio::spawn(async move {
        let decider = Decider::new(caller.subject(), &why);
        let lifecycle = &of.lifecycle;
        let change = match decision {
            Decision::Stage(version, Stage::Production) => {
                let cases = Cases::read(of.product.engine(), &of.plan).await?;
                let held_out = Arc::new(cases.held_out(&of.plan)?);
                lifecycle.promote(version, decider, held_out).await?
            }
            Decision::Stage(version, stage) => lifecycle.set_aside(version, stage, decider).await?,
            Decision::Trial(version, share) => lifecycle.try_out(version, share, decider).await?,
            Decision::RollBack(from) => lifecycle.roll_back(from, decider).await?,
        };
        of.product.changes.tell();
        Ok::<_, LifecycleError>(change)
    });
    Ok(Json(deciding.await.map_err(Problem::internal)??))
}

fn number(of: &Of, version: &str) -> Result<u64, Problem> {
    version.parse().map_err(|_| no_version(of, version))
}

fn no_version(of: &Of, version: &str) -> Problem {
    let newest = of
        .lifecycle
        .versions()
        .last()
        .map_or(0, |newest| newest.version);
    let detail = format!(
        "model {} has no version {version}; its versions are 1 to {newest}",
        of.plan.name
    );
    Problem::new(&codes::NOT_FOUND).with_detail(detail)
}
