//! A broker of the run's own, and the producer that is measured without a mesh and with one.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use rdkafka::ClientContext;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};
use tempfile::TempDir;

use crate::readings;

/// As many as the mesh gives the topics of its ports.
const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(60);

/// Apache Kafka with one broker, gone at the end.
pub(crate) struct Kafka {
    folder: TempDir,
    pub(crate) brokers: String,
}

impl Kafka {
    pub(crate) fn start() -> anyhow::Result<Kafka> {
        let mut kafka = Kafka {
            folder: tempfile::tempdir()?,
            brokers: String::new(),
        };
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let started = kafka.script("start").arg(port.to_string()).status()?;
        ensure!(started.success(), "Kafka did not start");
        kafka.brokers = format!("127.0.0.1:{port}");
        Ok(kafka)
    }

    fn script(&self, what: &str) -> Command {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../integration/kafka/kafka");
        let mut command = Command::new(script);
        command
            .arg(what)
            .arg(self.folder.path().join("kafka"))
            .stdin(Stdio::null());
        command
    }

    /// Events a second that the broker acknowledges, when nobody reads them.
    pub(crate) async fn alone(&self, time: Duration) -> anyhow::Result<f64> {
        let admin: AdminClient<DefaultClientContext> = self.config().create()?;
        let topic = NewTopic::new("alone", PARTITIONS, TopicReplication::Fixed(1));
        let made = admin.create_topics([&topic], &AdminOptions::new()).await?;
        made.into_iter()
            .collect::<Result<Vec<_>, _>>()
            .map_err(|(topic, code)| anyhow::anyhow!("{topic}: {code}"))?;
        let producer = self.producer("alone")?;
        let begun = Instant::now();
        tokio::task::spawn_blocking(move || {
            while begun.elapsed() < time {
                producer.send()?;
            }
            producer.finish()
        })
        .await?
        .map(|acknowledged| acknowledged as f64 / begun.elapsed().as_secs_f64())
    }

    pub(crate) fn producer(&self, topic: &str) -> anyhow::Result<Producer> {
        let acknowledged = Arc::new(AtomicU64::new(0));
        let mut config = self.config();
        config
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", "5");
        Ok(Producer {
            client: config.create_with_context(Count(acknowledged.clone()))?,
            topic: topic.to_owned(),
            acknowledged,
        })
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers);
        config
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        let _ = self.script("remove").status();
    }
}

pub(crate) struct Producer {
    client: ThreadedProducer<Count>,
    topic: String,
    acknowledged: Arc<AtomicU64>,
}

impl Producer {
    /// Puts one reading on its way.
    pub(crate) fn send(&self) -> anyhow::Result<()> {
        let (id, data) = readings::event();
        let (id, time) = (id.to_string(), readings::now());
        let attributes = [
            ("content-type", "application/json"),
            ("ce_specversion", "1.0"),
            ("ce_id", &*id),
            ("ce_source", "/load"),
            ("ce_type", "mesh.ingest"),
            ("ce_time", &*time),
            ("ce_dataschema", readings::SCHEMA),
        ];
        let headers = OwnedHeaders::new_with_capacity(attributes.len());
        let headers = attributes
            .into_iter()
            .fold(headers, |headers, (key, value)| {
                headers.insert(Header {
                    key,
                    value: Some(value),
                })
            });
        let mut record = BaseRecord::to(&self.topic)
            .key(&id)
            .payload(&data)
            .headers(headers);
        loop {
            match self.client.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err((error, _)) => return Err(error.into()),
            }
        }
    }

    /// How many were acknowledged, once nothing is on its way any more.
    pub(crate) fn finish(&self) -> anyhow::Result<u64> {
        self.client
            .flush(PATIENCE)
            .context("the broker does not acknowledge what it was sent")?;
        Ok(self.acknowledged.load(Ordering::Relaxed))
    }
}

struct Count(Arc<AtomicU64>);

impl ClientContext for Count {}

impl ProducerContext for Count {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_ok() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}
