//! Training runs: asked for, scheduled, cancelled, and what comes of them.

use std::time::Duration;

use mesh_platform::identity::Scope;
use mesh_testkit::TestMesh;
use serde_json::{Value, json};

use crate::lifecycle::{MODEL, Product, answering, changes, decide, json_of, order, stages};

async fn run(mesh: &TestMesh, run: &str) -> Value {
    json_of(&mesh.get(&format!("{MODEL}/runs/{run}")).await.text())
}

async fn runs(mesh: &TestMesh) -> Vec<Value> {
    let runs = json_of(&mesh.get(&format!("{MODEL}/runs")).await.text());
    runs["runs"].as_array().unwrap().clone()
}

/// Asks for a run, and returns it once it is over.
async fn train(mesh: &TestMesh, wish: Value) -> Value {
    let (status, asked) = decide(mesh, "train", wish).await;
    assert_eq!(status, 202, "{asked}");
    over(mesh, asked["run"].as_str().unwrap()).await
}

async fn over(mesh: &TestMesh, id: &str) -> Value {
    let wait = async {
        loop {
            let run = run(mesh, id).await;
            if !["Waiting", "Started"].contains(&run["state"].as_str().unwrap()) {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(60), wait).await;
    ended.unwrap_or_else(|_| panic!("run {id} goes on and on"))
}

/// Plans and deliveries of old orders once more, under other numbers.
async fn more_orders(mesh: &TestMesh, orders: u64) {
    let before = mesh.count("delivery_delays").await;
    for (dataset, port) in [
        ("planned_deliveries", "orders"),
        ("deliveries", "deliveries"),
    ] {
        let delivered = "SELECT order_id FROM delivery_delays ORDER BY order_id";
        let rows = mesh
            .query(&format!(
                "SELECT * FROM {dataset} WHERE order_id IN ({delivered} LIMIT {orders})"
            ))
            .await;
        for mut row in rows {
            let record = row.as_object_mut().unwrap();
            record.retain(|name, value| {
                !["event_id", "received_at"].contains(&name.as_str()) && !value.is_null()
            });
            let order = format!("MORE-{}", record["order_id"].as_str().unwrap());
            record["order_id"] = order.into();
            let path = format!("ports/{port}");
            let answer = mesh.post(&path, "application/json", row.to_string()).await;
            assert_eq!(answer.status, 202, "{}", answer.text());
        }
    }
    mesh.until_rows("delivery_delays", before + orders).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_new_data_makes_a_version_that_says_where_it_came_from() {
    let mesh = TestMesh::start(Product::new().read()).await;
    more_orders(&mesh, 30).await;
    let run = train(&mesh, json!({ "why": "30 orders more" })).await;
    assert_eq!(
        (&run["state"], &run["version"]),
        (&json!("Succeeded"), &json!(2)),
        "{run}"
    );
    assert_eq!(
        (&run["cause"], &run["asked_by"]),
        (&json!("ad-hoc"), &json!("tester"))
    );
    assert!(run["progress"].is_null(), "{run}");

    let version = json_of(&mesh.get(&format!("{MODEL}/versions/2")).await.text());
    assert_eq!(version["stage"], run["stage"]);
    assert!(version["duration_seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(version["revision"].as_str().unwrap().len(), 64);
    let auc = &version["report"]["measures"]["auc"];
    assert!(
        auc["interval"]["low"].as_f64() < auc["value"].as_f64(),
        "{auc}"
    );
    assert_eq!(version["importance"].as_object().unwrap().len(), 7);
    let changes = changes(&mesh).await;
    let newest = changes.last().unwrap();
    if run["stage"] == "Production" {
        assert_eq!(
            (&newest["decided_by"], &newest["why"]),
            (&json!("tester"), &json!("30 orders more"))
        );
    }

    let rows = mesh
        .query("SELECT state, cause FROM training_runs WHERE version = 2 OR version IS NULL ORDER BY change DESC LIMIT 3")
        .await;
    let states: Vec<_> = rows
        .iter()
        .map(|row| row["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["Succeeded", "Started", "Waiting"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_data_give_the_same_version() {
    let mesh = TestMesh::start(Product::new().read()).await;
    let run = train(&mesh, json!({ "why": "to be sure" })).await;
    assert_eq!(
        (&run["state"], &run["version"]),
        (&json!("Unchanged"), &json!(1)),
        "{run}"
    );
    assert_eq!(stages(&mesh).await, ["Production"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_asked_for_again_is_begun_once_even_after_a_restart() {
    let product = Product::new();
    let mesh = TestMesh::start(product.read()).await;
    let wish = json!({ "why": "to see", "run": "mine" });
    let first = train(&mesh, wish.clone()).await;
    let again = train(&mesh, wish.clone()).await;
    assert_eq!(first, again);
    let folder = mesh.stop().await;
    let mesh = TestMesh::start_in(product.read(), folder).await;
    assert_eq!(train(&mesh, wish).await, first);
    // The one that made the first version, and this.
    let causes: Vec<_> = runs(&mesh)
        .await
        .iter()
        .map(|run| run["cause"].clone())
        .collect();
    assert_eq!(causes, ["ad-hoc", "declared"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_stays_in_staging_where_the_run_is_not_to_promote_it() {
    let mesh = TestMesh::start(Product::new().read()).await;
    more_orders(&mesh, 30).await;
    let run = train(
        &mesh,
        json!({ "why": "to look at it first", "promote": false }),
    )
    .await;
    assert_eq!(
        (&run["state"], &run["stage"]),
        (&json!("Succeeded"), &json!("Staging")),
        "{run}"
    );
    assert_eq!(stages(&mesh).await, ["Production", "Staging"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_cancelled_and_says_how_far_it_is() {
    let product = Product::new();
    let mesh = TestMesh::start(product.read()).await;
    let folder = mesh.stop().await;
    product.change(
        "algorithm: logistic-regression",
        "algorithm: gradient-boosting\n    parameters: { rounds: 200, max_depth: 5 }",
    );
    // It trains one such version as it starts, which is not what is tried here.
    let mesh = TestMesh::start_in(product.read(), folder).await;
    more_orders(&mesh, 1).await;
    let (_, asked) = decide(&mesh, "train", json!({ "why": "to see it end" })).await;
    let id = asked["run"].as_str().unwrap();
    let learning = async {
        while run(&mesh, id).await["progress"]["step"] != "learning" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let began = tokio::time::timeout(Duration::from_secs(60), learning).await;
    assert!(began.is_ok(), "{}", run(&mesh, id).await);
    let (status, told) = decide(&mesh, &format!("runs/{id}/cancel"), json!({})).await;
    assert_eq!(status, 202, "{told}");
    let ended = over(&mesh, id).await;
    assert_eq!(ended["state"], "Cancelled", "{ended}");
    assert_eq!(stages(&mesh).await.len(), 2);

    let (status, problem) = decide(&mesh, &format!("runs/{id}/cancel"), json!({})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("run-over")));
    let (status, problem) = decide(&mesh, "runs/nobodys/cancel", json!({})).await;
    assert_eq!((status, &problem["code"]), (404, &json!("not-found")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_trained_by_its_schedule() {
    let product = Product::new();
    product.change(
        "      seed: 20",
        "      seed: 20\n      schedule: \"* * * * * *\"",
    );
    let mesh = TestMesh::start(product.read()).await;
    let scheduled = async {
        loop {
            let runs = runs(&mesh).await;
            if let Some(run) = runs.iter().find(|run| run["cause"] == "schedule") {
                return run["run"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let id = tokio::time::timeout(Duration::from_secs(60), scheduled).await;
    let run = over(&mesh, &id.expect("nothing is asked for")).await;
    assert_eq!(
        (&run["state"], &run["asked_by"]),
        (&json!("Unchanged"), &json!("mesh")),
        "{run}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_a_version_says_nothing_without_the_key() {
    let product = Product::new();
    let mesh = TestMesh::start(product.read()).await;
    let versions = mesh
        .folder()
        .join("products/logistics/models/late-delivery/1");
    let onnx = mesh
        .get(&format!("{MODEL}/versions/1/model.onnx"))
        .await
        .body;
    for (file, tells) in [
        ("model.onnx", &b"features"[..]),
        ("reference.json", b"distance_km"),
    ] {
        let kept = std::fs::read(versions.join(file)).unwrap();
        assert!(
            !kept.windows(tells.len()).any(|part| part == tells),
            "{file} can be read"
        );
    }
    assert!(onnx.windows(8).any(|part| part == b"features"));

    // Without its key, a model is not started with another, and the reason is told.
    let folder = mesh.stop().await;
    std::fs::remove_file(folder.path().join("keys/models.key")).unwrap();
    let config = mesh_sdk::HostConfig {
        data_dir: folder.path().to_owned(),
        events: mesh_sdk::EventsConfig::default(),
        progress: Box::new(|_| {}),
        readiness: mesh_sdk::Readiness::new(),
        clock: mesh_sdk::Clock::default(),
        vault: None,
    };
    let mut host = mesh_sdk::Host::open(config).await.unwrap();
    let refused = host.start(product.read()).await.err().unwrap().to_string();
    assert!(
        refused.contains("it was sealed with another key"),
        "{refused}"
    );
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_may_has_a_model_trained() {
    let mesh = TestMesh::start(Product::new().read()).await;
    let token = mesh.token(&[Scope::Score, Scope::Query, Scope::Ingest]);
    let body = json!({ "why": "because" }).to_string();
    let path = format!("{MODEL}/train");
    let answer = mesh.post_as(&token, &path, "application/json", body).await;
    assert_eq!(answer.status, 403);
    for wrong in [
        json!({}),
        json!({ "why": " " }),
        json!({ "why": "x", "when": "now" }),
    ] {
        let (status, problem) = decide(&mesh, "train", wrong).await;
        assert_eq!((status, &problem["code"]), (400, &json!("bad-request")));
    }
    assert_eq!(runs(&mesh).await.len(), 1, "of the start");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_goes_out_and_comes_back_as_a_file() {
    let mesh = TestMesh::start(Product::new().read()).await;
    let path = format!("{MODEL}/versions/1/model.onnx");
    let file = mesh.get(&path).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    let url = mesh.url(&format!("{MODEL}/versions?origin=another%20hospital"));
    let token = mesh.token(&[Scope::Models]);
    let send = |body: Vec<u8>| {
        let request = reqwest::Client::new().post(&url).bearer_auth(&token);
        request
            .header("content-type", "application/octet-stream")
            .body(body)
            .send()
    };
    let brought = send(file.body.to_vec()).await.unwrap();
    assert_eq!(brought.status(), 201);
    let version: Value = brought.json().await.unwrap();
    assert_eq!(
        (&version["version"], &version["stage"]),
        (&json!(2), &json!("Staging"))
    );
    assert_eq!(
        version["imported"],
        json!({ "by": "tester", "origin": "another hospital" })
    );
    let first = json_of(&mesh.get(&format!("{MODEL}/versions/1")).await.text());
    assert_eq!(
        version["evaluation"], first["evaluation"],
        "the same model is worth the same"
    );

    let wish = json!({ "stage": "Production", "why": "it is the same" });
    let (status, change) = decide(&mesh, "versions/2/stage", wish).await;
    assert_eq!(status, 200, "{change}");
    for (body, code) in [
        (b"no model".to_vec(), "model-refused"),
        (Vec::new(), "empty-body"),
    ] {
        let refused = send(body).await.unwrap();
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], code);
    }
    assert_eq!(stages(&mesh).await, ["Archived", "Production"]);
}

/// Its cases are yet to come through the ports.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_learn_yet_keeps_no_product_from_starting() {
    let product = Product::new();
    let cases = "WHERE ordered_on <= (SELECT MAX(delivered_on) - 180 FROM delivery_delays)";
    product.change(cases, "WHERE ordered_on < DATE '1900-01-01'");
    let mesh = TestMesh::start(product.read()).await;
    let runs = runs(&mesh).await;
    assert_eq!(
        (&runs[0]["state"], &runs[0]["cause"]),
        (&json!("Failed"), &json!("declared")),
        "{runs:?}"
    );
    assert_eq!(
        answering(&mesh, &order(&mesh).await).await,
        Err("model-not-ready".to_owned())
    );
    let none = mesh.get(MODEL).await;
    assert_eq!((none.status, none.problem().as_str()), (404, "not-found"));
    assert!(none.text().contains("no version yet"), "{}", none.text());
    assert_eq!(
        mesh.product().untrained().collect::<Vec<_>>(),
        ["late-delivery"]
    );
    // A sign of life of the rest.
    assert!(mesh.count("deliveries").await > 0);
}
