use std::time::{Duration, Instant};

use mesh_platform::server::Limits;
use serde_json::Value;

use crate::{
    raw::Raw,
    test_server::{TestServer, problem},
};

const LIMIT: usize = 64 * 1024;

async fn small_bodies() -> TestServer {
    TestServer::with(Limits::default().body_bytes(LIMIT as u64)).await
}

fn pieces(length: usize) -> reqwest::Body {
    let pieces = vec![vec![b'x'; 1000]; length / 1000]
        .into_iter()
        .chain([vec![b'x'; length % 1000]])
        .map(Ok::<_, std::io::Error>);
    reqwest::Body::wrap_stream(futures::stream::iter(pieces))
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_read_whole() {
    let server = small_bodies().await;
    for length in [0, 1, 1001, LIMIT] {
        for body in [vec![b'x'; length].into(), pieces(length)] {
            let response = server.post("/length").body(body).send().await.unwrap();
            let body: Value = response.json().await.unwrap();
            assert_eq!(body["length"], length);
        }
    }
}

#[tokio::test]
async fn one_byte_more_is_too_large_whether_announced_or_not() {
    let server = small_bodies().await;
    for path in ["/length", "/bytes"] {
        for body in [vec![b'x'; LIMIT + 1].into(), pieces(LIMIT + 1)] {
            let response = server.post(path).body(body).send().await.unwrap();
            problem(response, "body-too-large").await;
        }
    }
}

/// Such a client, and there are many, would only see a torn connection if the server closed it at once.
#[tokio::test]
async fn a_client_that_listens_only_after_sending_all_hears_why() {
    let server = small_bodies().await;
    let body = vec![b'x'; 8 * 1024 * 1024];
    let announced = format!("content-length: {}\r\n\r\n", body.len());
    let chunked = format!("transfer-encoding: chunked\r\n\r\n{:x}\r\n", body.len());
    for framing in [announced, chunked] {
        let mut client = Raw::connect(server.address).await;
        let head = format!("POST /length HTTP/1.1\r\nhost: mesh\r\n{framing}");
        client.say(head.as_bytes()).await;
        client.say(&body).await;
        let answer = client.hear().await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains(r#""limit_bytes":65536"#), "{answer}");
    }
}

#[tokio::test]
async fn an_announced_length_is_refused_before_the_body_comes() {
    let server = small_bodies().await;
    let mut client = Raw::connect(server.address).await;
    let started = Instant::now();
    client
        .say(b"POST /length HTTP/1.1\r\nhost: mesh\r\ncontent-length: 1000000000000\r\n\r\n")
        .await;
    let answer = client.hear().await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_client_that_asks_first_is_not_invited() {
    let server = small_bodies().await;
    let mut client = Raw::connect(server.address).await;
    client
        .say(b"POST /length HTTP/1.1\r\nhost: mesh\r\nexpect: 100-continue\r\ncontent-length: 70000\r\n\r\n")
        .await;
    let started = Instant::now();
    let answer = client.until_closed().await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "waited for the body"
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_clients_fault() {
    let server = TestServer::start().await;
    let mut client = Raw::connect(server.address).await;
    client
        .say(b"POST /length HTTP/1.1\r\nhost: mesh\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n")
        .await;
    let answer = client.until_closed().await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn a_handler_that_takes_too_long_is_given_up() {
    let server = TestServer::with(Limits::default().request_time(Duration::from_millis(100))).await;
    problem(server.get("/wait").send().await.unwrap(), "timeout").await;
}

#[tokio::test]
async fn a_body_that_trickles_is_given_up() {
    let server = TestServer::with(Limits::default().request_time(Duration::from_millis(200))).await;
    let mut client = Raw::connect(server.address).await;
    client
        .say(b"POST /length HTTP/1.1\r\nhost: mesh\r\ncontent-length: 10\r\n\r\nx")
        .await;
    let answer = client.hear().await;
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
}

#[tokio::test]
async fn an_overloaded_server_says_so_and_stays_alive() {
    let server = TestServer::with(Limits::default().concurrent_requests(1)).await;
    let wait = tokio::spawn(server.get("/wait").send());
    server.waiting.notified().await;
    let response = server.get("/hello").send().await.unwrap();
    assert_eq!(response.headers()["retry-after"], "1");
    problem(response, "unavailable").await;
    let response = server.get("/health/live").send().await.unwrap();
    assert_eq!(response.status(), 200);

    server.gate.notify_waiters();
    assert_eq!(wait.await.unwrap().unwrap().status(), 200);
    assert_eq!(server.get("/hello").send().await.unwrap().status(), 200);
}
