//! Producers that name their events and send each again until it is acknowledged.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::util::Timeout;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(super) const TOPIC: &str = "cardiology.bracelet-cardiology.readings";
/// Between two events of one producer: enough of them to matter, and few enough that a mesh built for tests keeps up.
const PACE: Duration = Duration::from_millis(5);
const BEFORE_ANOTHER_TRY: Duration = Duration::from_millis(50);
/// Longer than a request may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// The readings that were acknowledged: patient, who is another in each, and event id.
pub(super) type Acknowledged = BTreeMap<String, Uuid>;

/// Where one producer sends to.
#[derive(Clone)]
pub(super) enum Way {
    /// Through the first of these; what is not acknowledged goes through the next.
    Http(Vec<Door>),
    Kafka(Brokers),
}

/// A cluster, and a producer to it: another one after each failure, since one that has forgotten its brokers never sends again.
#[derive(Clone)]
pub(super) struct Brokers {
    config: ClientConfig,
    producer: Arc<Mutex<FutureProducer>>,
}

/// Where a product takes readings, as long as the mesh behind it is there.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) token: String,
}

/// Producers at work.
pub(super) struct Producers {
    stop: CancellationToken,
    acknowledged: Arc<Mutex<Acknowledged>>,
    tasks: Vec<JoinHandle<usize>>,
}

/// What producers did.
#[derive(Default)]
pub(super) struct Sent {
    /// How many times an event was sent, again or for the first time.
    pub(super) times: usize,
    pub(super) acknowledged: Acknowledged,
}

impl Producers {
    pub(super) fn new() -> Producers {
        Producers {
            stop: CancellationToken::new(),
            acknowledged: Arc::default(),
            tasks: Vec::new(),
        }
    }

    /// One more begins.
    pub(super) fn add(&mut self, way: Way) {
        let producer = Producer {
            name: format!("{}-{}", way.name(), self.tasks.len()),
            way,
        };
        let run = producer.run(self.stop.clone(), self.acknowledged.clone());
        self.tasks.push(tokio::spawn(run));
    }

    /// Returns once all that was sent is acknowledged.
    pub(super) async fn finish(self) -> Sent {
        self.stop.cancel();
        let mut times = 0;
        for task in self.tasks {
            times += task.await.unwrap();
        }
        let acknowledged = self.acknowledged.lock().unwrap().clone();
        Sent {
            times,
            acknowledged,
        }
    }
}

struct Producer {
    name: String,
    way: Way,
}

impl Producer {
    /// Returns how many times it sent something.
    async fn run(self, stop: CancellationToken, acknowledged: Arc<Mutex<Acknowledged>>) -> usize {
        let mut times = 0;
        for number in 0.. {
            if stop.is_cancelled() {
                break;
            }
            let patient = format!("{}-{number}", self.name);
            let (id, sent) = self.way.until_acknowledged(&patient).await;
            times += sent;
            acknowledged.lock().unwrap().insert(patient, id);
            tokio::time::sleep(PACE).await;
        }
        times
    }
}

impl Way {
    /// To brokers. What they do not acknowledge soon is tried again by the producer itself, not by librdkafka.
    pub(super) fn kafka(brokers: &str) -> Way {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", brokers)
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("message.timeout.ms", "5000");
        let producer = Arc::new(Mutex::new(config.create().unwrap()));
        Way::Kafka(Brokers { config, producer })
    }

    fn name(&self) -> &'static str {
        match self {
            Way::Http(_) => "http",
            Way::Kafka(_) => "kafka",
        }
    }

    /// Sends the reading of this patient until it is acknowledged; returns the id of its event, and how many times it
    /// was sent.
    pub(super) async fn until_acknowledged(&self, patient: &str) -> (Uuid, usize) {
        for before in 0.. {
            let id = match self {
                Way::Http(doors) => doors[before % doors.len()].send(patient).await,
                Way::Kafka(brokers) => brokers.send(patient).await,
            };
            if let Some(id) = id {
                return (id, before + 1);
            }
            tokio::time::sleep(BEFORE_ANOTHER_TRY).await;
        }
        unreachable!("it is sent for ever")
    }
}

impl Door {
    async fn send(&self, patient: &str) -> Option<Uuid> {
        let request = self
            .client
            .post(&self.url)
            .bearer_auth(&self.token)
            .header("ce-specversion", "1.0")
            .header("ce-type", "reading")
            .header("ce-source", "/producers/fault-matrix")
            .header("ce-id", patient)
            .json(&json!({ "patient_id": patient, "age": 63, "sex": 1, "cp": 4 }))
            .timeout(PATIENCE);
        let answer = request.send().await.ok()?;
        let status = answer.status();
        let answer: Value = answer.json().await.ok()?;
        // To wait and try again is all that a producer may be asked to do.
        let later = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        assert!(status.is_success() || later, "{status}: {answer}");
        let id = answer["event_ids"][0].as_str()?;
        Some(id.parse().unwrap())
    }
}

impl Brokers {
    async fn send(&self, patient: &str) -> Option<Uuid> {
        let producer = self.producer.lock().unwrap().clone();
        let sent = send_to_kafka(&producer, patient).await;
        if sent.is_none() {
            *self.producer.lock().unwrap() = self.config.create().unwrap();
        }
        sent
    }
}

/// Writes the event as one that another program makes: CloudEvents in Kafka's binary content mode.
async fn send_to_kafka(producer: &FutureProducer, patient: &str) -> Option<Uuid> {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, patient.as_bytes());
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let data = json!({
        "patient_id": patient, "age": 63, "sex": 1, "cp": 4, "event_id": id, "received_at": now,
    });
    let data = data.to_string();
    let id_text = id.to_string();
    let attributes = [
        ("content-type", "application/json"),
        ("ce_specversion", "1.0"),
        ("ce_id", &*id_text),
        ("ce_source", "/producers/fault-matrix"),
        ("ce_type", "mesh.ingest"),
        ("ce_time", &*now),
        (
            "ce_dataschema",
            "urn:mesh:contract:cardiology:heart-readings:1.0.0",
        ),
    ];
    let headers = attributes
        .into_iter()
        .fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header {
                key,
                value: Some(value),
            })
        });
    let record = FutureRecord::to(TOPIC)
        .key(patient)
        .payload(&data)
        .headers(headers);
    let sent = producer.send(record, Timeout::Never).await;
    sent.ok().map(|_| id)
}
