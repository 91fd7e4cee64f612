//! `GET /schemas/mesh.schema.json`: what editors complete and check `mesh.yaml` with.

use axum::http::{Method, StatusCode, header};
use mesh_platform::api::{Api, Operation, Schema};
use serde_json::json;

use crate::mesh_yaml_schema;

/// The routes of the schemas that documents of products keep.
pub fn schemas_api() -> Api {
    let operation = Operation::new("mesh_yaml_schema", "The JSON Schema of mesh.yaml")
        .tag("platform")
        .public()
        .answer(
            StatusCode::OK,
            "JSON Schema 2020-12",
            "application/schema+json",
            Schema::inline(json!({ "type": "object" })),
        );
    let answer = || async {
        let schema = mesh_yaml_schema().to_string();
        ([(header::CONTENT_TYPE, "application/schema+json")], schema)
    };
    Api::new().route(Method::GET, "/schemas/mesh.schema.json", answer, operation)
}
