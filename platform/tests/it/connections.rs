use std::time::Duration;

use mesh_platform::server::Limits;
use tokio::time::timeout;

use crate::{raw::Raw, test_server::TestServer};

const SHORT: Duration = Duration::from_millis(300);

async fn impatient() -> TestServer {
    TestServer::with(Limits::default().idle_time(SHORT)).await
}

#[tokio::test]
async fn a_client_that_says_nothing_is_let_go() {
    let server = impatient().await;
    assert_eq!(Raw::connect(server.address).await.until_closed().await, "");
}

#[tokio::test]
async fn a_head_that_never_ends_is_let_go() {
    let server = impatient().await;
    // The first is also the beginning of HTTP/2.
    for start in ["P", "PRI * HTTP/2.0\r\n", "GET /hello HTTP/1.1\r\nhost: me"] {
        let mut client = Raw::connect(server.address).await;
        client.say(start.as_bytes()).await;
        let answer = client.until_closed().await;
        assert!(!answer.contains(" 200 "), "{start}: {answer}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_let_go_after_its_answer() {
    let server = impatient().await;
    let mut client = Raw::connect(server.address).await;
    client
        .say(b"GET /hello HTTP/1.1\r\nhost: mesh\r\n\r\n")
        .await;
    let answer = client.until_closed().await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = TestServer::with(Limits::default().header_bytes(8 * 1024)).await;
    let mut client = Raw::connect(server.address).await;
    let head = format!(
        "GET /hello HTTP/1.1\r\nhost: mesh\r\nx: {}\r\n\r\n",
        "x".repeat(9000)
    );
    client.say(head.as_bytes()).await;
    let answer = client.hear().await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn more_connections_than_allowed_wait_for_their_turn() {
    let server = TestServer::with(Limits::default().connections(1)).await;
    let mut first = Raw::connect(server.address).await;
    first
        .say(b"GET /hello HTTP/1.1\r\nhost: mesh\r\n\r\n")
        .await;
    first.hear().await;
    let mut second = Raw::connect(server.address).await;
    second
        .say(b"GET /hello HTTP/1.1\r\nhost: mesh\r\nconnection: close\r\n\r\n")
        .await;
    assert!(timeout(SHORT, second.hear()).await.is_err());
    drop(first);
    let answer = second.until_closed().await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn http_2_is_spoken_without_asking() {
    let server = TestServer::start().await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let response = client
        .get(format!("http://{}/hello", server.address))
        .send()
        .await
        .unwrap();
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    assert_eq!(response.text().await.unwrap(), "hello");
}

#[tokio::test]
async fn a_stopping_server_finishes_what_it_began_and_begins_nothing() {
    let server = TestServer::start().await;
    let wait = tokio::spawn(server.get("/wait").send());
    server.waiting.notified().await;
    let mut idle = Raw::connect(server.address).await;
    idle.say(b"GET /hello HTTP/1.1\r\nhost: mesh\r\n\r\n").await;
    idle.hear().await;

    server.stop.cancel();
    assert_eq!(idle.until_closed().await, "");
    let refused = async {
        while tokio::net::TcpStream::connect(server.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), refused).await.unwrap();

    server.gate.notify_waiters();
    let response = wait.await.unwrap().unwrap();
    assert_eq!(response.text().await.unwrap(), "waited");
    timeout(Duration::from_secs(5), server.stopped())
        .await
        .unwrap();
}

#[tokio::test]
async fn an_answer_without_an_end_ends_when_the_server_stops() {
    let server = TestServer::start().await;
    let mut client = Raw::connect(server.address).await;
    client
        .say(b"GET /endless HTTP/1.1\r\nhost: mesh\r\n\r\n")
        .await;
    let mut answer = client.hear().await;
    server.stop.cancel();
    answer.push_str(&client.until_closed().await);
    assert!(answer.contains("begun"), "{answer}");
    assert!(answer.contains("ended"), "{answer}");
    timeout(Duration::from_secs(5), server.stopped())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stopping_server_does_not_wait_for_ever() {
    let server = TestServer::with(Limits::default().drain_time(SHORT)).await;
    let wait = tokio::spawn(server.get("/wait").send());
    server.waiting.notified().await;
    server.stop.cancel();
    timeout(Duration::from_secs(5), server.stopped())
        .await
        .unwrap();
    assert!(wait.await.unwrap().is_err());
}
