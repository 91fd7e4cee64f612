//! Whether the process lives, and whether it can serve.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json,
    extract::State,
    http::{Method, StatusCode},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    api::{Api, Operation, Schema},
    problem::{Problem, codes},
};

/// The parts that must be ready before the process is. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    /// Each part's name, and what keeps it from being ready.
    parts: Arc<Mutex<BTreeMap<String, Option<String>>>>,
}

/// One part's own switch. A part that is dropped is waited for no more.
#[derive(Debug)]
pub struct Part {
    name: String,
    readiness: Readiness,
}

#[derive(Serialize, JsonSchema)]
struct Health {
    /// `live` or `ready`.
    status: &'static str,
}

impl Readiness {
    /// Nothing to wait for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part, which is `starting` until it says that it is ready.
    pub fn part(&self, name: impl Into<String>) -> Part {
        let part = Part {
            name: name.into(),
            readiness: self.clone(),
        };
        part.not_ready("starting");
        part
    }

    /// The parts that are not ready, each with its reason.
    pub fn not_ready(&self) -> Vec<(String, String)> {
        let waiting =
            |(name, reason): (&String, &Option<String>)| Some((name.clone(), reason.clone()?));
        self.lock().iter().filter_map(waiting).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Option<String>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `GET /health/live` (the process answers) and `GET /health/ready` (every part can serve).
    pub fn api(&self) -> Api {
        let operation = |id: &str, summary: &str| {
            Operation::new(id, summary).tag("platform").public().answer(
                StatusCode::OK,
                "Yes",
                "application/json",
                Schema::of::<Health>(),
            )
        };
        Api::new()
            .route(
                Method::GET,
                "/health/live",
                live,
                operation("health_live", "Is the process alive"),
            )
            .route(
                Method::GET,
                "/health/ready",
                ready,
                operation("health_ready", "Can every part serve").problems(&[&codes::UNAVAILABLE]),
            )
            .with_state(self.clone())
    }
}

impl Part {
    /// Can serve.
    pub fn ready(&self) {
        self.readiness.lock().insert(self.name.clone(), None);
    }

    /// Cannot serve. `reason` is shown to anyone who asks: no addresses, no names of people.
    pub fn not_ready(&self, reason: impl Into<String>) {
        self.readiness
            .lock()
            .insert(self.name.clone(), Some(reason.into()));
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.readiness.lock().remove(&self.name);
    }
}

async fn live() -> Json<Health> {
    Json(Health { status: "live" })
}

async fn ready(State(readiness): State<Readiness>) -> Result<Json<Health>, Problem> {
    let waiting = readiness.not_ready();
    if waiting.is_empty() {
        return Ok(Json(Health { status: "ready" }));
    }
    let parts: serde_json::Map<_, _> = waiting
        .into_iter()
        .map(|(name, reason)| (name, reason.into()))
        .collect();
    Err(Problem::new(&codes::UNAVAILABLE)
        .with_detail("some parts are not ready")
        .with_member("not_ready", parts))
}
