//! A server with a handful of routes that succeed, fail, wait and panic.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{Method, StatusCode},
    response::Html,
};
use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};
use mesh_platform::{
    api::{Api, Operation, Payload, Schema},
    identity::{self, Caller, DevIssuer, Scope},
    problem::{Problem, codes, help_pages},
    server::{Closing, Limits, Part, Readiness, layers, serve},
    telemetry::{RequestContext, metrics_api},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub(crate) const ORIGIN: &str = "http://127.0.0.1:7070";

pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) issuer: DevIssuer,
    pub(crate) part: Part,
    /// Lets all waiting `GET /wait` go on.
    pub(crate) gate: Arc<Notify>,
    /// Told each time a `GET /wait` has begun to wait.
    pub(crate) waiting: Arc<Notify>,
    pub(crate) stop: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
    client: reqwest::Client,
    _dir: TempDir,
}

#[derive(Clone)]
struct Waits {
    gate: Arc<Notify>,
    waiting: Arc<Notify>,
}

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let issuer = DevIssuer::open(dir.path(), ORIGIN).unwrap();
        let readiness = Readiness::new();
        let part = readiness.part("storage");
        part.ready();
        let waits = Waits {
            gate: Arc::new(Notify::new()),
            waiting: Arc::new(Notify::new()),
        };
        let router = routes(waits.clone())
            .merge(issuer.api())
            .merge(readiness.api())
            .merge(help_pages())
            .merge(metrics_api())
            .with_openapi("test", "0.0.0")
            .into_router()
            .layer(identity::authenticate(issuer.verifier().unwrap()));
        let router = layers(router, &limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let serving = tokio::spawn(async move { serve(listener, router, &limits, stopped).await });
        Self {
            address,
            issuer,
            part,
            gate: waits.gate,
            waiting: waits.waiting,
            stop,
            serving,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            _dir: dir,
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.request(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.request(Method::POST, path)
    }

    pub(crate) fn token(&self, scopes: &[Scope]) -> String {
        self.issuer
            .token("ana", scopes, Duration::from_secs(60))
            .unwrap()
    }

    /// Waits until `serve` has returned.
    pub(crate) async fn stopped(self) {
        self.serving.await.unwrap().unwrap();
    }
}

/// Reads an answer that must be a problem of that code, with everything that each problem has.
pub(crate) async fn problem(response: reqwest::Response, code: &str) -> Value {
    let status = response.status();
    let kind = response.headers()["content-type"].clone();
    let id = response.headers()["x-request-id"].clone();
    let body: Value = response.json().await.unwrap();
    assert_eq!(kind, "application/problem+json", "{body}");
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["status"], status.as_u16());
    assert_eq!(body["type"], format!("/errors/{code}"));
    assert_eq!(body["request_id"], id.to_str().unwrap());
    body
}

fn routes(waits: Waits) -> Api {
    let open = |id: &str| {
        Operation::new(id, id).public().answer(
            StatusCode::OK,
            "Done",
            "application/json",
            Schema::text(),
        )
    };
    Api::new()
        .route(Method::GET, "/hello", async || "hello", open("hello"))
        .route(
            Method::GET,
            "/page",
            async || Html("<p>hello"),
            open("page"),
        )
        .route(Method::GET, "/id", id, open("id"))
        .route(Method::GET, "/panic", panics, open("panic"))
        .route(Method::GET, "/failure", failure, open("failure"))
        .route(Method::POST, "/length", length, open("length"))
        .route(Method::POST, "/bytes", bytes, open("bytes"))
        .route(Method::POST, "/json", json_length, open("json"))
        .route(
            Method::GET,
            "/someone",
            someone,
            Operation::new("someone", "Who am I"),
        )
        .route(
            Method::POST,
            "/score",
            someone,
            Operation::new("score", "Score").scope(Scope::Score),
        )
        .route(Method::GET, "/maybe", maybe, open("maybe"))
        .route(Method::GET, "/endless", endless, open("endless"))
        .route(Method::GET, "/items/{item}", async || "item", open("item"))
        .merge(
            Api::new()
                .route(Method::GET, "/wait", wait, open("wait"))
                .with_state(waits),
        )
}

async fn id() -> String {
    RequestContext::current().unwrap().id().to_owned()
}

async fn panics() -> &'static str {
    panic!("secret of the handler")
}

async fn failure() -> Problem {
    Problem::internal("secret of the store")
}

async fn length(Payload(body): Payload) -> Json<Value> {
    Json(json!({ "length": body.len() }))
}

async fn bytes(body: Bytes) -> Json<Value> {
    Json(json!({ "length": body.len() }))
}

async fn json_length(Json(body): Json<Vec<u8>>) -> Json<Value> {
    Json(json!({ "length": body.len() }))
}

async fn someone(caller: Caller) -> String {
    caller.subject().to_owned()
}

async fn maybe(caller: Option<Caller>) -> Result<String, Problem> {
    let caller = caller.ok_or_else(|| Problem::new(&codes::NOT_FOUND))?;
    Ok(caller.subject().to_owned())
}

/// Ends when the server closes, and not before.
async fn endless(closing: Closing) -> Body {
    let first = stream::iter([Ok::<_, Infallible>("begun")]);
    Body::from_stream(first.chain(closing.begun().into_stream().map(|()| Ok("ended"))))
}

async fn wait(State(waits): State<Waits>) -> &'static str {
    let gate = waits.gate.notified();
    waits.waiting.notify_one();
    gate.await;
    "waited"
}
