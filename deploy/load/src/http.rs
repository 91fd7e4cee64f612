//! Events over HTTP.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Client, StatusCode};

use crate::follow::Follow;
use crate::load::{Load, Pace, Reached};
use crate::readings;

const SHORT: Duration = Duration::from_millis(2);

/// A port, and how its producers write to it.
#[derive(Clone)]
pub(crate) struct Port {
    pub(crate) url: String,
    pub(crate) token: String,
    /// Events of one request.
    pub(crate) batch: u64,
    pub(crate) connections: usize,
    pub(crate) record: fn() -> String,
}

impl Port {
    pub(crate) fn readings(origin: &str, token: &str, batch: u64, connections: usize) -> Port {
        Port {
            url: format!("{origin}/products/bracelet-cardiology/ports/readings"),
            token: token.to_owned(),
            batch,
            connections,
            record: readings::reading,
        }
    }

    /// Puts the port under load, until all of it is stored.
    pub(crate) async fn load(
        &self,
        follow: Follow,
        pace: Pace,
        time: Duration,
    ) -> anyhow::Result<Reached> {
        let load = Arc::new(Load::begin(follow, pace, time));
        let tasks = (0..self.connections).map(|_| tokio::spawn(self.clone().send(load.clone())));
        for task in tasks.collect::<Vec<_>>() {
            task.await??;
        }
        Arc::into_inner(load)
            .context("somebody sends still")?
            .end()
            .await
    }

    async fn send(self, load: Arc<Load>) -> anyhow::Result<()> {
        let client = Client::new();
        loop {
            while load.is_full() {
                tokio::time::sleep(SHORT).await;
            }
            let Some(wait) = load.take(self.batch) else {
                return Ok(());
            };
            tokio::time::sleep(wait).await;
            let records: Vec<String> = (0..self.batch).map(|_| (self.record)()).collect();
            let body = records.join("\n");
            while !self.is_accepted(&client, body.clone(), &load).await? {}
        }
    }

    /// Whether the events were acknowledged; if not, waits as long as it is asked to.
    async fn is_accepted(
        &self,
        client: &Client,
        body: String,
        load: &Load,
    ) -> anyhow::Result<bool> {
        let request = client.post(&self.url).bearer_auth(&self.token);
        let request = request
            .header("content-type", "application/x-ndjson")
            .body(body);
        let answer = request.send().await?;
        match answer.status() {
            StatusCode::ACCEPTED => {
                // The connection is free for the next once the answer was read.
                answer.bytes().await?;
                Ok(true)
            }
            StatusCode::TOO_MANY_REQUESTS => {
                load.asked_to_wait();
                let after = answer
                    .headers()
                    .get("retry-after")
                    .context("429 without Retry-After")?;
                tokio::time::sleep(Duration::from_secs(after.to_str()?.parse()?)).await;
                Ok(false)
            }
            status => bail!("{status}: {}", answer.text().await?),
        }
    }
}
