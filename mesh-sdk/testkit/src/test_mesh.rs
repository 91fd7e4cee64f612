use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mesh_platform::identity::{DevIssuer, Scope, authenticate};
use mesh_platform::server::{self, Limits};
use mesh_sdk::{
    Clock, DataProduct, DatasetState, EventsConfig, Host, HostConfig, Readiness, RunningProduct,
    SdkError,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{Answer, Watching};

/// How long anything may take that comes about by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// One product in a mesh of its own.
pub struct TestMesh {
    product: String,
    folder: TempDir,
    address: String,
    issuer: DevIssuer,
    client: Client,
    stop: CancellationToken,
    server: JoinHandle<()>,
    host: Host,
}

impl TestMesh {
    /// Starts `product` with nothing but what it ships.
    pub async fn start(product: DataProduct) -> TestMesh {
        TestMesh::start_in(product, tempfile::tempdir().unwrap()).await
    }

    /// Starts `product` on the folder of a mesh that was stopped.
    pub async fn start_in(product: DataProduct, folder: TempDir) -> TestMesh {
        TestMesh::start_at(product, folder, Clock::default()).await
    }

    /// Starts `product` where a clock of the test says what time it is.
    pub async fn start_at(product: DataProduct, folder: TempDir, clock: Clock) -> TestMesh {
        TestMesh::try_start_at(product, folder, clock)
            .await
            .unwrap()
    }

    /// # Errors
    /// Why the product does not start on that folder.
    pub async fn try_start_in(product: DataProduct, folder: TempDir) -> Result<TestMesh, SdkError> {
        TestMesh::try_start_at(product, folder, Clock::default()).await
    }

    async fn try_start_at(
        product: DataProduct,
        folder: TempDir,
        clock: Clock,
    ) -> Result<TestMesh, SdkError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let issuer = DevIssuer::open(&folder.path().join("identity"), &address).unwrap();
        let readiness = Readiness::new();
        let mut host = Host::open(HostConfig {
            data_dir: folder.path().to_owned(),
            events: EventsConfig::default(),
            progress: Box::new(|_| {}),
            readiness: readiness.clone(),
            clock,
            vault: None,
        })
        .await
        .unwrap();
        let name = product.name().to_owned();
        host.start(product).await?;
        let api = host
            .api()
            .merge(readiness.api())
            .with_openapi("Test mesh", "0");
        let stop = CancellationToken::new();
        let limits = Limits::default();
        let verifier = issuer.verifier().unwrap();
        let router = server::layers(api.into_router().layer(authenticate(verifier)), &limits);
        let stopped = stop.clone();
        let server = tokio::spawn(async move {
            server::serve(listener, router, &limits, stopped)
                .await
                .unwrap();
        });
        Ok(TestMesh {
            product: name,
            folder,
            address,
            issuer,
            client: Client::new(),
            stop,
            server,
            host,
        })
    }

    /// Stops as Ctrl-C does: what was accepted is stored. Returns the folder.
    pub async fn stop(self) -> TempDir {
        self.stop.cancel();
        self.server.await.unwrap();
        self.host.stop().await;
        self.folder
    }

    /// The product as it runs.
    pub fn product(&self) -> &Arc<RunningProduct> {
        self.host.product(&self.product).unwrap()
    }

    /// Its datasets, each as of now.
    pub fn datasets(&self) -> Vec<DatasetState> {
        self.product().datasets()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of something of the product.
    pub fn url(&self, path: &str) -> String {
        format!("{}/products/{}/{path}", self.address, self.product)
    }

    /// A token for `scopes`.
    pub fn token(&self, scopes: &[Scope]) -> String {
        self.token_for(scopes, Duration::from_secs(600))
    }

    /// A token that holds for so long, and for the seconds by which clocks may differ.
    pub fn token_for(&self, scopes: &[Scope], lifetime: Duration) -> String {
        self.issuer.token("tester", scopes, lifetime).unwrap()
    }

    /// `POST` below the product's address, with a token that allows everything.
    pub async fn post(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let token = self.token(&Scope::ALL);
        self.post_as(&token, path, content_type, body).await
    }

    /// `POST` below the product's address, with this token.
    pub async fn post_as(
        &self,
        token: &str,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let request = self
            .client
            .post(self.url(path))
            .bearer_auth(token)
            .header("content-type", content_type)
            .body(body);
        Answer::read(request.send().await.unwrap()).await
    }

    /// `POST` below the product's address, with these headers and a token that allows everything.
    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let request = self.client.post(self.url(path)).body(body);
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| {
                request.header(*name, *value)
            })
            .bearer_auth(self.token(&Scope::ALL));
        Answer::read(request.send().await.unwrap()).await
    }

    /// `GET` of what is below the product's address, with a token that allows everything.
    pub async fn get(&self, path: &str) -> Answer {
        self.get_as(&self.token(&Scope::ALL), path).await
    }

    /// `GET` of what is below the product's address, with this token.
    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        let request = self.request(path, token);
        Answer::read(request.send().await.unwrap()).await
    }

    /// The stream below the product's address: behind `last_event_id`, where there is one.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn watch(&self, path: &str, last_event_id: Option<&str>) -> Watching {
        let token = self.token(&[Scope::Query]);
        let watching = self.try_watch(&token, path, last_event_id).await;
        watching.unwrap_or_else(|status| panic!("{path}: {status}"))
    }

    /// The same with this token; the status where the stream is refused.
    pub async fn try_watch(
        &self,
        token: &str,
        path: &str,
        last_event_id: Option<&str>,
    ) -> Result<Watching, u16> {
        let mut request = self.request(path, token);
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.unwrap();
        match response.status().as_u16() {
            200 => Ok(Watching::new(response)),
            status => Err(status),
        }
    }

    fn request(&self, path: &str, token: &str) -> reqwest::RequestBuilder {
        self.client.get(self.url(path)).bearer_auth(token)
    }

    /// Any request without a token.
    pub async fn anonymous(&self, method: Method, path: &str) -> Answer {
        let request = self
            .client
            .request(method, format!("{}{path}", self.address));
        Answer::read(request.send().await.unwrap()).await
    }

    /// How many rows the product's quarantine holds.
    pub async fn quarantined(&self) -> u64 {
        let datasets = self
            .folder()
            .join("products")
            .join(&self.product)
            .join("datasets");
        let copy = tempfile::NamedTempFile::new().unwrap();
        let rows = mesh_sdk::export_dataset(&datasets.join("quarantine"), copy.path()).await;
        rows.unwrap()
    }

    /// The rows of a query.
    pub async fn query(&self, sql: &str) -> Vec<Value> {
        let answer = self
            .post(
                "query",
                "application/json",
                json!({ "sql": sql }).to_string(),
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        match answer.json() {
            Value::Array(rows) => rows,
            other => panic!("not rows: {other}"),
        }
    }

    /// How many rows `dataset` has.
    pub async fn count(&self, dataset: &str) -> u64 {
        let rows = self
            .query(&format!("SELECT count(*) AS n FROM {dataset}"))
            .await;
        rows[0]["n"].as_u64().unwrap()
    }

    /// Waits until `dataset` has `rows` rows.
    pub async fn until_rows(&self, dataset: &str, rows: u64) {
        let reached = async {
            while self.count(dataset).await != rows {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, reached).await.is_err() {
            panic!(
                "{dataset} has {} rows and not {rows}",
                self.count(dataset).await
            );
        }
    }
}
