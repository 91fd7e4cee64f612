use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use mesh_catalog::{Catalog, ContractEntry, Entry};
use mesh_contracts::Contract;
use serde_json::Value;
use tower::ServiceExt;

/// A catalog somebody talks to.
pub(crate) struct Client {
    pub(crate) catalog: Catalog,
    router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// The products of the sample, one of them with a contract that came as a document.
pub(crate) fn entries() -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        serde_json::from_str(include_str!("../../examples/mesh.json")).unwrap();
    entries[1].contracts = vec![ContractEntry::from(&weekly_cases())];
    entries
}

pub(crate) fn weekly_cases() -> Contract {
    let yaml = include_str!("../../examples/weekly-cases.odcs.yaml");
    Contract::parse("weekly-cases.odcs.yaml", yaml).unwrap()
}

impl Client {
    pub(crate) fn of(entries: impl IntoIterator<Item = Entry>) -> Self {
        let catalog = Catalog::new();
        entries
            .into_iter()
            .for_each(|entry| catalog.register(entry));
        let router = catalog.api().into_router();
        Self { catalog, router }
    }

    pub(crate) fn with_sample() -> Self {
        Self::of(entries())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(Request::get(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        let response = self
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body of a success.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_str(&self.text).unwrap()
    }

    /// The body of a refusal, which is a problem document of that status and code.
    pub(crate) fn problem(&self, status: StatusCode, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem["code"], code);
        problem
    }

    /// The body of a page, known to be well formed.
    pub(crate) fn page(&self) -> &str {
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        crate::html::check(&self.text);
        &self.text
    }
}
