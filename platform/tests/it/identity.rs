use std::time::Duration;

use mesh_platform::identity::{DevIssuer, Scope, Verifier};
use serde_json::Value;

use crate::test_server::{ORIGIN, TestServer, problem};

/// Sends that `Authorization` header, and returns the challenge of the 401 that must come back.
async fn challenge(server: &TestServer, authorization: &str, code: &str) -> String {
    let request = server
        .get("/someone")
        .header("authorization", authorization);
    let response = request.send().await.unwrap();
    let challenge = response.headers()["www-authenticate"]
        .to_str()
        .unwrap()
        .to_owned();
    problem(response, code).await;
    challenge
}

#[tokio::test]
async fn a_token_lets_its_subject_in() {
    let server = TestServer::start().await;
    let token = server.token(&[]);
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = server
            .get("/someone")
            .header("authorization", format!("{scheme} {token}"));
        assert_eq!(request.send().await.unwrap().text().await.unwrap(), "ana");
    }
}

#[tokio::test]
async fn without_a_token_the_answer_asks_for_one() {
    let server = TestServer::start().await;
    let response = server.get("/someone").send().await.unwrap();
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"Bearer realm="mesh""#
    );
    problem(response, "unauthenticated").await;
    for authorization in ["Basic YW5hOmFuYQ==", "token", ""] {
        let challenge = challenge(&server, authorization, "unauthenticated").await;
        assert_eq!(challenge, r#"Bearer realm="mesh""#);
    }
}

#[tokio::test]
async fn a_bad_token_is_told_why() {
    let server = TestServer::start().await;
    let stranger = tempfile::tempdir().unwrap();
    let stranger = DevIssuer::open(stranger.path(), ORIGIN).unwrap();
    let stranger = stranger.token("eve", &[], Duration::from_secs(60)).unwrap();
    let good = server.token(&[]);
    let (text, _) = good.rsplit_once('.').unwrap();
    let unsigned = format!("{text}.AAAA");
    let long = "x".repeat(9000);
    for (token, reason) in [
        ("", "not a signed JSON Web Token"),
        ("abc", "not a signed JSON Web Token"),
        (stranger.as_str(), "a key that is not known"),
        (unsigned.as_str(), "signature does not verify"),
        (long.as_str(), "too long"),
    ] {
        let challenge = challenge(&server, &format!("Bearer {token}"), "token-invalid").await;
        assert!(
            challenge.contains(r#"error="invalid_token""#),
            "{challenge}"
        );
        assert!(challenge.contains(reason), "{challenge}");
    }
}

#[tokio::test]
async fn two_tokens_are_no_token() {
    let server = TestServer::start().await;
    let token = format!("Bearer {}", server.token(&[]));
    let request = server.get("/someone").header("authorization", &token);
    let response = request
        .header("authorization", &token)
        .send()
        .await
        .unwrap();
    problem(response, "token-invalid").await;
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let server = TestServer::start().await;
    let score = |scopes: &[Scope]| {
        server
            .post("/score")
            .bearer_auth(server.token(scopes))
            .send()
    };
    assert_eq!(score(&[Scope::Score]).await.unwrap().status(), 200);
    let response = score(&[Scope::Ingest, Scope::Query]).await.unwrap();
    assert_eq!(
        response.headers()["www-authenticate"],
        r#"Bearer realm="mesh", error="insufficient_scope", scope="mesh.score""#
    );
    problem(response, "forbidden").await;
    let response = server.post("/score").send().await.unwrap();
    problem(response, "unauthenticated").await;
}

#[tokio::test]
async fn open_routes_do_not_look_at_tokens_unless_they_want_to() {
    let server = TestServer::start().await;
    let response = server
        .get("/hello")
        .bearer_auth("nonsense")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let response = server
        .get("/maybe")
        .bearer_auth(server.token(&[]))
        .send()
        .await
        .unwrap();
    assert_eq!(response.text().await.unwrap(), "ana");
    let response = server
        .get("/maybe")
        .bearer_auth("nonsense")
        .send()
        .await
        .unwrap();
    problem(response, "not-found").await;
}

#[tokio::test]
async fn the_published_keys_verify_the_issued_tokens() {
    let server = TestServer::start().await;
    let discovery = server
        .get("/.well-known/openid-configuration")
        .send()
        .await
        .unwrap();
    let discovery: Value = discovery.json().await.unwrap();
    assert_eq!(discovery["issuer"], ORIGIN);
    let jwks = discovery["jwks_uri"]
        .as_str()
        .unwrap()
        .strip_prefix(ORIGIN)
        .unwrap();
    let response = server.get(jwks).send().await.unwrap();
    assert_eq!(response.headers()["cache-control"], "public, max-age=300");
    let verifier = Verifier::new(ORIGIN, &response.json().await.unwrap()).unwrap();
    let caller = verifier.verify(&server.token(&[Scope::Query])).unwrap();
    assert_eq!(caller.subject(), "ana");
}
