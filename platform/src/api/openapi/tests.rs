use axum::http::{Method, StatusCode};
use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::{
    api::{Api, Operation, Schema},
    identity::Scope,
    problem::codes,
};

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Receipt {
    accepted: u64,
}

async fn handler() {}

fn ingest() -> Operation {
    let reading = json!({ "type": "object", "properties": { "age": { "type": "integer" } } });
    let reading = Schema::component("heart-readings", reading);
    Operation::new("ingest", "Send readings")
        .tag("ports")
        .scope(Scope::Ingest)
        .path_parameter("product", "The data product")
        .request("application/json", reading.clone())
        .request("application/x-ndjson", reading)
        .answer(
            StatusCode::ACCEPTED,
            "Durable",
            "application/json",
            Schema::of::<Receipt>(),
        )
        .problems(&[&codes::CONTRACT_VIOLATION, &codes::NOT_JSON])
}

fn document() -> Value {
    let list = Operation::new("list", "All products")
        .public()
        .query_parameter("q", "Words", Schema::text())
        .header_parameter("If-Match", "A version", Schema::text())
        .required_query_parameter(
            "page",
            "From 1",
            Schema::inline(json!({ "type": "integer" })),
        )
        .answer(
            StatusCode::OK,
            "Them",
            "application/json",
            Schema::array_of(Schema::text()),
        );
    let file = Operation::new("file", "A file").empty_answer(StatusCode::NO_CONTENT, "Nothing");
    Api::<()>::new()
        .route(
            Method::POST,
            "/products/{product}/ports/{port}",
            handler,
            ingest(),
        )
        .nest(
            "/catalog",
            Api::new().route(Method::GET, "/", handler, list),
        )
        .route(Method::GET, "/files/{*path}", handler, file)
        .openapi("mesh", "0.1.0")
}

#[test]
fn a_document_is_valid_openapi_3_1() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../tests/it/openapi-3.1.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&document())
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn every_reference_leads_to_a_component() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members
                    .values()
                    .for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 5);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let names: Vec<_> = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(names, ["Problem", "Receipt", "heart-readings"]);
}

#[test]
fn an_operation_tells_its_scope_bodies_and_parameters() {
    let document = document();
    let operation = &document["paths"]["/products/{product}/ports/{port}"]["post"];
    assert_eq!(operation["operationId"], "ingest");
    assert_eq!(
        operation["security"],
        json!([{ "bearer": ["mesh.ingest"] }])
    );
    assert_eq!(
        operation["requestBody"]["content"]["application/x-ndjson"]["schema"],
        json!({ "$ref": "#/components/schemas/heart-readings" })
    );
    let names: Vec<_> = operation["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["product", "port"]);
    let statuses: Vec<_> = operation["responses"].as_object().unwrap().keys().collect();
    assert_eq!(
        statuses,
        [
            "202", "400", "401", "403", "413", "422", "500", "503", "504"
        ]
    );
    let problem = &operation["responses"]["422"]["content"]["application/problem+json"];
    assert_eq!(
        problem["examples"]["contract-violation"]["value"]["status"],
        422
    );
}

#[test]
fn what_is_open_says_so_and_what_is_not_asks_for_a_token() {
    let document = document();
    let list = &document["paths"]["/catalog"]["get"];
    assert_eq!(list["security"], json!([]));
    assert!(list["responses"].get("401").is_none());
    assert_eq!(list["parameters"][1]["in"], "header");
    assert_eq!(list["parameters"][2]["required"], true);
    let file = &document["paths"]["/files/{path}"]["get"];
    assert_eq!(file["security"], json!([{ "bearer": [] }]));
    assert!(file["responses"].get("401").is_some());
    assert!(file["responses"]["204"].get("content").is_none());
}

#[test]
#[should_panic(expected = "two operations are named ingest")]
fn operation_ids_are_unique() {
    let one = Api::<()>::new().route(Method::POST, "/a/{product}", handler, ingest());
    let _ = one.route(Method::POST, "/b/{product}", handler, ingest());
}

#[test]
#[should_panic(expected = "/readings has no parameter product")]
fn described_parameters_are_in_the_path() {
    let _ = Api::<()>::new().route(Method::POST, "/readings", handler, ingest());
}

#[test]
#[should_panic(expected = "two schemas are named reading")]
fn one_name_is_one_schema() {
    let operation = Operation::new("ingest", "Send readings")
        .request(
            "application/json",
            Schema::component("reading", json!({ "type": "object" })),
        )
        .request(
            "text/csv",
            Schema::component("reading", json!({ "type": "array" })),
        );
    let api = Api::<()>::new().route(Method::POST, "/readings", handler, operation);
    let _ = api.openapi("mesh", "0.1.0");
}
