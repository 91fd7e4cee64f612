//! One row of the matrix: a mesh and what it runs on, producers at work, and the count at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::Value;
use uuid::Uuid;

use super::kafka::{Deed, Kafka};
use super::producers::{Acknowledged, Door, Producers, Sent, Way};
use crate::process::{Mesh, Setup};

const PRODUCT: &str = "bracelet-cardiology";
/// What a producer of any kind has written.
const STORED: &str = "SELECT patient_id, event_id FROM heart_readings \
     WHERE patient_id LIKE 'http-%' OR patient_id LIKE 'kafka-%' OR patient_id LIKE 'probe-%'";
/// A mesh that has not gone on by then needs somebody. A machine that does other things as well is slow.
const BOUND: Duration = Duration::from_secs(60);
/// Of a port that cannot get rid of an event: short, so that it is soon exceeded.
pub(super) const DELIVERY_TIMEOUT: Duration = Duration::from_secs(5);
const HTTP_PRODUCERS: usize = 4;
const KAFKA_PRODUCERS: usize = 2;

/// Where the events are.
pub(super) enum Log {
    Embedded,
    /// In a cluster of so many brokers.
    Kafka(u32),
}

pub(super) struct Trial {
    pub(super) mesh: Mesh,
    kafka: Option<Kafka>,
    fault: &'static str,
    token: String,
    producers: Producers,
    /// Besides what the producers send.
    sent: Sent,
    recoveries: Vec<Duration>,
}

impl Trial {
    /// A mesh, with producers at work.
    pub(super) async fn begin(fault: &'static str, log: Log) -> Trial {
        Self::begin_as(fault, log, Setup::default()).await
    }

    pub(super) async fn begin_as(fault: &'static str, log: Log, mut setup: Setup) -> Trial {
        let kafka = match log {
            Log::Embedded => None,
            Log::Kafka(brokers) => Some(Kafka::start(brokers)),
        };
        if let Some(kafka) = &kafka {
            let config = kafka.config(DELIVERY_TIMEOUT);
            setup.arguments.extend(["--config".to_owned(), config]);
        }
        let mesh = Mesh::up_as(setup).await;
        let token = mesh.token();
        let mut producers = Producers::new();
        for _ in 0..HTTP_PRODUCERS {
            producers.add(Way::Http(vec![door(&mesh, &token)]));
        }
        if let Some(kafka) = &kafka {
            for _ in 0..KAFKA_PRODUCERS {
                producers.add(Way::kafka(&kafka.brokers));
            }
        }
        Trial {
            producers,
            mesh,
            kafka,
            fault,
            token,
            sent: Sent::default(),
            recoveries: Vec::new(),
        }
    }

    /// Does this to one broker; returns once it is done.
    pub(super) fn broker(&self, number: u32, what: Deed) {
        let kafka = self.kafka.as_ref().expect("its events are in Kafka");
        kafka.broker(number, what);
    }

    /// Adds producers to whom it is the same whether they reach the mesh or another process of it.
    pub(super) fn also_through(&mut self, other: &Mesh) {
        let doors = [door(other, &other.token()), door(&self.mesh, &self.token)];
        for _ in 0..HTTP_PRODUCERS {
            self.producers.add(Way::Http(doors.to_vec()));
        }
    }

    /// Measures from `since` until a reading that is sent from now on is acknowledged and can be queried.
    pub(super) async fn recovers(&mut self, since: Instant) {
        let patient = format!("probe-{}", self.recoveries.len());
        let way = Way::Http(vec![door(&self.mesh, &self.token)]);
        let (id, times) = tokio::time::timeout(BOUND, way.until_acknowledged(&patient))
            .await
            .expect("nothing is acknowledged again");
        let sql = format!("SELECT event_id FROM heart_readings WHERE event_id = '{id}'");
        while self.query(&sql).await.is_empty() {
            assert!(since.elapsed() < BOUND, "nothing is stored again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.recoveries.push(since.elapsed());
        self.sent.acknowledged.insert(patient, id);
        self.sent.times += times;
    }

    pub(super) async fn query(&self, sql: &str) -> Vec<Value> {
        self.mesh.query(&self.token, PRODUCT, sql).await
    }

    /// Ends the producers, and counts what they had acknowledged and what is stored.
    pub(super) async fn prove(self) {
        let mut sent = self.producers.finish().await;
        sent.acknowledged.extend(self.sent.acknowledged);
        let (acknowledged, times) = (sent.acknowledged, sent.times + self.sent.times);
        let mut stored = rows(&self.mesh, &self.token).await;
        let ended = Instant::now();
        while missing(&acknowledged, &stored) > 0 && ended.elapsed() < BOUND {
            tokio::time::sleep(Duration::from_millis(100)).await;
            stored = rows(&self.mesh, &self.token).await;
        }
        let distinct: BTreeSet<&String> = stored.iter().map(|(patient, _)| patient).collect();
        let doubled = stored.len() - distinct.len();
        println!(
            "{}: {} events sent {} times, {} acknowledged, {} stored, {doubled} doubled, {} missing; \
             recovered within {:.1} s",
            self.fault,
            acknowledged.len(),
            times,
            acknowledged.len(),
            stored.len(),
            missing(&acknowledged, &stored),
            worst(&self.recoveries).as_secs_f64(),
        );
        let stored_ids: BTreeMap<String, Uuid> = stored.iter().cloned().collect();
        assert_eq!(doubled, 0, "readings are stored twice");
        assert!(
            stored_ids == acknowledged,
            "what is stored is not what was acknowledged, or not under the ids that producers were told"
        );
    }
}

fn door(mesh: &Mesh, token: &str) -> Door {
    Door {
        client: Client::new(),
        url: format!("{}/ports/readings", mesh.product(PRODUCT)),
        token: token.to_owned(),
    }
}

async fn rows(mesh: &Mesh, token: &str) -> Vec<(String, Uuid)> {
    let rows = mesh.query(token, PRODUCT, STORED).await;
    let text = |row: &Value, column: &str| row[column].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            (
                text(row, "patient_id"),
                text(row, "event_id").parse().unwrap(),
            )
        })
        .collect()
}

fn missing(acknowledged: &Acknowledged, stored: &[(String, Uuid)]) -> usize {
    let stored: BTreeSet<&Uuid> = stored.iter().map(|(_, id)| id).collect();
    let is_missing = |id: &&Uuid| !stored.contains(id);
    acknowledged.values().filter(is_missing).count()
}

fn worst(recoveries: &[Duration]) -> Duration {
    recoveries.iter().max().copied().unwrap_or_default()
}
