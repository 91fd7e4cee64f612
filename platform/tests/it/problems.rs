use axum::http::Method;

use crate::test_server::{TestServer, problem};

#[tokio::test]
async fn an_unknown_address_is_a_problem() {
    let server = TestServer::start().await;
    let response = server.get("/nowhere").send().await.unwrap();
    problem(response, "not-found").await;
}

#[tokio::test]
async fn a_wrong_method_is_a_problem_that_names_the_right_ones() {
    let server = TestServer::start().await;
    let response = server
        .request(Method::DELETE, "/hello")
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["allow"], "GET,HEAD");
    problem(response, "method-not-allowed").await;
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_connection_goes_on() {
    let server = TestServer::start().await;
    for _ in 0..3 {
        let response = server.get("/panic").send().await.unwrap();
        let body = problem(response, "internal").await;
        assert!(!body.to_string().contains("secret"), "{body}");
    }
    assert_eq!(server.get("/hello").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_failure_shows_its_code_and_request_only() {
    let server = TestServer::start().await;
    let body = problem(server.get("/failure").send().await.unwrap(), "internal").await;
    assert!(!body.to_string().contains("secret"), "{body}");
}

#[tokio::test]
async fn what_an_extractor_could_not_read_is_not_repeated() {
    let server = TestServer::start().await;
    let request = server
        .post("/json")
        .header("content-type", "application/json");
    let response = request
        .body(r#"{"name": "Ana Silva"}"#)
        .send()
        .await
        .unwrap();
    let body = problem(response, "bad-request").await;
    assert!(!body.to_string().contains("Ana"), "{body}");
    let response = server.post("/json").body("[1]").send().await.unwrap();
    problem(response, "unsupported-media-type").await;
}

#[tokio::test]
async fn every_problem_leads_to_its_help_page() {
    let server = TestServer::start().await;
    let body = problem(server.get("/nowhere").send().await.unwrap(), "not-found").await;
    let page = server.get(body["type"].as_str().unwrap());
    let response = page.try_clone().unwrap().send().await.unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "text/markdown; charset=utf-8"
    );
    assert!(response.text().await.unwrap().starts_with("# not-found"));

    let response = page
        .header("accept", "text/html,*/*;q=0.8")
        .send()
        .await
        .unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    assert!(response.headers().contains_key("content-security-policy"));
    let text = response.text().await.unwrap();
    assert!(text.contains("# not-found") && !text.contains("<port"));

    let response = server.get("/errors/no-such-code").send().await.unwrap();
    problem(response, "not-found").await;
}
