use std::collections::HashSet;

use crate::{
    raw::Raw,
    test_server::{TestServer, problem},
};

/// The value of the first sample that has all of `labels`.
fn sample(metrics: &str, name: &str, labels: &[&str]) -> Option<f64> {
    let line = metrics
        .lines()
        .find(|line| line.starts_with(name) && labels.iter().all(|label| line.contains(label)))?;
    line.rsplit(' ').next()?.parse().ok()
}

async fn metrics(server: &TestServer) -> String {
    server
        .get("/metrics")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_sane_request_id_is_kept_and_known_to_the_handler() {
    let server = TestServer::start().await;
    let response = server
        .get("/id")
        .header("x-request-id", "app-42.a:b_c")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["x-request-id"], "app-42.a:b_c");
    assert_eq!(response.text().await.unwrap(), "app-42.a:b_c");
}

#[tokio::test]
async fn any_other_request_id_is_replaced() {
    let server = TestServer::start().await;
    let long = "x".repeat(65);
    let mut seen = HashSet::new();
    for id in ["", "a b", "a\"b", "{}", "<a>", long.as_str()] {
        let response = server
            .get("/id")
            .header("x-request-id", id)
            .send()
            .await
            .unwrap();
        let given = response.headers()["x-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(given.len(), 36, "{given}");
        assert_eq!(response.text().await.unwrap(), given);
        assert!(seen.insert(given));
    }
}

#[tokio::test]
async fn every_answer_carries_the_careful_headers() {
    let server = TestServer::start().await;
    for path in ["/hello", "/page", "/nowhere", "/panic"] {
        let response = server.get(path).send().await.unwrap();
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cache-control"], "no-store");
        let policed = headers.contains_key("content-security-policy");
        assert_eq!(policed, path == "/page", "{path}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_route_and_not_by_path() {
    let server = TestServer::start().await;
    for item in ["1", "2", "3"] {
        server.get(&format!("/items/{item}")).send().await.unwrap();
    }
    let metrics = metrics(&server).await;
    let labels = [
        r#"method="GET""#,
        r#"route="/items/{item}""#,
        r#"status="200""#,
    ];
    assert_eq!(sample(&metrics, "http_requests_total", &labels), Some(3.0));
    assert_eq!(
        sample(&metrics, "http_request_duration_seconds_count", &labels),
        Some(3.0)
    );
    let below_30_s = [labels[1], r#"le="30""#];
    assert_eq!(
        sample(
            &metrics,
            "http_request_duration_seconds_bucket",
            &below_30_s
        ),
        Some(3.0)
    );
    assert!(!metrics.contains("/items/1"));
}

#[tokio::test]
async fn what_clients_invent_makes_no_new_series() {
    let server = TestServer::start().await;
    let before = metrics(&server).await;
    for n in 0..5 {
        problem(
            server.get(&format!("/invented/{n}")).send().await.unwrap(),
            "not-found",
        )
        .await;
    }
    let mut client = Raw::connect(server.address).await;
    client
        .say(b"INVENTED /hello HTTP/1.1\r\nhost: mesh\r\n\r\n")
        .await;
    assert!(client.hear().await.starts_with("HTTP/1.1 405 "));
    let after = metrics(&server).await;
    assert!(!after.contains("nvented") && !after.contains("INVENTED"));
    let labels = [r#"method="GET""#, r#"route="none""#, r#"status="404""#];
    let count = |metrics: &str| sample(metrics, "http_requests_total", &labels).unwrap_or(0.0);
    assert!(count(&after) >= count(&before) + 5.0);
}

#[tokio::test]
async fn a_client_that_goes_away_is_counted_too() {
    let server = TestServer::start().await;
    let mut client = Raw::connect(server.address).await;
    client
        .say(b"GET /wait HTTP/1.1\r\nhost: mesh\r\n\r\n")
        .await;
    server.waiting.notified().await;
    drop(client);
    let labels = [r#"route="/wait""#, r#"status="499""#];
    let counted = async {
        while sample(&metrics(&server).await, "http_requests_total", &labels).is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), counted)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_process_describes_itself() {
    let server = TestServer::start().await;
    let metrics = metrics(&server).await;
    assert_eq!(
        sample(&metrics, "mesh_build_info", &["version="]),
        Some(1.0)
    );
    assert!(sample(&metrics, "process_start_time_seconds", &[]).unwrap() > 1.7e9);
    if cfg!(target_os = "linux") {
        assert!(sample(&metrics, "process_resident_memory_bytes", &[]).unwrap() > 1e6);
    }
}
