//! `/products/{product}/quarantine`: what broke its contract, as it came, and the way to put it in again.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method, StatusCode};
use mesh_contracts::{Record, Violation};
use mesh_platform::api::{Api, Operation, Payload, Schema};
use mesh_platform::identity::Scope;
use mesh_platform::problem::{Problem, codes};
use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::RunningProduct;
use crate::product::resolve::unknown;
use crate::quarantine::{self, Entry, EntryId, MOST, Outcome, Page, Replay, Replayed, Wanted};

/// Entries of a list where nothing is said.
const USUAL: usize = 100;

/// Entries that wait, the newest first.
#[derive(Serialize, JsonSchema)]
struct Entries {
    entries: Vec<Entry>,
    /// What `after` has to be for those behind them, if there are more.
    next: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    dataset: Option<String>,
    reason: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// Which entries to put in again. All that wait, where nothing else is said.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// The dataset that they were for.
    dataset: String,
    /// Only these, at most 1000.
    #[serde(default)]
    ids: Vec<String>,
    /// Only those that broke this rule, such as `schema-unknown`.
    reason: Option<String>,
    /// Records to put in instead of what came, by the id of the entry. What the platform assigns stays what it was.
    #[serde(default)]
    records: BTreeMap<String, Record>,
    /// The `next` of the answer before.
    after: Option<String>,
    /// Entries of one answer, at most 1000.
    #[serde(default, deserialize_with = "whole")]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// What became of the entries.
#[derive(Serialize, JsonSchema)]
struct Answer {
    /// Number of the replay; none if there was nothing to put in.
    replay: Option<u64>,
    /// These are in the dataset now.
    stored: Vec<String>,
    /// The dataset has their events already: they were not stored again, and wait no more.
    there: Vec<String>,
    /// These still break the contract, and wait on.
    refused: Vec<Refused>,
    /// What `after` has to be for further entries, if there are more.
    next: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Refused {
    id: String,
    errors: Vec<Violation>,
}

pub(super) fn api(product: &Arc<RunningProduct>) -> Api {
    let path = |rest: &str| super::path(product, &format!("quarantine{rest}"));
    Api::new()
        .route(Method::GET, &path(""), list, listing(product))
        .route(Method::GET, &path("/{id}"), show, showing(product))
        .route(Method::POST, &path("/replay"), replay, replaying(product))
        .with_state(product.clone())
}

fn operation(product: &RunningProduct, id: &str, summary: &str) -> Operation {
    let name = product.product().name();
    Operation::new(format!("{id}_{name}"), summary)
        .tag(name)
        .scope(Scope::Quarantine)
}

fn listing(product: &RunningProduct) -> Operation {
    operation(product, "quarantine", "What broke its contract and waits")
        .query_parameter("dataset", "Only what was for this dataset", Schema::text())
        .query_parameter("reason", "Only what broke this rule", Schema::text())
        .query_parameter("limit", "Entries at most, 1 to 1000", count())
        .query_parameter("after", "The `next` of the list before", Schema::text())
        .answer(
            StatusCode::OK,
            "The entries, without their data",
            "application/json",
            Schema::of::<Entries>(),
        )
        .problems(&[&codes::BAD_REQUEST, &codes::NOT_FOUND, &codes::UNAVAILABLE])
}

fn showing(product: &RunningProduct) -> Operation {
    operation(
        product,
        "quarantined",
        "An entry, with its data as they came",
    )
    .path_parameter("id", "Id of the entry")
    .answer(
        StatusCode::OK,
        "The entry",
        "application/json",
        Schema::of::<Entry>(),
    )
    .problems(&[&codes::NOT_FOUND, &codes::UNAVAILABLE])
}

fn replaying(product: &RunningProduct) -> Operation {
    operation(product, "replay", "Put in again what waits")
        .description(
            "Each entry passes through the gate of today's contract. Those that keep it are stored, exactly once, \
             whatever happens meanwhile; the others wait on.",
        )
        .request("application/json", Schema::of::<Wish>())
        .answer(
            StatusCode::OK,
            "What became of the entries",
            "application/json",
            Schema::of::<Answer>(),
        )
        .problems(&[
            &codes::BAD_REQUEST,
            &codes::EMPTY_BODY,
            &codes::NOT_JSON,
            &codes::NOT_FOUND,
            &codes::NOT_REPLAYABLE,
            &codes::UNSUPPORTED_MEDIA_TYPE,
            &codes::UNAVAILABLE,
        ])
}

fn count() -> Schema {
    Schema::inline(json!({ "type": "integer", "minimum": 1, "maximum": MOST }))
}

async fn list(
    State(product): State<Arc<RunningProduct>>,
    listing: Result<Query<Listing>, QueryRejection>,
) -> Result<Json<Entries>, Problem> {
    let Query(listing) = listing.map_err(|_| {
        bad("the parameters are dataset, reason, limit (a number) and after, each at most once")
    })?;
    if let Some(dataset) = &listing.dataset {
        known(&product, dataset)?;
    }
    let limit = limit(listing.limit)?;
    let after = after(&product, listing.after.as_deref()).await?;
    let wanted = Wanted {
        dataset: listing.dataset,
        reason: listing.reason,
        page: Page {
            oldest_first: false,
            after,
            limit,
        },
        ..Wanted::default()
    };
    let entries = product
        .quarantine
        .entries(&wanted)
        .await
        .map_err(unavailable)?;
    let next = entries.last().filter(|_| entries.len() == limit);
    Ok(Json(Entries {
        next: next.map(|entry| entry.id.clone()),
        entries,
    }))
}

async fn show(
    State(product): State<Arc<RunningProduct>>,
    Path(id): Path<String>,
) -> Result<Json<Entry>, Problem> {
    entry(&product, &id).await.map(Json)
}

async fn replay(
    State(product): State<Arc<RunningProduct>>,
    headers: HeaderMap,
    Payload(body): Payload,
) -> Result<Json<Answer>, Problem> {
    super::only_json(&headers)?;
    let wish = wish(&body)?;
    let replay = replay_of(&product, &wish.dataset)?;
    let mut ids: Vec<String> = wish.ids;
    ids.extend(wish.records.keys().cloned());
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > MOST {
        return Err(bad(format!("one replay takes at most {MOST} ids")));
    }
    let ids = ids
        .iter()
        .map(|id| EntryId::from_str(id).map_err(|()| no_entry(id)));
    let request = quarantine::Request {
        ids: ids.collect::<Result<_, _>>()?,
        reason: wish.reason,
        mended: wish.records,
        after: after(&product, wish.after.as_deref()).await?,
        limit: limit(Some(wish.limit.unwrap_or(MOST)))?,
    };
    // It goes on when the caller is gone: what is begun is done.
    let running = tokio::spawn(async move { replay.run(&request).await });
    let replayed = running.await.map_err(Problem::internal)??;
    Ok(Json(answer(replayed)))
}

fn answer(replayed: Replayed) -> Answer {
    let mut answer = Answer {
        replay: replayed.number,
        stored: Vec::new(),
        there: Vec::new(),
        refused: Vec::new(),
        next: replayed.more_after,
    };
    for (id, outcome) in replayed.outcomes {
        match outcome {
            Outcome::Stored => answer.stored.push(id),
            Outcome::There => answer.there.push(id),
            Outcome::Refused(errors) => answer.refused.push(Refused { id, errors }),
        }
    }
    answer
}

fn wish(body: &[u8]) -> Result<Wish, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::new(&codes::EMPTY_BODY));
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => bad(
            r#"send {"dataset": "…"}, and beside it nothing but ids, reason, records, after and limit"#,
        ),
        _ => Problem::new(&codes::NOT_JSON),
    })
}

fn replay_of(product: &RunningProduct, dataset: &str) -> Result<Arc<Replay>, Problem> {
    known(product, dataset)?;
    if let Some(replay) = product.replays.get(dataset) {
        return Ok(replay.clone());
    }
    let plans = product.product().datasets().iter();
    let origin = plans
        .filter(|plan| plan.name == dataset)
        .map(|plan| plan.origin());
    let origin = origin.collect::<String>();
    Err(Problem::new(&codes::NOT_REPLAYABLE).with_detail(format!(
        "dataset {dataset} is made from {origin}: mend that, and its rows come back"
    )))
}

fn known(product: &RunningProduct, dataset: &str) -> Result<(), Problem> {
    let datasets = product.product().datasets();
    if datasets.iter().any(|plan| plan.name == dataset) {
        return Ok(());
    }
    let names = datasets.iter().map(|plan| &plan.name);
    let detail = format!("there is {}", unknown("dataset", dataset, names));
    Err(Problem::new(&codes::NOT_FOUND).with_detail(detail))
}

/// Where a list goes on.
async fn after(
    product: &RunningProduct,
    id: Option<&str>,
) -> Result<Option<quarantine::Place>, Problem> {
    Ok(match id {
        Some(id) => Some(entry(product, id).await?.place()),
        None => None,
    })
}

async fn entry(product: &RunningProduct, id: &str) -> Result<Entry, Problem> {
    let name = EntryId::from_str(id).map_err(|()| no_entry(id))?;
    let entry = product.quarantine.entry(&name).await.map_err(unavailable)?;
    entry.ok_or_else(|| no_entry(id))
}

/// To JSON Schema 100.0 is a whole number as 100 is.
fn whole<'de, D: Deserializer<'de>>(value: D) -> Result<Option<usize>, D::Error> {
    let Some(number) = Option::<f64>::deserialize(value)? else {
        return Ok(None);
    };
    match number.fract() == 0.0 && number >= 0.0 {
        true => Ok(Some(number as usize)),
        false => Err(D::Error::custom("no whole number")),
    }
}

fn limit(limit: Option<usize>) -> Result<usize, Problem> {
    let limit = limit.unwrap_or(USUAL);
    match (1..=MOST).contains(&limit) {
        true => Ok(limit),
        false => Err(bad(format!("limit is from 1 to {MOST}"))),
    }
}

fn no_entry(id: &str) -> Problem {
    let detail =
        format!("no entry {id} waits in quarantine; the list of those that do is at …/quarantine");
    Problem::new(&codes::NOT_FOUND).with_detail(detail)
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(&codes::BAD_REQUEST).with_detail(detail.into())
}

fn unavailable(error: mesh_storage::StorageError) -> Problem {
    Problem::caused(&codes::UNAVAILABLE, error)
        .with_detail("The quarantine cannot be read at the moment.")
}
