//! Which version of a model answers, who decided it, and what it had to show.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mesh_platform::identity::Scope;
use mesh_sdk::DataProduct;
use mesh_testkit::TestMesh;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::algorithms::copy;

pub(crate) const MODEL: &str = "models/late-delivery";

/// The product logistics, with its model declared otherwise.
pub(crate) struct Product(TempDir);

impl Product {
    pub(crate) fn new() -> Product {
        let folder = tempfile::tempdir().unwrap();
        let root = std::env::var("CARGO_MANIFEST_DIR").unwrap();
        copy(
            &Path::new(&root).join("../../products/logistics"),
            folder.path(),
        );
        Product(folder)
    }

    pub(crate) fn change(&self, from: &str, to: &str) -> &Product {
        let path = self.0.path().join("mesh.yaml");
        let declared = fs::read_to_string(&path).unwrap();
        assert!(declared.contains(from), "no {from} in {declared}");
        fs::write(&path, declared.replace(from, to)).unwrap();
        self
    }

    /// Another version, which predicts the same.
    fn train_almost_the_same(&self) {
        self.change(
            "    training:\n",
            "    parameters: { l2: 0.999 }\n    gate: { compare_by: accuracy }\n    training:\n",
        );
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self) -> DataProduct {
        DataProduct::from_files(self.0.path().to_owned()).unwrap()
    }
}

pub(crate) async fn stages(mesh: &TestMesh) -> Vec<String> {
    let versions = json_of(&mesh.get(&format!("{MODEL}/versions")).await.text());
    let versions = versions["versions"].as_array().unwrap().iter();
    versions
        .map(|version| version["stage"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) async fn changes(mesh: &TestMesh) -> Vec<Value> {
    let history = json_of(&mesh.get(&format!("{MODEL}/history")).await.text());
    history["changes"].as_array().unwrap().clone()
}

pub(crate) fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

pub(crate) async fn decide(mesh: &TestMesh, path: &str, wish: Value) -> (u16, Value) {
    let path = format!("{MODEL}/{path}");
    let answer = mesh.post(&path, "application/json", wish.to_string()).await;
    (answer.status, json_of(&answer.text()))
}

/// An order to score.
pub(crate) async fn order(mesh: &TestMesh) -> String {
    let orders = "SELECT * FROM planned_deliveries ORDER BY order_id LIMIT 1";
    let mut order = mesh.query(orders).await.remove(0);
    for assigned in ["event_id", "received_at"] {
        order.as_object_mut().unwrap().remove(assigned);
    }
    order.to_string()
}

/// The version that answers.
pub(crate) async fn answering(mesh: &TestMesh, order: &str) -> Result<u64, String> {
    let path = format!("{MODEL}/score");
    let answer = mesh.post(&path, "application/json", order.to_owned()).await;
    let body = json_of(&answer.text());
    match answer.status {
        200 => Ok(body["late_delivery"]["version"].as_u64().unwrap()),
        _ => Err(body["code"].as_str().unwrap().to_owned()),
    }
}

/// A mesh in which version 2 is in Production and version 1 was before.
async fn with_two_versions() -> (Product, TestMesh) {
    let product = Product::new();
    let mesh = TestMesh::start(product.read()).await;
    let folder = mesh.stop().await;
    product.train_almost_the_same();
    let mesh = TestMesh::start_in(product.read(), folder).await;
    (product, mesh)
}

/// A mesh in which version 1 is in Production, and version 2 does not pass the gate.
pub(crate) async fn with_one_that_fails() -> (Product, TestMesh) {
    let product = Product::new();
    let folder = TestMesh::start(product.read()).await.stop().await;
    product.change("seed: 20", "seed: 21");
    product.change(
        "    training:\n",
        "    gate: { require: { auc: 0.999 } }\n    training:\n",
    );
    let mesh = TestMesh::start_in(product.read(), folder).await;
    (product, mesh)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_version_goes_into_production_by_what_it_shows() {
    let mesh = TestMesh::start(Product::new().read()).await;
    assert_eq!(stages(&mesh).await, ["Production"]);
    let changes = changes(&mesh).await;
    let [change] = &changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(change["decided_by"], "mesh");
    assert_eq!(change["gate"]["passed"], true);
    let checks = change["gate"]["checks"].as_array().unwrap();
    let named: Vec<_> = checks
        .iter()
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["inputs", "parity", "champion", "latency"]);
    assert!(
        change["trained_on"]
            .as_object()
            .is_some_and(|on| !on.is_empty())
    );

    let versions = mesh.get("models/late-delivery/versions").await.json();
    let trained_on = &versions["versions"][0]["trained_on"];
    let contracts = trained_on["contracts"].as_object().unwrap();
    assert!(contracts.values().all(|version| version == "1.0.0"));
    let keys = |of: &Value| of.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        keys(&trained_on["contracts"]),
        keys(&trained_on["datasets"])
    );

    let rows = mesh
        .query("SELECT model, version, stage, decided_by FROM model_history")
        .await;
    let expected = json!({
        "model": "late-delivery", "version": 1, "stage": "Production", "decided_by": "mesh",
    });
    assert_eq!(rows, [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_promoted_rolled_back_and_remembered() {
    let (product, mesh) = with_two_versions().await;
    let order = order(&mesh).await;
    assert_eq!(stages(&mesh).await, ["Archived", "Production"]);
    assert_eq!(answering(&mesh, &order).await, Ok(2));
    let before = changes(&mesh).await[1]["at"].clone();

    let (status, change) = decide(&mesh, "rollback", json!({ "why": "odd answers" })).await;
    assert_eq!(status, 200, "{change}");
    assert_eq!(
        (&change["version"], &change["decided_by"]),
        (&json!(1), &json!("tester"))
    );
    assert_eq!(stages(&mesh).await, ["Production", "Archived"]);
    assert_eq!(answering(&mesh, &order).await, Ok(1));

    // Whoever asks again takes back nothing else.
    for again in [
        json!({ "why": "odd answers", "from": 2 }),
        json!({ "why": "odd answers", "from": 2.0 }),
        json!({ "why": "odd answers" }),
    ] {
        let (status, problem) = decide(&mesh, "rollback", again).await;
        assert_eq!((status, &problem["code"]), (409, &json!("stage-conflict")));
    }
    assert_eq!(answering(&mesh, &order).await, Ok(1));

    let wish = json!({ "stage": "Production", "why": "it was not the model" });
    let (status, change) = decide(&mesh, "versions/2/stage", wish.clone()).await;
    assert_eq!(status, 200, "{change}");
    let compared = &change["gate"]["checks"][2]["comparison"];
    assert!(
        compared["better_by"]["interval"]["low"].is_number(),
        "{change}"
    );
    assert_eq!(answering(&mesh, &order).await, Ok(2));
    let (status, again) = decide(&mesh, "versions/2/stage", wish).await;
    assert_eq!((status, &again["code"]), (409, &json!("stage-conflict")));

    let folder = mesh.stop().await;
    let mesh = TestMesh::start_in(product.read(), folder).await;
    assert_eq!(stages(&mesh).await, ["Archived", "Production"]);
    let versions: Vec<_> = changes(&mesh)
        .await
        .iter()
        .map(|it| it["version"].clone())
        .collect();
    assert_eq!(versions, [1, 2, 1, 2]);

    // At that time it was version 2, and nothing a second before the first.
    let at = before.as_str().unwrap();
    let then = json_of(&mesh.get(&format!("{MODEL}/history?at={at}")).await.text());
    assert_eq!(then["changes"][0]["version"], 2, "{then}");
    let then = json_of(
        &mesh
            .get(&format!("{MODEL}/history?at=2001-01-01T00:00:00Z"))
            .await
            .text(),
    );
    assert_eq!(then["changes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_does_not_show_enough_stays_in_staging() {
    let (_product, mesh) = with_one_that_fails().await;
    assert_eq!(stages(&mesh).await, ["Production", "Staging"]);
    let order = order(&mesh).await;
    assert_eq!(answering(&mesh, &order).await, Ok(1));

    let wish = json!({ "stage": "Production", "why": "I want it" });
    let (status, problem) = decide(&mesh, "versions/2/stage", wish).await;
    assert_eq!((status, &problem["code"]), (409, &json!("gate-failed")));
    assert_eq!(problem["errors"][0]["check"], "require.auc");
    let found = problem["errors"][0]["found"].as_str().unwrap();
    assert!(found.ends_with("at least 0.999 is asked for"), "{found}");
    assert_eq!(changes(&mesh).await.len(), 1, "nothing was decided");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_answers_once_the_version_in_production_is_archived() {
    let mesh = TestMesh::start(Product::new().read()).await;
    let order = order(&mesh).await;
    let wish = json!({ "stage": "Archived", "why": "it is wrong about islands" });
    let (status, change) = decide(&mesh, "versions/1/stage", wish).await;
    assert_eq!(status, 200, "{change}");
    assert_eq!(
        answering(&mesh, &order).await,
        Err("model-not-ready".to_owned())
    );
    let (status, problem) = decide(
        &mesh,
        "versions/9/stage",
        json!({ "stage": "Production", "why": "?" }),
    )
    .await;
    assert_eq!((status, &problem["code"]), (404, &json!("not-found")));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_dropped_while_versions_change() {
    let (_product, mesh) = with_two_versions().await;
    let order = order(&mesh).await;
    let mesh = Arc::new(mesh);
    let done = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (mesh, order, done) = (mesh.clone(), order.clone(), done.clone());
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while !done.load(Ordering::SeqCst) {
                    seen.push(answering(&mesh, &order).await);
                }
                seen
            })
        })
        .collect();
    let forth = json!({ "stage": "Production", "why": "forth" });
    for _ in 0..3 {
        let (status, change) = decide(&mesh, "rollback", json!({ "why": "back" })).await;
        assert_eq!(status, 200, "{change}");
        tokio::time::sleep(Duration::from_millis(50)).await;
        let (status, change) = decide(&mesh, "versions/2/stage", forth.clone()).await;
        assert_eq!(status, 200, "{change}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    done.store(true, Ordering::SeqCst);
    let mut versions = Vec::new();
    for caller in callers {
        versions.extend(caller.await.unwrap());
    }
    assert!(versions.iter().all(Result::is_ok), "{versions:?}");
    for version in [1, 2] {
        assert!(
            versions.contains(&Ok(version)),
            "version {version} never answered"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_why_it_is_so_to_who_asks() {
    let mesh = TestMesh::start(Product::new().read()).await;
    let order = order(&mesh).await;
    let path = format!("{MODEL}/score?explain=true");
    let answer = mesh.post(&path, "application/json", order.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = json_of(&answer.text())["late_delivery"].clone();
    let explanation = &answer["explanation"];
    assert_eq!(explanation["explains"], "log-odds");
    let contributions = explanation["contributions"].as_object().unwrap();
    assert_eq!(contributions.len(), 7);
    let sum: f64 = contributions.values().filter_map(Value::as_f64).sum();
    let raw = explanation["base"].as_f64().unwrap() + sum;
    assert!((raw - explanation["raw"].as_f64().unwrap()).abs() < 1e-9);
    let probability = 1.0 / (1.0 + (-raw).exp());
    assert!((probability - answer["probability"].as_f64().unwrap()).abs() < 1e-5);

    // It is kept like any other.
    mesh.until_rows("late_delivery_scores", 1).await;
    let plain = mesh
        .post(&format!("{MODEL}/score"), "application/json", order.clone())
        .await;
    assert!(json_of(&plain.text())["late_delivery"]["explanation"].is_null());

    let many = format!("[{}]", vec![order.as_str(); 101].join(","));
    let (refused, wrong) = (
        mesh.post(&path, "application/json", many).await,
        mesh.post(
            &format!("{MODEL}/score?explain=why"),
            "application/json",
            order,
        )
        .await,
    );
    assert_eq!(json_of(&refused.text())["code"], "body-too-large");
    assert_eq!(json_of(&wrong.text())["code"], "bad-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_a_function_of_sql() {
    let mesh = TestMesh::start(Product::new().read()).await;
    let order = order(&mesh).await;
    let arguments = "quantity, weight_kg, value_eur, distance_km, planned_lead_days, shipment_mode, product_group";
    let statement = format!(
        "SELECT late_delivery({arguments}) AS probability, late_delivery_explained({arguments}) AS why
         FROM planned_deliveries ORDER BY order_id LIMIT 1"
    );
    let rows = mesh.query(&statement).await;
    let answer = mesh
        .post(
            &format!("{MODEL}/score?explain=true"),
            "application/json",
            order,
        )
        .await;
    let answer = &json_of(&answer.text())["late_delivery"];
    let close = |a: &Value, b: &Value| (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-6;
    assert!(
        close(&rows[0]["probability"], &answer["probability"]),
        "{rows:?} {answer}"
    );
    for part in ["base", "raw"] {
        assert!(
            close(&rows[0]["why"][part], &answer["explanation"][part]),
            "{rows:?} {answer}"
        );
    }
    for (feature, part) in answer["explanation"]["contributions"].as_object().unwrap() {
        assert!(
            close(&rows[0]["why"][feature], part),
            "{feature}: {rows:?} {answer}"
        );
    }
    // A constant, and a value that is not there.
    let constant = "SELECT late_delivery(1, 2, 3, 4, 5, 1, NULL) AS probability";
    assert!(mesh.query(constant).await[0]["probability"].is_number());

    let wish = json!({ "stage": "Archived", "why": "to see" });
    decide(&mesh, "versions/1/stage", wish).await;
    let sql = json!({ "sql": constant }).to_string();
    let refused = mesh.post("query", "application/json", sql).await;
    assert_eq!(json_of(&refused.text())["code"], "query-invalid");
    assert!(
        refused
            .text()
            .contains("no version of the model is in Production")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_explained_says_so() {
    let product = Product::new();
    product.change(
        "algorithm: logistic-regression",
        "algorithm: gaussian-naive-bayes",
    );
    let mesh = TestMesh::start(product.read()).await;
    let order = order(&mesh).await;
    let answer = mesh
        .post(
            &format!("{MODEL}/score?explain=true"),
            "application/json",
            order,
        )
        .await;
    let problem = json_of(&answer.text());
    assert_eq!(
        (answer.status, &problem["code"]),
        (422, &json!("model-not-explainable"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_decides() {
    let mesh = TestMesh::start(Product::new().read()).await;
    let token = mesh.token(&[Scope::Score, Scope::Query, Scope::Ingest, Scope::Quarantine]);
    let body = json!({ "why": "because" }).to_string();
    let path = format!("{MODEL}/rollback");
    let answer = mesh.post_as(&token, &path, "application/json", body).await;
    assert_eq!(answer.status, 403);
    let (status, problem) = decide(&mesh, "rollback", json!({ "why": "because" })).await;
    assert_eq!((status, &problem["code"]), (409, &json!("stage-conflict")));
    for unfit in [
        json!({ "why": " " }),
        json!({ "why": "because", "from": 0 }),
        json!({ "why": "because", "from": 1.5 }),
    ] {
        let (status, problem) = decide(&mesh, "rollback", unfit).await;
        assert_eq!((status, &problem["code"]), (400, &json!("bad-request")));
    }
}

/// A file that somebody has put in the place of one that passed the gate, record and all.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_nobody_decided_about_does_not_answer() {
    let (product, mesh) = with_two_versions().await;
    let folder = mesh.stop().await;
    let versions = folder
        .path()
        .join("products/logistics/models/late-delivery");
    let record = fs::read_to_string(versions.join("1/version.json")).unwrap();
    let record = record.replace("\"version\": 1,", "\"version\": 2,");
    fs::write(versions.join("2/version.json"), record).unwrap();
    let host = TestMesh::try_start_in(product.read(), folder).await;
    let refused = host.map(drop).unwrap_err().to_string();
    assert!(
        refused.contains("version 2") && refused.contains("decided about"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_wait_while_no_version_answers_and_nothing_else_stands_still() {
    let mesh = TestMesh::start(Product::new().read()).await;
    let order = order(&mesh).await;
    let archived = json!({ "stage": "Archived", "why": "it is wrong about islands" });
    assert_eq!(decide(&mesh, "versions/1/stage", archived).await.0, 200);
    let path = format!("{MODEL}/score-requests");
    let accepted = mesh.post(&path, "application/json", order).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    // Longer than it takes to find that there is none.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let ready = mesh.anonymous(Method::GET, "/health/ready").await;
    assert_eq!(ready.status, 200, "{}", ready.text());
    let again = json!({ "stage": "Production", "why": "islands are rare" });
    let (status, change) = decide(&mesh, "versions/1/stage", again).await;
    assert_eq!(status, 200, "{change}");
    mesh.until_rows("late_delivery_scores", 1).await;
}
