use std::path::Path;

use chrono::Utc;
use mesh_platform::server::Readiness;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::product::Events;
use crate::{Clock, DataProduct, EventsConfig, Host, HostConfig, RunningProduct};

const MODEL: &str = "heart-risk";
const CONTRACT: &str = "urn:mesh:contract:cardiology:heart-readings:1.1.0";
const PATIENCE: Duration = Duration::from_secs(20);

/// A product with a model, and what is on the topics of it.
struct Bench {
    host: Host,
    product: Arc<RunningProduct>,
    folder: TempDir,
}

impl Bench {
    async fn start(folder: TempDir) -> Bench {
        let config = HostConfig {
            data_dir: folder.path().to_owned(),
            events: EventsConfig::default(),
            progress: Box::new(|_| {}),
            readiness: Readiness::new(),
            clock: Clock::default(),
            vault: None,
        };
        let mut host = Host::open(config).await.unwrap();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../products/bracelet-cardiology");
        let product = DataProduct::from_files(sources).unwrap();
        let product = host.start(product).await.unwrap();
        Bench {
            host,
            product,
            folder,
        }
    }

    async fn new() -> Bench {
        Bench::start(tempfile::tempdir().unwrap()).await
    }

    async fn again(self) -> Bench {
        drop(self.product);
        self.host.stop().await;
        Bench::start(self.folder).await
    }

    async fn ask(&self, requests: Vec<Event>) {
        let topic = self.product.product().topic(Events::Requests(MODEL));
        self.product.log.append(&topic, requests).await.unwrap();
    }

    /// The first `count` answers that are there, once they are.
    async fn answers(&self, count: usize) -> Vec<Event> {
        let topic = self.product.product().topic(Events::Model(MODEL));
        let mut reader = self.product.log.reader(&topic, &[]).await.unwrap();
        let mut answers = Vec::new();
        while answers.len() < count {
            let more = reader.next(count, PATIENCE).await.unwrap();
            assert!(!more.is_empty(), "{} of {count} answers", answers.len());
            answers.extend(more.into_iter().map(|received| received.event.unwrap()));
        }
        answers
    }

    /// Rows of the dataset of answers.
    fn stored(&self) -> u64 {
        let datasets = self.product.datasets();
        let answers = datasets
            .iter()
            .find(|dataset| dataset.name == "heart_risk_scores");
        answers.unwrap().rows
    }

    async fn quarantined(&self) -> u64 {
        let datasets = self
            .folder
            .path()
            .join("products/bracelet-cardiology/datasets");
        let copy = tempfile::NamedTempFile::new().unwrap();
        let rows = crate::export_dataset(&datasets.join("quarantine"), copy.path()).await;
        rows.unwrap()
    }
}

fn request(id: &str, schema: &str, data: &str) -> Event {
    Event {
        id: id.to_owned(),
        source: "urn:device:bracelet-7".to_owned(),
        kind: "mesh.score.request".to_owned(),
        subject: Some("patient-0042".to_owned()),
        time: Utc::now(),
        schema: Some(schema.to_owned()),
        correlation: None,
        data: data.to_owned().into(),
    }
}

fn good(id: &str, age: u32) -> Event {
    let data = json!({ "age": age, "sex": 1, "cp": 4, "thalach": 150 });
    request(id, CONTRACT, &data.to_string())
}

fn data(event: &Event) -> Value {
    serde_json::from_slice(&event.data).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_answered_as_the_scoring_port_answers() {
    let bench = Bench::new().await;
    bench.ask(vec![good("a", 63)]).await;
    let answer = bench.answers(1).await.remove(0);
    assert_eq!(answer.kind, "mesh.score");
    assert_eq!(answer.correlation.as_deref(), Some("a"));
    assert_eq!(answer.subject.as_deref(), Some("patient-0042"));
    let mut said = data(&answer);
    let risk = said.as_object_mut().unwrap().remove("heart_risk").unwrap();
    assert_eq!(said, data(&good("a", 63)));
    assert_eq!(risk["event_id"], answer.id);

    let scoring = bench.product.scoring_ports().next().unwrap().1.clone();
    let body = data(&good("a", 63)).to_string().into();
    let super::super::Answer::One(by_rest) = scoring.score(body, false).await.unwrap() else {
        panic!("one record is answered with one");
    };
    for member in ["prediction", "probability", "accuracy", "model", "version"] {
        assert_eq!(risk[member], by_rest["heart_risk"][member], "{member}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn poison_goes_to_quarantine_and_keeps_nobody_waiting() {
    let bench = Bench::new().await;
    let requests = vec![
        good("a", 63),
        request("b", CONTRACT, "{"),
        request("c", CONTRACT, r#"{"age":"old"}"#),
        request(
            "d",
            "urn:mesh:contract:cardiology:heart-readings:99.0.0",
            r#"{"age":63,"sex":1,"cp":4}"#,
        ),
        request("e", "urn:elsewhere:1.0.0", r#"{"age":63,"sex":1,"cp":4}"#),
        good("f", 64),
    ];
    bench.ask(requests).await;
    let answers = bench.answers(2).await;
    let asked: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.correlation.as_deref())
        .collect();
    assert_eq!(asked, ["a", "f"]);
    assert_eq!(bench.quarantined().await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_twice_is_answered_under_one_id_and_stored_once() {
    let bench = Bench::new().await;
    let mut other = good("a", 63);
    other.source = "urn:device:bracelet-8".to_owned();
    bench.ask(vec![good("a", 63), good("a", 63), other]).await;
    let ids: Vec<_> = bench
        .answers(3)
        .await
        .into_iter()
        .map(|answer| answer.id)
        .collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
    assert_eq!(bench.again().await.stored(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_is_not_answered_again_after_a_restart() {
    let bench = Bench::new().await;
    bench
        .ask(vec![good("a", 63), request("b", CONTRACT, "{")])
        .await;
    bench.answers(1).await;
    let bench = bench.again().await;
    bench.ask(vec![good("c", 64)]).await;
    let answers = bench.answers(2).await;
    let asked: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.correlation.as_deref())
        .collect();
    assert_eq!(asked, ["a", "c"]);
    assert_eq!(bench.quarantined().await, 1);
}
