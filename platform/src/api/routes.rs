//! Routes together with their operations.

use axum::{
    Router,
    extract::State,
    handler::Handler,
    http::{Method, StatusCode, header},
    response::IntoResponse,
    routing::{MethodFilter, on},
};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Operation, Schema, guard::Guarded, openapi, operation::Place};

/// A set of routes and their operations. `S` is the state that its handlers still wait for, as in
/// [`axum::Router`].
#[derive(Debug, Clone)]
pub struct Api<S = ()> {
    router: Router<S>,
    endpoints: Vec<Endpoint>,
}

/// One method of one path.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) operation: Operation,
}

impl<S: Clone + Send + Sync + 'static> Default for Api<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// No routes.
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            endpoints: Vec::new(),
        }
    }

    /// Adds a route. `path` is in axum's syntax (`/products/{product}`). The handler is only called for those
    /// whom the operation lets in.
    ///
    /// # Panics
    /// Where the route or its operation id is taken, the method is not one that OpenAPI knows, or the operation
    /// describes a path parameter that the path does not have: mistakes in the code, found at start-up.
    #[must_use]
    pub fn route<H, T>(self, method: Method, path: &str, handler: H, operation: Operation) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let names: Vec<_> = openapi::path_parameters(path).collect();
        for parameter in &operation.parameters {
            let name = parameter.name.as_str();
            assert!(
                parameter.place != Place::Path || names.contains(&name),
                "{path} has no parameter {name}"
            );
        }
        let filter = MethodFilter::try_from(method.clone())
            .unwrap_or_else(|_| panic!("no route can answer {method}"));
        let handler = Guarded::new(handler, operation.access);
        let endpoint = Endpoint {
            method,
            path: path.to_owned(),
            operation,
        };
        Self {
            router: self.router.route(path, on(filter, handler)),
            endpoints: with(self.endpoints, [endpoint]),
        }
    }

    /// Adds all routes of `other`.
    ///
    /// # Panics
    /// Where both have the same route or operation id.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            router: self.router.merge(other.router),
            endpoints: with(self.endpoints, other.endpoints),
        }
    }

    /// Adds all routes of `other` below `prefix`, such as `/catalog/api/v1`.
    ///
    /// # Panics
    /// Where both have the same route or operation id, or `prefix` is `/`.
    #[must_use]
    pub fn nest(self, prefix: &str, other: Self) -> Self {
        let nested = other.endpoints.into_iter().map(|endpoint| Endpoint {
            path: format!(
                "{prefix}{}",
                endpoint.path.strip_suffix('/').unwrap_or(&endpoint.path)
            ),
            ..endpoint
        });
        Self {
            router: self.router.nest(prefix, other.router),
            endpoints: with(self.endpoints, nested),
        }
    }

    /// Gives the handlers the state they wait for.
    pub fn with_state<S2>(self, state: S) -> Api<S2> {
        Api {
            router: self.router.with_state(state),
            endpoints: self.endpoints,
        }
    }

    /// The OpenAPI 3.1 document of these routes.
    ///
    /// # Panics
    /// Where two different schemas have the same name.
    pub fn openapi(&self, title: &str, version: &str) -> Value {
        openapi::document(title, version, &self.endpoints)
    }
}

impl Api {
    /// Adds `GET /openapi.json`, which answers with the document of all routes there are so far and of itself.
    #[must_use]
    pub fn with_openapi(self, title: &str, version: &str) -> Self {
        let own = Api::new().route(
            Method::GET,
            "/openapi.json",
            serve_document,
            Operation::new("openapi", "This API, described in OpenAPI 3.1")
                .tag("platform")
                .public()
                .answer(
                    StatusCode::OK,
                    "The document",
                    "application/json",
                    Schema::inline(json!({ "type": "object" })),
                ),
        );
        let endpoints = with(self.endpoints, own.endpoints);
        let document = openapi::document(title, version, &endpoints).to_string();
        let own = own.router.with_state(Bytes::from(document));
        Self {
            router: self.router.merge(own),
            endpoints,
        }
    }

    /// The routes as a plain router.
    pub fn into_router(self) -> Router {
        self.router
    }
}

async fn serve_document(State(document): State<Bytes>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document)
}

fn with(mut all: Vec<Endpoint>, more: impl IntoIterator<Item = Endpoint>) -> Vec<Endpoint> {
    for endpoint in more {
        let id = &endpoint.operation.id;
        let taken = all.iter().any(|other| other.operation.id == *id);
        assert!(!taken, "two operations are named {id}");
        all.push(endpoint);
    }
    all
}
