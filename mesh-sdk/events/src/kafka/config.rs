//! How the Kafka clients are configured.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use rdkafka::ClientConfig;
use rdkafka::config::{FromClientConfig, FromClientConfigAndContext};
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;

use crate::{Cause, MAX_EVENT_BYTES};

/// An event with its framing: what a message, a batch and a topic have to allow.
pub(super) const MAX_MESSAGE_BYTES: usize = MAX_EVENT_BYTES + 64 * 1024;

/// Where Kafka is, and how to get in.
#[derive(Clone)]
pub struct KafkaConfig {
    /// `host:port`, separated by commas.
    pub brokers: String,
    /// librdkafka properties for every client, such as `security.protocol` and `sasl.*`. Those that the guarantees of
    /// the log rest on are not theirs to change.
    pub properties: BTreeMap<String, String>,
}

/// Without the values: some are secrets.
impl fmt::Debug for KafkaConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaConfig")
            .field("brokers", &self.brokers)
            .field("properties", &self.properties.keys())
            .finish()
    }
}

/// librdkafka's own message would show the value.
#[derive(Debug, thiserror::Error)]
#[error("property `{name}` is unknown to librdkafka or has a value it does not accept")]
struct InvalidProperty {
    name: String,
}

impl KafkaConfig {
    pub(super) fn producer<T: FromClientConfig>(&self) -> Result<T, Cause> {
        created(
            self.client(
                &[
                    // Of one append: how long until it is known to have failed.
                    ("delivery.timeout.ms", "30000"),
                    // A batch forms while the one before is under way; to wait for it would only cost time.
                    ("linger.ms", "1"),
                    ("compression.type", "zstd"),
                ],
                &[
                    ("acks", "all"),
                    ("enable.idempotence", "true"),
                    ("message.max.bytes", &MAX_MESSAGE_BYTES.to_string()),
                ],
            )
            .create(),
        )
    }

    /// For one that names its partitions itself.
    pub(super) fn reader<T: FromClientConfig>(&self) -> Result<T, Cause> {
        // librdkafka assigns partitions only to a member of a group; this one is never joined.
        created(self.consumer("mesh-events", &[]).create())
    }

    /// For one that shares a topic with the other members of `group`, and is told of it through `context`.
    pub(super) fn member<C, T>(&self, group: &str, context: C) -> Result<T, Cause>
    where
        C: ConsumerContext,
        T: FromClientConfigAndContext<C>,
    {
        // How long a member that was killed keeps its partitions.
        let defaults = [("session.timeout.ms", "15000")];
        let mut config = self.consumer(group, &defaults);
        config.set("partition.assignment.strategy", "cooperative-sticky");
        created(config.create_with_context(context))
    }

    fn consumer(&self, group: &str, defaults: &[(&str, &str)]) -> ClientConfig {
        let bounds = [
            // Bounds what one reader holds in memory; more is fetched as soon as there is room.
            ("queued.max.messages.kbytes", "16384"),
            ("fetch.queue.backoff.ms", "20"),
        ];
        self.client(
            &[&bounds, defaults].concat(),
            &[
                ("group.id", group),
                ("enable.auto.commit", "false"),
                ("enable.auto.offset.store", "false"),
                // Never jump over events that are gone.
                ("auto.offset.reset", "error"),
                ("check.crcs", "true"),
            ],
        )
    }

    /// For questions about the cluster; no question creates a topic.
    pub(super) fn observer<T: FromClientConfig>(&self) -> Result<T, Cause> {
        created(
            self.client(&[], &[("allow.auto.create.topics", "false")])
                .create(),
        )
    }

    pub(super) fn admin<T: FromClientConfig>(&self) -> Result<T, Cause> {
        created(self.client(&[], &[]).create())
    }

    fn client(&self, defaults: &[(&str, &str)], demands: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("client.id", "mesh");
        for (name, value) in defaults {
            config.set(*name, *value);
        }
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config.set("bootstrap.servers", &self.brokers);
        for (name, value) in demands {
            config.set(*name, *value);
        }
        config
    }
}

fn created<T>(client: Result<T, KafkaError>) -> Result<T, Cause> {
    client.map_err(|error| match error {
        KafkaError::ClientConfig(_, _, name, _) => Arc::new(InvalidProperty { name }) as Cause,
        error => Arc::new(error),
    })
}
