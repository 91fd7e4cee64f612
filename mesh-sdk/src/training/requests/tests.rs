use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use mesh_events::{EmbeddedLog, Event, EventLog};
use mesh_storage::{Engine, Limits};
use tokio_util::sync::CancellationToken;

use super::{Asker, Requests, Wanted};
use crate::quarantine::Quarantine;
use crate::training::{Cause, Runs, TrainingRuns};

const TOPIC: &str = "d.p.m.train";

/// As another system would send it.
fn event(id: &str, data: &str) -> Event {
    Event {
        id: id.to_owned(),
        source: "urn:hospital:scheduler".to_owned(),
        kind: "mesh.train".to_owned(),
        subject: Some("m".to_owned()),
        time: Utc::now(),
        schema: None,
        correlation: None,
        data: data.to_owned().into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_taken_from_the_topic_once_and_broken_ones_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let log: Arc<dyn EventLog> = EmbeddedLog::open(&folder.path().join("log")).unwrap();
    log.create_topic(TOPIC, 1).await.unwrap();
    let engine = Arc::new(Engine::new(Limits::default()).unwrap());
    let table = TrainingRuns::open(folder.path(), engine.clone())
        .await
        .unwrap();
    let runs = Runs::open("m", table).await.unwrap();
    let quarantine = Quarantine::open(folder.path(), engine.clone())
        .await
        .unwrap();

    let good = r#"{"cause": "ad-hoc", "why": "a new ward", "asked_by": "scheduler"}"#;
    let broken = r#"{"cause": "because", "why": "a new ward", "asked_by": "scheduler"}"#;
    let events = vec![
        event("1", good),
        event("2", broken),
        event("3", "no JSON"),
        event("1", good),
    ];
    log.append(TOPIC, events).await.unwrap();
    let asker = Asker {
        log: log.clone(),
        topic: TOPIC.to_owned(),
        source: "urn:mesh:d:p:m:1".to_owned(),
        model: "m".to_owned(),
    };
    let wanted = Wanted {
        cause: Cause::Drift,
        why: "it drifts".to_owned(),
        asked_by: "mesh".to_owned(),
        promote: false,
    };
    asker.ask("4", &wanted).await.unwrap();

    let requests = Requests {
        log,
        topic: TOPIC.to_owned(),
        group: "p.m.train".to_owned(),
        runs: runs.clone(),
        quarantine: quarantine.clone(),
        healthy: Box::new(|_| {}),
    };
    let stop = CancellationToken::new();
    let taking = tokio::spawn(requests.run(stop.clone()));
    let mut told = runs.listen();
    let taken = async {
        while runs.find("4").is_err() {
            told.changed().await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(30), taken)
        .await
        .unwrap();
    stop.cancel();
    taking.await.unwrap();

    let known: Vec<_> = runs
        .all()
        .into_iter()
        .map(|run| (run.run, run.asked_by, run.promote))
        .collect();
    let expected = [("4", "mesh", false), ("1", "scheduler", true)];
    assert_eq!(
        known,
        expected.map(|(run, by, promote)| (run.to_owned(), by.to_owned(), promote))
    );
    let held = quarantine.held(TOPIC, 0, 0).await.unwrap();
    assert_eq!(held.into_iter().collect::<Vec<_>>(), [1, 2]);
}
