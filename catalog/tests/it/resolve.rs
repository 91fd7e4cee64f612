use axum::http::StatusCode;
use serde_json::json;

use crate::client::{Client, entries};

const PORT: &str = "/catalog/resolve/urn:mesh:cardiology:bracelet-cardiology:heart-risk:1";

#[tokio::test]
async fn a_name_for_ever_leads_to_todays_address() {
    let client = Client::with_sample();
    for (path, address) in [
        (
            PORT,
            "/products/bracelet-cardiology/models/heart-risk/score",
        ),
        (
            "/catalog/resolve/urn:mesh:epidemiology:epidemiology",
            "/products/epidemiology",
        ),
        (
            "/catalog/resolve/URN%3AMESH%3Aepidemiology%3Aepidemiology",
            "/products/epidemiology",
        ),
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{path}");
        assert_eq!(answer.header("location"), address);
    }
}

#[tokio::test]
async fn a_machine_gets_the_address_as_json() {
    let answer = Client::with_sample()
        .get_with(PORT, &[("accept", "application/json")])
        .await;
    assert_eq!(answer.header("vary"), "accept");
    assert_eq!(
        answer.json(),
        json!({
            "urn": "urn:mesh:cardiology:bracelet-cardiology:heart-risk:1",
            "product": "bracelet-cardiology",
            "port": "heart-risk",
            "address": "/products/bracelet-cardiology/models/heart-risk/score",
        })
    );
}

#[tokio::test]
async fn an_unknown_name_suggests_the_near_ones() {
    let client = Client::with_sample();
    let answer = client
        .get("/catalog/resolve/urn:mesh:cardiology:bracelet-cardiology:heart-risk:2")
        .await;
    let problem = answer.problem(StatusCode::NOT_FOUND, "not-found");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("did you mean urn:mesh:cardiology:bracelet-cardiology:heart-risk:1"),
        "{detail}"
    );
    client
        .get("/catalog/resolve/urn:isbn:1")
        .await
        .problem(StatusCode::BAD_REQUEST, "bad-request");
}

#[tokio::test]
async fn a_browser_gets_a_page_for_an_unknown_name() {
    let answer = Client::with_sample()
        .get_with(
            "/catalog/resolve/urn:mesh:a:b:c:1",
            &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(
        answer
            .page()
            .contains("Nothing is registered as urn:mesh:a:b:c:1")
    );
}

#[tokio::test]
async fn nobody_is_sent_to_another_host() {
    let mut entry = entries().remove(0);
    for address in [
        "//evil.example/x",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "/\\evil",
    ] {
        entry.ports[0].address = address.to_owned();
        let answer = Client::of([entry.clone()])
            .get(&format!("/catalog/resolve/{}", entry.ports[0].urn))
            .await;
        answer.problem(StatusCode::NOT_FOUND, "not-found");
    }
}
