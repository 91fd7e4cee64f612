//! The scoring port beside a bare axum handler that parses the same JSON and sends it back, in one run: what the
//! mesh adds is authentication, the contract gate, the model, and an event that is on disk before the answer. Then the
//! same model asked by messages: requests per second from the first that is posted to the last answer that is a row.
//!
//!     cargo bench -p bracelet-cardiology
//!
//! Bounded: 2 servers x 2 loads x SECONDS, and REQUESTS.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark stops where it fails"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::{Json, Router, routing::post};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use mesh_platform::identity::Scope;
use mesh_testkit::TestMesh;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

const SECONDS: u64 = 10;
/// The load that each model has to bear: calls per second.
const PACE: u64 = 200;
/// Connections that call again as soon as they are answered.
const CONNECTIONS: usize = 64;
/// Requests by message, and of how many one call consists.
const REQUESTS: u64 = 100_000;
const OF_A_CALL: usize = 5_000;
const READING: &str = r#"{"patient_id":"p-1","age":63,"sex":1,"cp":4,"trestbps":145,"chol":233,"fbs":1,"restecg":2,"thalach":150,"exang":0,"oldpeak":2.3,"slope":3,"ca":0,"thal":6}"#;

struct Target {
    name: &'static str,
    address: SocketAddr,
    path: String,
    token: String,
}

fn main() {
    let server = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let client = Builder::new_current_thread().enable_all().build().unwrap();
    let bare = server.block_on(bare());
    let mesh = server.block_on(TestMesh::start(bracelet_cardiology::product().unwrap()));
    let url = mesh.url("models/heart-risk/score");
    let (address, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let targets = [
        Target {
            name: "bare axum handler",
            address: bare,
            path: "/".to_owned(),
            token: String::new(),
        },
        Target {
            name: "scoring port",
            address: address.parse().unwrap(),
            path: format!("/{path}"),
            token: mesh.token(&[Scope::Score]),
        },
    ];
    println!("{:<34} {:>10} {:>10} {:>10}", "", "calls/s", "p50", "p99");
    let mut rates = Vec::new();
    for target in targets.map(Arc::new) {
        report(
            target.name,
            &format!("{PACE} calls/s"),
            run(&client, &target, Some(PACE)),
        );
        let saturated = run(&client, &target, None);
        rates.push(saturated.len() as f64 / SECONDS as f64);
        report(
            target.name,
            &format!("{CONNECTIONS} connections"),
            saturated,
        );
    }
    println!(
        "the port does {:.2} of what the bare handler does at saturation",
        rates[1] / rates[0]
    );
    let answered = server.block_on(by_messages(&mesh));
    println!(
        "asked by messages, {OF_A_CALL} a call: {answered:.0} requests/s, {:.1} times the port's calls",
        answered / rates[1]
    );
    server.block_on(mesh.stop());
}

/// Requests that were answered and stored, per second.
async fn by_messages(mesh: &TestMesh) -> f64 {
    let before = mesh.count("heart_risk_scores").await;
    let call = format!("{READING}\n").repeat(OF_A_CALL);
    let begun = Instant::now();
    for _ in 0..REQUESTS / OF_A_CALL as u64 {
        let path = "models/heart-risk/score-requests";
        let answer = mesh.post(path, "application/x-ndjson", call.clone()).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    let accepted = begun.elapsed();
    while mesh.count("heart_risk_scores").await < before + REQUESTS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("{REQUESTS} requests were accepted within {accepted:.2?}");
    REQUESTS as f64 / begun.elapsed().as_secs_f64()
}

async fn bare() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route(
        "/",
        post(|Json(value): Json<Value>| async move { Json(value) }),
    );
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// The latency of every call of SECONDS: at a fixed pace, or as fast as they are answered.
fn run(client: &Runtime, target: &Arc<Target>, pace: Option<u64>) -> Vec<Duration> {
    client.block_on(async {
        let started = Instant::now();
        let end = started + Duration::from_secs(SECONDS);
        let next = Arc::new(AtomicU64::new(0));
        let connections = match pace {
            Some(_) => 8,
            None => CONNECTIONS,
        };
        let tasks = (0..connections).map(|_| {
            let (target, next) = (target.clone(), next.clone());
            tokio::spawn(async move {
                let mut connection = connect(&target).await;
                let mut latencies = Vec::new();
                loop {
                    let mut due = Instant::now();
                    if let Some(pace) = pace {
                        // From when the call was due, not from when it got its turn.
                        let call = next.fetch_add(1, Ordering::Relaxed);
                        due = started + Duration::from_secs_f64(call as f64 / pace as f64);
                        tokio::time::sleep_until(due.into()).await;
                    }
                    if due >= end {
                        return latencies;
                    }
                    call(&mut connection, &target).await;
                    latencies.push(due.elapsed());
                }
            })
        });
        let mut latencies = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            latencies.extend(task.await.unwrap());
        }
        latencies
    })
}

async fn connect(target: &Target) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(target.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn call(connection: &mut SendRequest<Full<Bytes>>, target: &Target) {
    let request = hyper::Request::post(&target.path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {}", target.token))
        .body(Full::from(READING))
        .unwrap();
    let answer = connection.send_request(request).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    assert!(
        status.is_success(),
        "{status}: {}",
        String::from_utf8_lossy(&body)
    );
}

fn report(name: &str, load: &str, mut latencies: Vec<Duration>) {
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    println!(
        "{:<34} {:>10.0} {:>10} {:>10}",
        format!("{name}, {load}"),
        latencies.len() as f64 / SECONDS as f64,
        format!("{:.2?}", at(0.5)),
        format!("{:.2?}", at(0.99)),
    );
}
