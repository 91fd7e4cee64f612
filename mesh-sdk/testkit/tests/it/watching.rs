//! A model that is watched: no person acts, and no time passes but that of the test's clock.

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
";

const NUMBERS: &str = "
      - { name: a, logicalType: number, required: true }
      - { name: b, logicalType: number, required: true }
      - { name: c, logicalType: number, required: true }
";

const ANSWER: &str = "
      - name: illness
        logicalType: object
        required: true
        properties:
          - { name: prediction, logicalType: integer, required: true }
          - { name: probability, logicalType: number, required: true }
          - name: accuracy
            logicalType: object
            required: true
            properties:
              - { name: value, logicalType: number, required: true }
              - { name: cases, logicalType: integer, required: true, logicalTypeOptions: { minimum: 0 } }
              - { name: low, logicalType: number, required: true }
              - { name: high, logicalType: number, required: true }
          - { name: model, logicalType: string, required: true }
          - { name: version, logicalType: integer, required: true, logicalTypeOptions: { minimum: 0 } }
          - { name: event_id, logicalType: string, required: true }
          - { name: scored_at, logicalType: timestamp, required: true }
";

fn contract(name: &str, properties: &str) -> String {
    format!(
        "apiVersion: v3.2.0\nkind: DataContract\nid: urn:mesh:contract:testing:{name}\nname: {name}\nversion: 1.0.0\n\
         status: draft\ndomain: testing\ndescription: {{ purpose: A test. }}\nschema:\n  - name: {name}\n    properties:{properties}"
    )
}

/// How the world is: what patients are like, and what makes them ill.
struct World {
    state: u64,
    /// Added to `a`.
    shift: f64,
    /// What `a` weighs.
    weight: f64,
}

impl World {
    fn new(seed: u64) -> World {
        World {
            state: seed,
            shift: 0.0,
            weight: 2.0,
        }
    }

    /// From 0 to 1; the generator splitmix64.
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (radius, angle) = (self.uniform(), self.uniform());
        (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    /// A patient, and whether they fall ill.
    fn patient(&mut self) -> ([f64; 3], bool) {
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        let [a, b, c] = [self.normal() + self.shift, self.normal(), self.normal()].map(round);
        let raw = self.weight * a - b + 0.5 * c;
        let ill = self.uniform() < 1.0 / (1.0 + (-raw).exp());
        ([a, b, c], ill)
    }
}

struct Ward {
    _folder: TempDir,
    product: DataProduct,
}

impl Ward {
    fn new(world: &mut World, watch: &str) -> Ward {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: String| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let id = "\n      - { name: event_id, logicalType: string, required: true, customProperties: [{ property: assigned, value: event_id }] }\n";
        write("product.odps.yaml", PRODUCT.to_owned());
        write(
            "mesh.yaml",
            MESH.replace("WATCH", &watch.replace('\n', "\n      ")),
        );
        write(
            "contracts/patients.odcs.yaml",
            contract("patients", &format!("{NUMBERS}{id}")),
        );
        write(
            "contracts/scores.odcs.yaml",
            contract("scores", &format!("{NUMBERS}{ANSWER}")),
        );
        let outcome = "\n      - { name: answer, logicalType: string, required: true }\n      - { name: ill, logicalType: boolean, required: true }\n";
        write(
            "contracts/outcomes.odcs.yaml",
            contract("outcomes", &format!("{outcome}{id}")),
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
        Ward {
            _folder: folder,
            product,
        }
    }
}

/// The ward with its model up, and what time it is there.
struct Scene {
    mesh: TestMesh,
    seconds: Arc<AtomicI64>,
    /// Answers whose truth nobody has told yet: the id, and whether the patient fell ill.
    untold: Vec<(String, bool)>,
    _ward: Ward,
}

impl Scene {
    async fn new(world: &mut World, watch: &str) -> Scene {
        let ward = Ward::new(world, watch);
        let seconds = Arc::new(AtomicI64::new(1_800_000_000));
        let now = seconds.clone();
        let clock = Clock::new(move || {
            DateTime::<Utc>::from_timestamp(now.load(Ordering::SeqCst), 0).unwrap()
        });
        let folder = tempfile::tempdir().unwrap();
        let mesh = TestMesh::start_at(ward.product.clone(), folder, clock).await;
        Scene {
            mesh,
            seconds,
            untold: Vec::new(),
            _ward: ward,
        }
    }

    /// Scores patients, an hour after those before.
    async fn score(&mut self, world: &mut World, patients: usize) {
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
    async fn tell(&mut self, but: usize) {
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

    async fn findings(&self) -> Vec<Value> {
        let answer = self.mesh.get("models/illness/quality").await;
        answer.json()["findings"].as_array().unwrap().clone()
    }

    /// How many looks there were at this.
    async fn looks(&self, kind: &str) -> usize {
        let findings = self.findings().await;
        let mut looks: Vec<_> = of(&findings, kind)
            .map(|finding| finding["look"].as_u64())
            .collect();
        looks.dedup();
        looks.len()
    }

    async fn actions(&self) -> Vec<String> {
        let findings = self.findings().await;
        of(&findings, "action")
            .map(|action| action["subject"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let wait = async {
            while !is_so().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(60), wait)
            .await
            .is_err()
        {
            panic!("waited in vain: {what}; {:?}", self.actions().await);
        }
    }

    async fn until_looks(&self, kind: &str, looks: usize) {
        self.until(&format!("{looks} looks at {kind}"), async || {
            self.looks(kind).await >= looks
        })
        .await;
    }

    async fn versions(&self) -> Vec<String> {
        let versions = self.mesh.get("models/illness/versions").await.json();
        let versions = versions["versions"].as_array().unwrap().iter();
        versions
            .map(|version| version["stage"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn runs(&self) -> Vec<Value> {
        self.mesh.get("models/illness/runs").await.json()["runs"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// Waits until every run is over.
    async fn until_trained(&self) {
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

fn of<'a>(findings: &'a [Value], kind: &'a str) -> impl DoubleEndedIterator<Item = &'a Value> {
    findings
        .iter()
        .filter(move |finding| finding["kind"] == kind)
}

const BATCH: usize = 250;

const WATCH: &str = "batch: 250
window: 500
rules:
  - { when: drift, then: [alert, retrain], pause: 12h }
  - { when: worse, then: [alert, retrain], pause: 12h }";

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_found_and_mended_and_nobody_acts() {
    let mut world = World::new(7);
    let mut scene = Scene::new(&mut world, WATCH).await;
    assert_eq!(scene.versions().await, ["Production"]);

    // 5,000 scores in 20 batches, whose truth becomes known two batches later.
    for batch in 1..=20 {
        scene.score(&mut world, BATCH).await;
        scene.tell(2 * BATCH).await;
        scene.until_looks("drift", batch).await;
    }
    scene.until_looks("performance", 5).await;
    assert_eq!(scene.actions().await, [""; 0], "nothing has changed");
    let findings = scene.findings().await;
    let estimate = of(&findings, "estimate")
        .rfind(|finding| finding["subject"] == "auc")
        .unwrap();
    let measured = of(&findings, "performance")
        .rfind(|finding| finding["subject"] == "auc")
        .unwrap();
    let (estimate, low) = (
        estimate["value"].as_f64().unwrap(),
        measured["low"].as_f64().unwrap(),
    );
    assert!(
        estimate > low && estimate < measured["high"].as_f64().unwrap(),
        "{estimate} {measured}"
    );

    // Patients become other patients.
    world.shift = 1.0;
    let mut batches = 0;
    while scene.actions().await.is_empty() {
        batches += 1;
        assert!(batches <= 4, "drift is not found");
        let looks = scene.looks("drift").await;
        scene.score(&mut world, BATCH).await;
        scene.tell(2 * BATCH).await;
        scene.until_looks("drift", looks + 1).await;
    }
    println!("a shift of one standard deviation is acted on after {batches} batches of {BATCH}");
    assert_eq!(scene.actions().await, ["alert", "retrain"]);
    scene.until_trained().await;
    let run = &scene.runs().await[0];
    assert_eq!(
        (&run["cause"], &run["asked_by"]),
        (&json!("drift"), &json!("mesh"))
    );
    assert!(
        run["why"].as_str().unwrap().contains("a has drifted"),
        "{run}"
    );

    // What makes them ill becomes something else.
    let before = scene.runs().await.len();
    world.weight = -2.0;
    let mut batches = 0;
    let accuracy = async |scene: &Scene| {
        scene
            .runs()
            .await
            .iter()
            .filter(|run| run["cause"] == "accuracy")
            .count()
    };
    while accuracy(&scene).await == 0 {
        batches += 1;
        assert!(
            batches <= 8,
            "it is not found that the model is worse: {:?}",
            scene.actions().await
        );
        let looks = scene.looks("performance").await;
        scene.score(&mut world, BATCH).await;
        scene.tell(0).await;
        scene
            .until("a look", async || scene.looks("performance").await > looks)
            .await;
    }
    println!(
        "a world that answers otherwise is acted on after {batches} batches of {BATCH} whose truth is known"
    );
    assert!(scene.runs().await.len() > before);

    // Until what it learns from is the new world, and what comes of that passes the gate.
    let mut batches = 0;
    loop {
        scene.until_trained().await;
        let findings = scene.findings().await;
        let newest = of(&findings, "performance")
            .rfind(|finding| finding["subject"] == "accuracy")
            .unwrap();
        if newest["value"].as_f64().unwrap() > 0.7 {
            break;
        }
        batches += 1;
        assert!(
            batches <= 40,
            "the model does not get better: {newest} {:#?}",
            scene.runs().await
        );
        let known = (
            scene.looks("performance").await,
            scene.versions().await.len(),
        );
        scene.score(&mut world, BATCH).await;
        scene.tell(0).await;
        // A look, or a version of which nothing is known yet.
        scene
            .until("something new", async || {
                let now = (
                    scene.looks("performance").await,
                    scene.versions().await.len(),
                );
                now.0 > known.0 || now.1 > known.1
            })
            .await;
    }
    let stages = scene.versions().await;
    assert_ne!(stages[0], "Production", "{stages:?}");

    // The first version knows another world: the gate does not let it back.
    let wish = json!({ "stage": "Production", "why": "it was good once" });
    let refused = scene
        .mesh
        .post(
            "models/illness/versions/1/stage",
            "application/json",
            wish.to_string(),
        )
        .await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let problem = refused.json();
    assert_eq!(problem["code"], "gate-failed");
    assert_eq!(problem["errors"][0]["check"], "champion");

    let rows = scene
        .mesh
        .query("SELECT DISTINCT kind FROM model_quality ORDER BY kind")
        .await;
    let kinds: Vec<_> = rows
        .iter()
        .map(|row| row["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["action", "drift", "estimate", "performance"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_clean_batches_raise_no_alarm() {
    const BATCHES: usize = 200;
    let mut world = World::new(11);
    let watch = "batch: 100\nfalse_alarms: 0.01";
    let mut scene = Scene::new(&mut world, watch).await;
    for _ in 0..BATCHES / 10 {
        scene.score(&mut world, 1000).await;
    }
    let looks = "SELECT look, bool_or(found) AS found FROM model_quality WHERE kind = 'drift' GROUP BY look";
    scene
        .until("200 looks", async || {
            scene.mesh.query(looks).await.len() == BATCHES
        })
        .await;
    let looks = scene.mesh.query(looks).await;
    let found = looks.iter().filter(|look| look["found"] == true).count();
    println!(
        "{found} of {BATCHES} looks at clean data find something; at most {} are expected",
        0.01 * BATCHES as f64
    );
    // Seven or more of 200 come by chance once in 250 times where one in 100 is expected.
    assert!(found < 7, "{found}");
    assert_eq!(scene.actions().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_turns_out_bad_is_rolled_back_and_the_model_frozen() {
    let mut world = World::new(13);
    let watch = "batch: 250
window: 200
rules:
  - { when: { beyond: { accuracy: 0.6 } }, then: [roll-back, freeze, retrain], looks: 1 }";
    let mut scene = Scene::new(&mut world, watch).await;
    scene.score(&mut world, 400).await;
    scene.tell(0).await;
    let trained = json!({ "why": "new data" }).to_string();
    scene.until_looks("performance", 1).await;
    scene
        .mesh
        .post("models/illness/train", "application/json", trained)
        .await;
    scene.until_trained().await;
    assert_eq!(scene.versions().await, ["Archived", "Production"]);

    world.weight = -2.0;
    scene.score(&mut world, 400).await;
    scene.tell(0).await;
    scene
        .until("a rollback", async || scene.actions().await.len() == 3)
        .await;
    assert_eq!(scene.versions().await, ["Production", "Archived"]);
    let findings = scene.findings().await;
    let actions: Vec<_> = of(&findings, "action")
        .map(|action| (action["subject"].clone(), action["found"].clone()))
        .collect();
    assert_eq!(
        actions,
        [
            (json!("roll-back"), json!(true)),
            (json!("freeze"), json!(true)),
            (json!("retrain"), json!(false))
        ]
    );
    let history = scene.mesh.get("models/illness/history").await.json();
    let newest = history["changes"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(
        (&newest["version"], &newest["decided_by"]),
        (&json!(1), &json!("mesh"))
    );
    assert!(
        newest["why"]
            .as_str()
            .unwrap()
            .contains("accuracy below 0.6"),
        "{newest}"
    );
}
