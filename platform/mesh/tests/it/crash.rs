//! Nothing that was acknowledged is lost or stored twice, whenever the process ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use crate::process::Mesh;

const READINGS: usize = 10_000;
const CONNECTIONS: usize = 4;
const KILLS: usize = 5;

/// What one connection sends, and what became of it.
struct Sender {
    client: Client,
    origin: String,
    token: String,
    next: Arc<AtomicUsize>,
}

impl Sender {
    /// Posts readings until all are sent; each once, whether it is acknowledged or not. Returns the number of the
    /// reading by the event id for those that were acknowledged.
    async fn run(self) -> HashMap<String, usize> {
        let mut acknowledged = HashMap::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= READINGS {
                return acknowledged;
            }
            match self.post(number).await {
                Some(id) => {
                    acknowledged.insert(id, number);
                }
                None => self.until_up().await,
            }
        }
    }

    /// The event id, or nothing if the process ended before it answered.
    async fn post(&self, number: usize) -> Option<String> {
        let url = format!(
            "{}/products/bracelet-cardiology/ports/readings",
            self.origin
        );
        let reading =
            json!({ "patient_id": patient(number), "age": 20 + number % 60, "sex": 1, "cp": 1 });
        let answer = self
            .client
            .post(url)
            .bearer_auth(&self.token)
            .json(&reading)
            .send()
            .await
            .ok()?;
        let status = answer.status();
        let answer: Value = answer.json().await.ok()?;
        assert_eq!(status, 202, "{answer}");
        Some(answer["event_ids"][0].as_str().unwrap().to_owned())
    }

    async fn until_up(&self) {
        let live = format!("{}/health/live", self.origin);
        while self.client.get(&live).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn patient(number: usize) -> String {
    format!("crash-{number}")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_reading_is_stored_exactly_once_although_the_process_is_killed() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);

    let mut mesh = Mesh::up().await;
    let token = mesh.token();
    let next = Arc::new(AtomicUsize::new(0));
    let senders = (0..CONNECTIONS).map(|_| {
        let sender = Sender {
            client: Client::new(),
            origin: mesh.origin.clone(),
            token: token.clone(),
            next: next.clone(),
        };
        tokio::spawn(sender.run())
    });
    let senders: Vec<_> = senders.collect();

    for kill in 1..=KILLS {
        let share = READINGS / (KILLS + 1);
        let when = kill * share - random.usize(..share / 2);
        while next.load(Ordering::Relaxed) < when {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(random.u64(..20))).await;
        mesh.kill();
        mesh.start_again().await;
    }
    let mut acknowledged = HashMap::new();
    for sender in senders {
        acknowledged.extend(sender.await.unwrap());
    }
    assert!(
        acknowledged.len() > READINGS * 9 / 10,
        "{} were acknowledged",
        acknowledged.len()
    );
    // Once more, now that the sink is busy with the last of them.
    mesh.kill();
    mesh.start_again().await;

    let stored = all_stored(&mesh, &token, &acknowledged).await;
    for (id, patient_id) in &stored {
        let number: usize = patient_id.strip_prefix("crash-").unwrap().parse().unwrap();
        assert!(number < READINGS, "{patient_id} was not sent");
        if let Some(sent) = acknowledged.get(id) {
            assert_eq!(*sent, number, "event {id} holds another reading");
        }
    }
    println!(
        "{READINGS} sent, {} acknowledged, {} stored, {} kills",
        acknowledged.len(),
        stored.len(),
        KILLS + 1
    );
}

/// The event ids and patients that are stored, once all acknowledged ones are; each only once.
async fn all_stored(
    mesh: &Mesh,
    token: &str,
    acknowledged: &HashMap<String, usize>,
) -> HashMap<String, String> {
    let sql = "SELECT event_id, patient_id FROM heart_readings WHERE patient_id LIKE 'crash-%'";
    let mut missing = acknowledged.len();
    for _ in 0..300 {
        let rows = mesh.query(token, "bracelet-cardiology", sql).await;
        let text = |row: &Value, column: &str| row[column].as_str().unwrap().to_owned();
        let stored: HashMap<String, String> = rows
            .iter()
            .map(|row| (text(row, "event_id"), text(row, "patient_id")))
            .collect();
        assert_eq!(stored.len(), rows.len(), "an event is stored twice");
        let mut patients: Vec<_> = stored.values().collect();
        patients.sort_unstable();
        patients.dedup();
        assert_eq!(
            patients.len(),
            stored.len(),
            "a reading is stored under two events"
        );
        missing = acknowledged
            .keys()
            .filter(|id| !stored.contains_key(*id))
            .count();
        if missing == 0 {
            return stored;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{missing} acknowledged readings are not stored");
}
