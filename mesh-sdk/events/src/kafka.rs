//! The event log in Apache Kafka, through librdkafka.
//!
//! - `settings` is what may be said of a cluster, and `config` what is known once that was checked.
//! - `clients` makes the clients of librdkafka, with what the guarantees demand, and `session` is what they share; `tokens`
//!   it gets in with, where brokers ask for them. `sight` is whether a client still knows a broker to ask.
//! - `cluster` asks about topics and offsets, and makes topics.
//! - `message` is how an event travels: CloudEvents in Kafka's binary content mode.
//! - `writer` produces.
//! - `reader` reads a topic alone, and `consumer` with the other members of a group; both take it from an `inbox`.

mod clients;
mod cluster;
mod config;
mod consumer;
mod inbox;
mod message;
mod partitions;
mod reader;
mod session;
mod settings;
mod sight;
mod tokens;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use crate::rules::{check_events, check_topic, start_offsets};
use crate::{Cause, Consumer, Event, EventError, EventLog, Position, Reader};

use clients::Clients;
use cluster::{Cluster, Edge};
pub use config::KafkaConfig;
use consumer::KafkaConsumer;
use reader::KafkaReader;
use session::Session;
pub use settings::{KafkaSettings, Login, Oauth, Sasl, Secret, SettingError, Tls};
use tokens::Tokens;
use writer::Writer;

/// An [`EventLog`] in Apache Kafka 2.4 or later.
///
/// With Kafka 2.3, or where the mesh may not create topics, an administrator creates them beforehand.
pub struct KafkaLog {
    clients: Clients,
    cluster: Arc<Cluster>,
    writer: Writer,
    /// Partitions of the topics in use, asked for once: a change would move subjects from one to another.
    partitions: RwLock<HashMap<String, u32>>,
}

impl KafkaLog {
    /// Connects and asks the cluster a question, so that a wrong address or password shows here: `log-open-failed`, with
    /// the reason and what to do, after ten seconds or less.
    pub async fn connect(config: KafkaConfig) -> Result<Arc<KafkaLog>, EventError> {
        let place = config.brokers.clone();
        let connected = Self::connected(config).await;
        connected.map_err(|source| EventError::OpenFailed { place, source })
    }

    async fn connected(config: KafkaConfig) -> Result<Arc<KafkaLog>, Cause> {
        let tokens = match config.tokens.clone() {
            Some(source) => {
                let tokens = Tokens::of(source).await;
                Some(tokens.map_err(|error| Arc::new(error) as Cause)?)
            }
            None => None,
        };
        let session = Session::new(tokens);
        let clients = Clients { config, session };
        Ok(Arc::new(Self {
            cluster: Arc::new(Cluster::connect(clients.clone()).await?),
            writer: Writer::new(clients.clone())?,
            clients,
            partitions: RwLock::default(),
        }))
    }

    async fn partitions(&self, topic: &str) -> Result<u32, EventError> {
        let known = self.known().get(topic).copied();
        if let Some(partitions) = known {
            return Ok(partitions);
        }
        let found = self.cluster.partitions(topic).await?;
        let partitions = found.ok_or_else(|| EventError::UnknownTopic {
            topic: topic.to_owned(),
        })?;
        self.remember(topic, partitions);
        Ok(partitions)
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, HashMap<String, u32>> {
        self.partitions
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, topic: &str, partitions: u32) {
        self.partitions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(topic.to_owned(), partitions);
    }

    fn forget(&self, topic: &str) {
        self.partitions
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(topic);
    }
}

#[async_trait]
impl EventLog for KafkaLog {
    async fn create_topic(&self, topic: &str, partitions: u32) -> Result<u32, EventError> {
        check_topic(topic, partitions)?;
        let partitions = match self.cluster.partitions(topic).await? {
            Some(existing) => existing,
            None => self.cluster.create_topic(topic, partitions).await?,
        };
        self.remember(topic, partitions);
        Ok(partitions)
    }

    async fn append(&self, topic: &str, events: Vec<Event>) -> Result<Vec<Position>, EventError> {
        let partitions = self.partitions(topic).await?;
        check_events(&events)?;
        let appended = self.writer.append(topic, partitions, &events).await;
        if matches!(appended, Err(EventError::UnknownTopic { .. })) {
            self.forget(topic);
        }
        appended
    }

    async fn reader(&self, topic: &str, from: &[u64]) -> Result<Box<dyn Reader>, EventError> {
        let partitions = self.partitions(topic).await?;
        let next = start_offsets(topic, from, partitions)?;
        self.cluster.check_starts(topic, &next).await?;
        let reader = KafkaReader::new(&self.clients, topic, &next)?;
        Ok(Box::new(reader))
    }

    async fn consumer(&self, group: &str, topic: &str) -> Result<Box<dyn Consumer>, EventError> {
        self.partitions(topic).await?;
        let consumer = KafkaConsumer::join(&self.clients, self.cluster.clone(), group, topic)?;
        Ok(Box::new(consumer))
    }

    async fn ends(&self, topic: &str) -> Result<Vec<u64>, EventError> {
        let partitions: Vec<u32> = (0..self.partitions(topic).await?).collect();
        self.cluster.offsets(topic, &partitions, Edge::End).await
    }
}
