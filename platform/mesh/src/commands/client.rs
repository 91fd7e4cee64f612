//! The mesh that runs in a data folder, asked over HTTP as anybody would.

use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::Args;
use mesh_platform::identity::{DevIssuer, Scope};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::cli::DataDir;
use crate::commands::up;

/// How a mesh is asked.
#[derive(Args)]
pub(crate) struct Asking {
    #[command(flatten)]
    mesh: DataDir,
    /// Print the answer as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) struct Mesh {
    client: Client,
    address: String,
    product: String,
    /// Below the product.
    path: String,
    token: String,
    /// What to try where something is missing.
    missing: String,
}

impl Mesh {
    /// With a token for `scope`, to ask at `path` below the product.
    pub(crate) fn of(
        asking: &Asking,
        product: &str,
        path: impl Into<String>,
        scope: Scope,
        missing: String,
    ) -> anyhow::Result<Mesh> {
        const VALID: Duration = Duration::from_secs(300);
        let folder = asking.mesh.path()?;
        let address = up::address_of(&folder).with_context(|| {
            format!(
                "there is no mesh in {}: start one with `mesh up`",
                folder.display()
            )
        })?;
        let issuer = DevIssuer::open(&up::identity_of(&folder), &address)?;
        Ok(Mesh {
            client: Client::new(),
            token: issuer.token("developer", &[scope], VALID)?,
            address,
            product: product.to_owned(),
            path: path.into(),
            missing,
        })
    }

    fn url(&self, rest: &str) -> String {
        let Mesh {
            address,
            product,
            path,
            ..
        } = self;
        format!("{address}/products/{product}/{path}{rest}")
    }

    pub(crate) fn get(&self, rest: &str) -> RequestBuilder {
        self.client.get(self.url(rest))
    }

    pub(crate) fn post(&self, rest: &str) -> RequestBuilder {
        self.client.post(self.url(rest))
    }

    /// What is answered, or the problem in its words.
    pub(crate) async fn ask(&self, request: RequestBuilder) -> anyhow::Result<Value> {
        let body = self.bytes(request).await?;
        self.json(&body)
    }

    /// The same, of what is no JSON.
    pub(crate) async fn bytes(&self, request: RequestBuilder) -> anyhow::Result<Vec<u8>> {
        let answer = request.bearer_auth(&self.token).send().await;
        let answer = answer.with_context(|| {
            format!(
                "no mesh answers at {}: start it with `mesh up`",
                self.address
            )
        })?;
        let good = answer.status().is_success();
        let body = answer.bytes().await;
        let body = body.with_context(|| format!("{} ended in the middle", self.address))?;
        match good {
            true => Ok(body.to_vec()),
            false => Err(self.refusal(&self.json(&body)?)),
        }
    }

    fn json(&self, body: &[u8]) -> anyhow::Result<Value> {
        let read = serde_json::from_slice(body);
        read.with_context(|| format!("what answers at {} is no mesh", self.address))
    }

    fn refusal(&self, problem: &Value) -> anyhow::Error {
        let told = problem["detail"].as_str().or(problem["title"].as_str());
        let hint = match problem["code"].as_str() {
            Some("not-found") if problem["detail"].is_null() => format!(
                "; is there a product {}? {}/catalog/api/v1/products lists them",
                self.product, self.address
            ),
            Some("not-found") => self.missing.clone(),
            Some(code) => format!(" ({code}; {}/errors/{code} says what to do)", self.address),
            None => String::new(),
        };
        // Of a gate.
        let failed = problem["errors"].as_array().into_iter().flatten();
        let failed: String = failed
            .filter(|error| error["check"].is_string())
            .filter_map(|error| Some(format!("\n  ✗ {}", error["found"].as_str()?)))
            .collect();
        anyhow!("{}{hint}{failed}", told.unwrap_or("the mesh refuses"))
    }
}

pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
