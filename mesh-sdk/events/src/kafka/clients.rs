//! How the clients of librdkafka are made: with what the guarantees demand of each, whatever else is configured.

use std::sync::Arc;

use rdkafka::ClientConfig;
use rdkafka::admin::AdminClient;
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::consumer::{BaseConsumer, ConsumerContext, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::producer::FutureProducer;

use super::config::{KafkaConfig, MAX_MESSAGE_BYTES};
use super::session::Session;
use super::sight::{self, Sight};
use crate::Cause;

#[derive(Clone)]
pub(super) struct Clients {
    pub(super) config: KafkaConfig,
    pub(super) session: Session,
}

/// librdkafka's own message would show the value.
#[derive(Debug, thiserror::Error)]
#[error("property `{name}` does not go with the others")]
struct InvalidProperty {
    name: String,
}

impl Clients {
    /// With its sight, which it does not let others at.
    pub(super) fn producer(&self) -> Result<(FutureProducer<Session>, Sight), Cause> {
        let timeout = self.config.delivery_timeout.as_millis().to_string();
        let defaults = [
            // A batch forms while the one before is under way; to wait for it would only cost time.
            ("linger.ms", "1"),
            ("compression.type", "lz4"),
        ];
        let demands = [
            // Of one append: how long until it is known to have failed.
            ("delivery.timeout.ms", timeout.as_str()),
            ("acks", "all"),
            ("enable.idempotence", "true"),
            ("message.max.bytes", &MAX_MESSAGE_BYTES.to_string()),
        ];
        let session = self.session.of_client();
        let sight = session.sight.clone();
        let producer = create(&self.with(&defaults, &demands), session)?;
        Ok((producer, sight))
    }

    /// For one that names its partitions itself.
    pub(super) fn reader(&self) -> Result<StreamConsumer<Session>, Cause> {
        // librdkafka assigns partitions only to a member of a group; this one is never joined.
        let config = self.consumer("mesh-events", &[]);
        create(&config, self.session.of_client())
    }

    /// For one that shares a topic with the other members of `group`, and is told of it through `context`.
    pub(super) fn member<C: ConsumerContext + 'static>(
        &self,
        group: &str,
        context: C,
    ) -> Result<StreamConsumer<C>, Cause> {
        let defaults = [
            // How long a member that was killed keeps its partitions.
            ("session.timeout.ms", "15000"),
            // It is with a heartbeat that a member hears of a rebalance, for which the others wait.
            ("heartbeat.interval.ms", "1000"),
        ];
        let mut config = self.consumer(group, &defaults);
        config.set("partition.assignment.strategy", "cooperative-sticky");
        create(&config, context)
    }

    fn consumer(&self, group: &str, defaults: &[(&str, &str)]) -> ClientConfig {
        let bounds = [
            // Bounds what one reader holds in memory; more is fetched as soon as there is room.
            ("queued.max.messages.kbytes", "16384"),
            ("fetch.queue.backoff.ms", "20"),
        ];
        let demands = [
            ("group.id", group),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            // Never jump over events that are gone.
            ("auto.offset.reset", "error"),
            ("check.crcs", "true"),
        ];
        self.with(&[&bounds, defaults].concat(), &demands)
    }

    /// For questions about the cluster; no question creates a topic.
    pub(super) fn observer(&self) -> Result<BaseConsumer<Session>, Cause> {
        let demands = [("allow.auto.create.topics", "false")];
        create(&self.with(&[], &demands), self.session.of_client())
    }

    pub(super) fn admin(&self) -> Result<AdminClient<Session>, Cause> {
        create(&self.with(&[], &[]), self.session.of_client())
    }

    fn with(&self, defaults: &[(&str, &str)], demands: &[(&str, &str)]) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("client.id", "mesh");
        config.set("statistics.interval.ms", sight::INTERVAL);
        // A broker that is back is found soon; and only between attempts are deliveries given up on.
        config.set("reconnect.backoff.max.ms", "1000");
        for (name, value) in defaults {
            config.set(*name, *value);
        }
        for (name, value) in &self.config.properties {
            config.set(name, value);
        }
        config.set("bootstrap.servers", &self.config.brokers);
        for (name, value) in demands {
            config.set(*name, *value);
        }
        config
    }
}

fn create<C, T>(config: &ClientConfig, context: C) -> Result<T, Cause>
where
    C: rdkafka::ClientContext,
    T: FromClientConfigAndContext<C>,
{
    let created = config.create_with_context(context);
    created.map_err(|error| match error {
        KafkaError::ClientConfig(_, _, name, _) => Arc::new(InvalidProperty { name }) as Cause,
        error => Arc::new(error),
    })
}
