//! What holds for every data product, whatever it is about.

use mesh_platform::identity::Scope;
use reqwest::Method;
use serde_json::Value;

use crate::TestMesh;

/// Checks the product of `mesh` against every rule.
///
/// # Panics
/// At the first rule that it breaks.
pub async fn check(mesh: &TestMesh) {
    let document = mesh.anonymous(Method::GET, "/openapi.json").await.json();
    assert_eq!(
        document["openapi"].as_str().map(|version| &version[..3]),
        Some("3.1")
    );
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            deny_without_a_token(mesh, &method, path, operation).await;
            describe_what_goes_wrong(path, operation);
        }
    }
    every_scope_is_needed(mesh, &document).await;
}

/// A route is either public, which it says, or answers 401 to whoever shows no token.
async fn deny_without_a_token(mesh: &TestMesh, method: &Method, path: &str, operation: &Value) {
    let public = operation["security"].as_array().is_some_and(Vec::is_empty);
    let answer = mesh.anonymous(method.clone(), path).await;
    if public {
        assert_eq!(
            method,
            Method::GET,
            "{path} is public and changes something"
        );
        assert_ne!(answer.status, 401, "{method} {path}");
    } else {
        assert_eq!(
            answer.status, 401,
            "{method} {path} answers without a token"
        );
        assert_eq!(answer.problem(), "unauthenticated");
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
}

fn describe_what_goes_wrong(path: &str, operation: &Value) {
    assert!(
        operation["summary"].is_string() && operation["operationId"].is_string(),
        "{path}"
    );
    let responses = operation["responses"].as_object().unwrap();
    assert!(
        responses.keys().any(|status| status.starts_with('2')),
        "{path} never succeeds"
    );
    if !operation["security"].as_array().is_some_and(Vec::is_empty) {
        assert!(
            responses.contains_key("401") && responses.contains_key("403"),
            "{path}"
        );
    }
}

/// A token for everything else is not enough.
async fn every_scope_is_needed(mesh: &TestMesh, document: &Value) {
    let prefix = "/products/";
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(below) = path
            .strip_prefix(prefix)
            .and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        if operations.get("post").is_none() {
            continue;
        }
        let allowed = Scope::ALL.map(|scope| async move {
            let token = mesh.token(&[scope]);
            mesh.post_as(&token, below.1, "application/json", "{}")
                .await
                .status
                != 403
        });
        let mut scopes = 0;
        for allowed in allowed {
            scopes += usize::from(allowed.await);
        }
        assert_eq!(scopes, 1, "{path} is open to {scopes} scopes");
    }
}
