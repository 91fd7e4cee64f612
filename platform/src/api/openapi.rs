//! The OpenAPI 3.1 document.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    Operation, Schema,
    guard::Access,
    operation::{Answer, Parameter, Place},
    routes::Endpoint,
    schema::Components,
};
use crate::problem::{self, ErrorCode, Problem, codes};

/// The names in braces of a path in axum's syntax.
pub(super) fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| name.strip_prefix('*').unwrap_or(name))
}

pub(super) fn document(title: &str, version: &str, endpoints: &[Endpoint]) -> Value {
    let mut components = Components::new();
    let mut paths = Map::new();
    for endpoint in endpoints {
        let path = endpoint.path.replace("{*", "{");
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        let method = endpoint.method.as_str().to_ascii_lowercase();
        methods[method] = operation(endpoint, &mut components);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version },
        "paths": paths,
        "components": {
            "schemas": components.finish(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
            },
        },
    })
}

fn operation(endpoint: &Endpoint, components: &mut Components) -> Value {
    let described = &endpoint.operation;
    let mut operation = json!({
        "operationId": described.id,
        "summary": described.summary,
        "tags": described.tags,
        "security": security(described.access),
        "parameters": parameters(endpoint, components),
        "responses": responses(described, components),
    });
    if let Some(text) = &described.description {
        operation["description"] = json!(text);
    }
    if !described.request.is_empty() {
        let content = content(described.request.iter(), components);
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

/// No requirement, or the bearer token with the scopes it must have.
fn security(access: Access) -> Value {
    match access {
        Access::Public => json!([]),
        Access::Authenticated => json!([{ "bearer": [] }]),
        Access::Scoped(scope) => json!([{ "bearer": [scope.name()] }]),
    }
}

fn parameters(endpoint: &Endpoint, components: &mut Components) -> Vec<Value> {
    let described = &endpoint.operation.parameters;
    let in_path = path_parameters(&endpoint.path).map(|name| {
        let known = described
            .iter()
            .find(|parameter| parameter.place == Place::Path && parameter.name == name);
        let mut parameter = json!({
            "name": name, "in": "path", "required": true, "schema": { "type": "string" },
        });
        if let Some(known) = known {
            parameter["description"] = json!(known.description);
            parameter["schema"] = components.place(&known.schema);
        }
        parameter
    });
    let mut all: Vec<Value> = in_path.collect();
    let elsewhere = described
        .iter()
        .filter(|parameter| parameter.place != Place::Path);
    all.extend(elsewhere.map(|parameter| self::parameter(parameter, components)));
    all
}

fn parameter(parameter: &Parameter, components: &mut Components) -> Value {
    let place = match parameter.place {
        Place::Path => "path",
        Place::Query | Place::RequiredQuery => "query",
        Place::Header => "header",
    };
    json!({
        "name": parameter.name,
        "in": place,
        "description": parameter.description,
        "required": parameter.place == Place::RequiredQuery,
        "schema": components.place(&parameter.schema),
    })
}

fn responses(operation: &Operation, components: &mut Components) -> Value {
    let mut by_status: BTreeMap<StatusCode, Vec<&Answer>> = BTreeMap::new();
    for answer in &operation.answers {
        by_status.entry(answer.status).or_default().push(answer);
    }
    let answers = by_status.into_iter().map(|(status, answers)| {
        let mut response = json!({ "description": answers[0].description });
        let bodies = answers.iter().filter_map(|answer| answer.content.as_ref());
        let content = content(bodies, components);
        if !content.is_empty() {
            response["content"] = Value::Object(content);
        }
        (status.as_str().to_owned(), response)
    });
    let mut responses: Map<String, Value> = answers.collect();
    for (status, codes) in problems(operation) {
        // An answer may share its status with a problem: 503 of a health check does.
        let response = responses
            .entry(status.to_string())
            .or_insert_with(|| json!({ "description": names(&codes) }));
        response["content"][problem::MEDIA_TYPE] = problem_content(&codes, components);
    }
    responses.sort_keys();
    Value::Object(responses)
}

fn content<'a>(
    bodies: impl Iterator<Item = &'a (String, Schema)>,
    components: &mut Components,
) -> Map<String, Value> {
    bodies
        .map(|(media_type, schema)| {
            let schema = components.place(schema);
            (media_type.clone(), json!({ "schema": schema }))
        })
        .collect()
}

/// What the handler answers with, and what this crate answers in front of it, by status.
fn problems(operation: &Operation) -> BTreeMap<u16, Vec<&'static ErrorCode>> {
    let mut all = operation.problems.clone();
    all.extend([&codes::INTERNAL, &codes::UNAVAILABLE, &codes::TIMEOUT]);
    if operation.access != Access::Public {
        all.extend([
            &codes::UNAUTHENTICATED,
            &codes::TOKEN_INVALID,
            &codes::TOKEN_EXPIRED,
        ]);
    }
    if matches!(operation.access, Access::Scoped(_)) {
        all.push(&codes::FORBIDDEN);
    }
    if !operation.request.is_empty() {
        all.push(&codes::BODY_TOO_LARGE);
    }
    let mut by_status: BTreeMap<u16, Vec<&'static ErrorCode>> = BTreeMap::new();
    for code in all {
        let codes = by_status.entry(code.status()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    by_status
}

fn names(codes: &[&ErrorCode]) -> String {
    let names: Vec<_> = codes.iter().map(|code| code.code()).collect();
    names.join(", ")
}

fn problem_content(codes: &[&'static ErrorCode], components: &mut Components) -> Value {
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| {
            (
                code.code().to_owned(),
                json!({ "value": Problem::new(code) }),
            )
        })
        .collect();
    let schema = components.place(&Schema::of::<problem::Document<'static>>());
    json!({ "schema": schema, "examples": examples })
}

#[cfg(test)]
mod tests;
