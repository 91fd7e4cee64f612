//! A ward whose model tells who falls ill, in a world that a test can change.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use mesh_sdk::{Clock, DataProduct};
use mesh_testkit::TestMesh;
use serde_json::{Value, json};
use tempfile::TempDir;

const PRODUCT: &str = r#"apiVersion: v1.1.0
kind: DataProduct
id: urn:mesh:testing:ward
name: ward
version: 1.0.0
status: draft
domain: testing
description: { purpose: Who falls ill. }
inputPorts:
  - { name: patients, version: 1.0.0, contractId: "urn:mesh:contract:testing:patients" }
  - { name: outcomes, version: 1.0.0, contractId: "urn:mesh:contract:testing:outcomes" }
outputPorts:
  - { name: patients, version: 1.0.0, contractId: "urn:mesh:contract:testing:patients" }
  - { name: outcomes, version: 1.0.0, contractId: "urn:mesh:contract:testing:outcomes" }
  - { name: history, version: 1.0.0, contractId: "urn:mesh:contract:testing:history" }
  - { name: scores, version: 1.0.0, contractId: "urn:mesh:contract:testing:scores" }
"#;

const MESH: &str = r"datasets:
  patients:
    from: { port: patients }
  outcomes:
    from: { port: outcomes }
  history:
    from: { file: data/history.csv }
  scores:
    from: { model: illness }
models:
  illness:
    description: Chance to fall ill.
    algorithm: logistic-regression
    input: patients
    answer: illness
    features: { numeric: [a, b, c] }
    training:
      sql: |
        SELECT a, b, c, ill FROM (
          SELECT s.a, s.b, s.c, o.ill, s.illness['scored_at'] AS at, s.illness['event_id'] AS id
          FROM scores s JOIN outcomes o ON o.answer = s.illness['event_id']
          UNION ALL
          SELECT a, b, c, ill, NULL, CAST(number AS VARCHAR) FROM history
        ) ORDER BY at DESC NULLS LAST, id LIMIT 1000
      target: ill
      held_out: 0.3
      seed: 1
    watch:
      labels: SELECT answer, ill AS truth FROM outcomes
      WATCH
    MORE
";

pub(crate) const NUMBERS: &str = "
      - { name: a, logicalType: number, required: true }
      - { name: b, logicalType: number, required: true }
      - { name: c, logicalType: number, required: true }
";

/// The id of an event, which the port gives it.
pub(crate) const ID: &str = "
      - { name: event_id, logicalType: string, required: true, customProperties: [{ property: assigned, value: event_id }] }
";

const ANSWER: &str = "
      - name: illness
        logicalType: object
        required: true
        properties:
          - { name: prediction, logicalType: integer, required: true }
          - { name: probability, logicalType: number, required: true }
          - name: accuracy";

/// What a version is worth, as a property of its answers.
pub(crate) const MEASUREMENT: &str = "
            logicalType: object
            required: true
            properties:
              - { name: value, logicalType: number, required: true }
              - { name: cases, logicalType: integer, required: true, logicalTypeOptions: { minimum: 0 } }
              - { name: low, logicalType: number, required: true }
              - { name: high, logicalType: number, required: true }";

/// Who answered.
pub(crate) const WHO: &str = "
          - { name: model, logicalType: string, required: true }
          - { name: version, logicalType: integer, required: true, logicalTypeOptions: { minimum: 0 } }
          - { name: event_id, logicalType: string, required: true }
          - { name: scored_at, logicalType: timestamp, required: true }
";

pub(crate) fn contract(name: &str, properties: &str) -> String {
    format!(
        "apiVersion: v3.2.0\nkind: DataContract\nid: urn:mesh:contract:testing:{name}\nname: {name}\nversion: 1.0.0\n\
         status: draft\ndomain: testing\ndescription: {{ purpose: A test. }}\nschema:\n  - name: {name}\n    properties:{properties}"
    )
}

/// How the world is: what patients are like, and what makes them ill.
pub(crate) struct World {
    state: u64,
    /// Added to `a`.
    pub(crate) shift: f64,
    /// What `a` weighs.
    pub(crate) weight: f64,
}

impl World {
    pub(crate) fn new(seed: u64) -> World {
        World {
            state: seed,
            shift: 0.0,
            weight: 2.0,
        }
    }

    /// From 0 to 1; the generator splitmix64.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    /// A patient, and whether they fall ill.
    pub(crate) fn patient(&mut self) -> ([f64; 3], bool) {
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        let [a, b, c] = [self.normal() + self.shift, self.normal(), self.normal()].map(round);
        let raw = self.weight * a - b + 0.5 * c;
        let ill = self.uniform() < 1.0 / (1.0 + (-raw).exp());
        ([a, b, c], ill)
    }
}

pub(crate) struct Ward {
    pub(crate) folder: TempDir,
    product: DataProduct,
}

impl Ward {
    pub(crate) fn new(world: &mut World, watch: &str, more: &str) -> Ward {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: String| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("product.odps.yaml", PRODUCT.to_owned());
        write(
            "mesh.yaml",
            MESH.replace("WATCH", &watch.replace('\n', "\n      "))
                .replace("MORE", &more.replace('\n', "\n    ")),
        );
        write(
            "contracts/patients.odcs.yaml",
            contract("patients", &format!("{NUMBERS}{ID}")),
        );
        write(
            "contracts/scores.odcs.yaml",
            contract("scores", &format!("{NUMBERS}{ANSWER}{MEASUREMENT}{WHO}")),
        );
        let outcome = "\n      - { name: answer, logicalType: string, required: true }\n      - { name: ill, logicalType: boolean, required: true }\n";
        write(
            "contracts/outcomes.odcs.yaml",
            contract("outcomes", &format!("{outcome}{ID}")),
        );
        let number = "\n      - { name: number, logicalType: integer, required: true }\n      - { name: ill, logicalType: boolean, required: true }\n";
        write(
            "contracts/history.odcs.yaml",
            contract("history", &format!("{NUMBERS}{number}")),
        );
        let mut history = String::from("number,a,b,c,ill\n");
        for number in 0..1000 {
            let ([a, b, c], ill) = world.patient();
            history.push_str(&format!("{number},{a},{b},{c},{ill}\n"));
        }
        write("data/history.csv", history);
        let product = DataProduct::from_files(folder.path().to_owned()).unwrap();
        Ward { folder, product }
    }

    /// With something else in one of its files.
    pub(crate) fn change(self, file: &str, from: &str, to: &str) -> Ward {
        let Ward { folder, .. } = self;
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "no {from} in {text}");
        fs::write(&path, text.replace(from, to)).unwrap();
        let product = DataProduct::from_files(folder.path().to_owned()).unwrap();
        Ward { folder, product }
    }
}

/// The ward with its model up, and what time it is there.
pub(crate) struct Scene {
    pub(crate) mesh: TestMesh,
    seconds: Arc<AtomicI64>,
    /// Answers whose truth nobody has told yet: the id, and whether the patient fell ill.
    pub(crate) untold: Vec<(String, bool)>,
    ward: Ward,
}

fn clock(seconds: &Arc<AtomicI64>) -> Clock {
    let now = seconds.clone();
    Clock::new(move || DateTime::<Utc>::from_timestamp(now.load(Ordering::SeqCst), 0).unwrap())
}

impl Scene {
    pub(crate) async fn new(world: &mut World, watch: &str) -> Scene {
        Scene::with(world, watch, "").await
    }

    /// With this in the declaration of the model besides how it is watched.
    pub(crate) async fn with(world: &mut World, watch: &str, more: &str) -> Scene {
        Scene::of(Ward::new(world, watch, more)).await
    }

    pub(crate) async fn of(ward: Ward) -> Scene {
        let seconds = Arc::new(AtomicI64::new(1_800_000_000));
        let folder = tempfile::tempdir().unwrap();
        let mesh = TestMesh::start_at(ward.product.clone(), folder, clock(&seconds)).await;
        Scene {
            mesh,
            seconds,
            untold: Vec::new(),
            ward,
        }
    }

    /// Once it was stopped and started again.
    pub(crate) async fn restarted(self) -> Scene {
        let folder = self.mesh.stop().await;
        let product = self.ward.product.clone();
        let mesh = TestMesh::start_at(product, folder, clock(&self.seconds)).await;
        Scene { mesh, ..self }
    }

    /// Scores patients, an hour after those before.
    pub(crate) async fn score(&mut self, world: &mut World, patients: usize) {
        self.seconds.fetch_add(3600, Ordering::SeqCst);
        let (rows, ill): (Vec<_>, Vec<_>) = (0..patients).map(|_| world.patient()).unzip();
        let records: Vec<Value> = rows
            .iter()
            .map(|[a, b, c]| json!({ "a": a, "b": b, "c": c }))
            .collect();
        let answer = self
            .mesh
            .post(
                "models/illness/score",
                "application/json",
                json!(records).to_string(),
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answers = answer.json();
        for (answer, ill) in answers.as_array().unwrap().iter().zip(ill) {
            let id = answer["illness"]["event_id"].as_str().unwrap().to_owned();
            self.untold.push((id, ill));
        }
    }

    /// Tells the truth about all but the newest answers.
    pub(crate) async fn tell(&mut self, but: usize) {
        let told = self.untold.len().saturating_sub(but);
        let outcomes: Vec<Value> = self
            .untold
            .drain(..told)
            .map(|(answer, ill)| json!({ "answer": answer, "ill": ill }))
            .collect();
        if !outcomes.is_empty() {
            let answer = self
                .mesh
                .post(
                    "ports/outcomes",
                    "application/json",
                    json!(outcomes).to_string(),
                )
                .await;
            assert_eq!(answer.status, 202, "{}", answer.text());
        }
    }

    pub(crate) async fn findings(&self) -> Vec<Value> {
        let answer = self.mesh.get("models/illness/quality").await;
        answer.json()["findings"].as_array().unwrap().clone()
    }

    /// How many looks there were at this.
    pub(crate) async fn looks(&self, kind: &str) -> usize {
        let findings = self.findings().await;
        let mut looks: Vec<_> = of(&findings, kind)
            .map(|finding| finding["look"].as_u64())
            .collect();
        looks.dedup();
        looks.len()
    }

    pub(crate) async fn actions(&self) -> Vec<String> {
        let findings = self.findings().await;
        of(&findings, "action")
            .map(|action| action["subject"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let wait = async {
            while !is_so().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(300), wait)
            .await
            .is_err()
        {
            panic!("waited in vain: {what}; {:?}", self.actions().await);
        }
    }

    pub(crate) async fn until_looks(&self, kind: &str, looks: usize) {
        self.until(&format!("{looks} looks at {kind}"), async || {
            self.looks(kind).await >= looks
        })
        .await;
    }

    pub(crate) async fn versions(&self) -> Vec<String> {
        let versions = self.mesh.get("models/illness/versions").await.json();
        let versions = versions["versions"].as_array().unwrap().iter();
        versions
            .map(|version| version["stage"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) async fn runs(&self) -> Vec<Value> {
        self.mesh.get("models/illness/runs").await.json()["runs"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Waits until every run is over.
    pub(crate) async fn until_trained(&self) {
        self.until("training", async || {
            let open = ["Waiting", "Started"];
            self.runs()
                .await
                .iter()
                .all(|run| !open.contains(&run["state"].as_str().unwrap()))
        })
        .await;
    }
}

pub(crate) fn of<'a>(
    findings: &'a [Value],
    kind: &'a str,
) -> impl DoubleEndedIterator<Item = &'a Value> {
    findings
        .iter()
        .filter(move |finding| finding["kind"] == kind)
}
