use axum::http::StatusCode;
use chrono::Utc;
use mesh_catalog::Failure;
use serde_json::{Value, json};

use crate::client::{Client, entries};

fn failure(message: &str) -> Failure {
    Failure {
        message: message.to_owned(),
        since: Utc::now(),
    }
}

fn products(list: &Value) -> Vec<&str> {
    list["products"]
        .as_array()
        .unwrap()
        .iter()
        .map(|product| product["product"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn all_products_are_listed_in_short() {
    let list = Client::with_sample()
        .get("/catalog/api/v1/products")
        .await
        .json();
    insta::assert_json_snapshot!(list, @r#"
    {
      "products": [
        {
          "product": "bracelet-cardiology",
          "domain": "cardiology",
          "title": "Bracelet cardiology",
          "version": "1.0.0",
          "status": "active",
          "purpose": "Heart-rate readings from smart bracelets, and for each of them the risk of heart disease.",
          "owner": "Cardiology data team",
          "tags": [
            "heart",
            "bracelet",
            "risk"
          ],
          "urn": "urn:mesh:cardiology:bracelet-cardiology",
          "address": "/products/bracelet-cardiology",
          "ports": 4,
          "contracts": 3,
          "datasets": 3,
          "models": 1,
          "registered_at": "2026-05-12T09:00:00Z"
        },
        {
          "product": "epidemiology",
          "domain": "epidemiology",
          "title": "Epidemiology",
          "version": "0.3.0",
          "status": "draft",
          "purpose": "Weekly influenza counts by district, with a forecast of incidence.",
          "owner": "Surveillance team",
          "tags": [
            "influenza"
          ],
          "urn": "urn:mesh:epidemiology:epidemiology",
          "address": "/products/epidemiology",
          "ports": 1,
          "contracts": 1,
          "datasets": 0,
          "models": 0,
          "registered_at": "2026-05-12T09:00:00Z"
        },
        {
          "product": "logistics",
          "domain": "logistics",
          "title": "Logistics",
          "version": "0.2.0",
          "status": "draft",
          "purpose": "Deliveries of medical equipment, and how late they come.",
          "owner": "Supply team",
          "tags": [
            "delivery",
            "simulated"
          ],
          "urn": "urn:mesh:logistics:logistics",
          "address": "/products/logistics",
          "ports": 1,
          "contracts": 1,
          "datasets": 2,
          "models": 0,
          "registered_at": "2026-05-12T09:00:00Z"
        }
      ],
      "total": 3
    }
    "#);
}

#[tokio::test]
async fn an_empty_catalog_lists_nothing() {
    let list = Client::of([]).get("/catalog/api/v1/products").await.json();
    assert_eq!(list, json!({ "products": [], "total": 0 }));
}

#[tokio::test]
async fn products_are_filtered_by_domain_tag_and_words() {
    let client = Client::with_sample();
    for (query, expected) in [
        ("domain=cardiology", vec!["bracelet-cardiology"]),
        ("domain=Cardiology", vec![]),
        ("tag=influenza", vec!["epidemiology"]),
        ("q=cholesterol", vec!["bracelet-cardiology"]),
        ("q=event+id", vec!["bracelet-cardiology"]),
        ("q=incidence", vec!["epidemiology"]),
        ("q=heart&domain=epidemiology", vec![]),
        ("q=&domain=epidemiology", vec!["epidemiology"]),
    ] {
        let list = client
            .get(&format!("/catalog/api/v1/products?{query}"))
            .await
            .json();
        assert_eq!(products(&list), expected, "{query}");
        assert_eq!(list["total"], expected.len(), "{query}");
    }
}

#[tokio::test]
async fn a_product_is_returned_as_it_registered() {
    let entry = &entries()[0];
    let body = Client::with_sample()
        .get("/catalog/api/v1/products/bracelet-cardiology")
        .await
        .json();
    assert_eq!(body, serde_json::to_value(entry).unwrap());
}

#[tokio::test]
async fn a_product_that_registers_again_replaces_what_it_said() {
    let client = Client::with_sample();
    let mut entry = entries().remove(0);
    entry.version = "1.1.0".to_owned();
    entry.models.clear();
    client.catalog.register(entry);
    let body = client
        .get("/catalog/api/v1/products/bracelet-cardiology")
        .await
        .json();
    assert_eq!(
        (&body["version"], &body["models"]),
        (&json!("1.1.0"), &json!([]))
    );
    assert_eq!(
        client.get("/catalog/api/v1/products").await.json()["total"],
        3
    );
}

#[tokio::test]
async fn a_product_whose_newest_files_fail_says_so_until_it_loads() {
    let client = Client::with_sample();
    let path = "/catalog/api/v1/products/epidemiology";
    client
        .catalog
        .register_failure("epidemiology", failure("mesh.yaml:12:5: no"));
    let entry = entries().remove(1);
    client.catalog.refresh(entry.clone());
    assert_eq!(
        client.get(path).await.json()["failure"]["message"],
        "mesh.yaml:12:5: no"
    );
    client.catalog.register(entry);
    assert!(client.get(path).await.json().get("failure").is_none());
}

#[tokio::test]
async fn a_product_that_never_was_loaded_cannot_answer() {
    let client = Client::of([]);
    client
        .catalog
        .register_failure("new-one", failure("mesh.yaml:1:1: empty"));
    let problem = client
        .get("/catalog/api/v1/products/new-one")
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
    assert_eq!(
        problem["detail"],
        "the data product \"new-one\" could not be loaded: mesh.yaml:1:1: empty"
    );
}

#[tokio::test]
async fn a_removed_product_is_gone_and_does_not_come_back_with_its_figures() {
    let client = Client::with_sample();
    client
        .catalog
        .register_failure("new-one", failure("mesh.yaml:1:1: empty"));
    for product in ["epidemiology", "new-one"] {
        client.catalog.remove(product);
        client.catalog.refresh(entries().remove(1));
        client
            .get(&format!("/catalog/api/v1/products/{product}"))
            .await
            .problem(StatusCode::NOT_FOUND, "not-found");
    }
}

#[tokio::test]
async fn an_unknown_product_names_the_near_ones() {
    let answer = Client::with_sample()
        .get("/catalog/api/v1/products/bracelet-cardiolgy")
        .await;
    let problem = answer.problem(StatusCode::NOT_FOUND, "not-found");
    assert_eq!(
        problem["detail"],
        "no data product \"bracelet-cardiolgy\"; did you mean bracelet-cardiology?"
    );
}

#[tokio::test]
async fn unknown_query_parameters_are_refused_by_name() {
    let client = Client::with_sample();
    for path in [
        "/catalog/api/v1/products?sort=name&q=x",
        "/catalog/api/v1/search?sort=name&q=x",
    ] {
        let problem = client
            .get(path)
            .await
            .problem(StatusCode::BAD_REQUEST, "bad-request");
        assert!(
            problem["detail"].as_str().unwrap().contains("\"sort\""),
            "{problem}"
        );
    }
    client
        .get("/catalog/api/v1/products/epidemiology?x=1")
        .await
        .problem(StatusCode::BAD_REQUEST, "bad-request");
}

#[tokio::test]
async fn a_query_that_is_repeated_too_long_or_missing_is_refused() {
    let client = Client::with_sample();
    let long = "x".repeat(201);
    for path in [
        "products?q=a&q=b",
        &format!("products?q={long}"),
        "search",
        "search?q=+",
        &format!("search?q={long}"),
    ] {
        client
            .get(&format!("/catalog/api/v1/{path}"))
            .await
            .problem(StatusCode::BAD_REQUEST, "bad-request");
    }
}

#[tokio::test]
async fn a_search_says_what_was_found_where_and_why() {
    let found = Client::with_sample()
        .get("/catalog/api/v1/search?q=chol")
        .await
        .json();
    insta::assert_json_snapshot!(found, @r#"
    {
      "query": "chol",
      "hits": [
        {
          "kind": "column",
          "name": "chol",
          "product": "bracelet-cardiology",
          "domain": "cardiology",
          "contract": "heart-readings",
          "description": "Total serum cholesterol.",
          "why": "name is \"chol\"",
          "address": "/products/bracelet-cardiology/contracts/heart-readings",
          "page": "/catalog/products/bracelet-cardiology#column-heart-readings-chol"
        },
        {
          "kind": "column",
          "name": "chol",
          "product": "bracelet-cardiology",
          "domain": "cardiology",
          "contract": "heart-risk-scores",
          "description": "Total serum cholesterol.",
          "why": "name is \"chol\"",
          "address": "/products/bracelet-cardiology/contracts/heart-risk-scores",
          "page": "/catalog/products/bracelet-cardiology#column-heart-risk-scores-chol"
        }
      ],
      "total": 2
    }
    "#);
}

#[tokio::test]
async fn a_search_without_hits_is_empty() {
    let found = Client::with_sample()
        .get("/catalog/api/v1/search?q=zebra")
        .await
        .json();
    assert_eq!(found, json!({ "query": "zebra", "hits": [], "total": 0 }));
}

#[tokio::test]
async fn every_address_is_described() {
    let document = Client::with_sample().catalog.api().openapi("Mesh", "1");
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    for path in [
        "/",
        "/catalog/api/v1/products",
        "/catalog/api/v1/products/{product}",
        "/catalog/api/v1/products/{product}/models/{model}",
        "/catalog/api/v1/search",
        "/catalog/assets/{file}",
        "/catalog/products/{product}",
        "/catalog/products/{product}/contracts/{contract}",
        "/catalog/products/{product}/contracts/{contract}/{version}",
        "/catalog/products/{product}/models/{model}",
        "/catalog/resolve/{urn}",
        "/catalog/search",
    ] {
        assert!(
            paths.iter().any(|known| *known == path),
            "{path} is not in {paths:?}"
        );
    }
    let schemas = &document["components"]["schemas"];
    assert!(
        schemas["CatalogEntry"]["properties"]["ports"].is_object(),
        "{schemas}"
    );
}
