use serde_json::{Value, json};

use crate::test_server::{TestServer, problem};

#[tokio::test]
async fn readiness_follows_its_parts_and_liveness_does_not() {
    let server = TestServer::start().await;
    let response = server.get("/health/ready").send().await.unwrap();
    assert_eq!(
        response.json::<Value>().await.unwrap(),
        json!({ "status": "ready" })
    );

    server.part.not_ready("no connection");
    let response = server.get("/health/ready").send().await.unwrap();
    let body = problem(response, "unavailable").await;
    assert_eq!(body["not_ready"], json!({ "storage": "no connection" }));
    let response = server.get("/health/live").send().await.unwrap();
    assert_eq!(response.status(), 200);

    server.part.ready();
    assert_eq!(
        server.get("/health/ready").send().await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn the_document_lists_every_route_and_is_valid() {
    let server = TestServer::start().await;
    let response = server.get("/openapi.json").send().await.unwrap();
    let document: Value = response.json().await.unwrap();
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/openapi.json",
        "/metrics",
        "/health/ready",
        "/errors/{code}",
        "/score",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    let schema: Value = serde_json::from_str(include_str!("openapi-3.1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
