//! A model that is watched: no person acts, and no time passes but that of the test's clock.

use mesh_platform::server::{Limits, serve};
use mesh_platform::telemetry;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::ward::{Scene, Ward, World, of};

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
  - { when: { beyond: { accuracy: 0.6 } }, then: [roll-back, freeze, retrain], looks: 1, pause: 1m }";
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
    assert_eq!(newest["freezes"], true, "{newest}");

    // So it is after a restart too.
    let mut scene = scene.restarted().await;
    scene.score(&mut world, 400).await;
    scene.tell(0).await;
    scene
        .until("an attempt", async || scene.actions().await.len() == 6)
        .await;
    let findings = scene.findings().await;
    let refused = of(&findings, "action").skip(3);
    let refused: Vec<_> = refused
        .map(|action| (action["subject"].as_str().unwrap(), &action["found"]))
        .collect();
    let (yes, no) = (&json!(true), &json!(false));
    let expected = [("roll-back", no), ("freeze", yes), ("retrain", no)];
    assert_eq!(refused, expected, "{findings:?}");
    assert_eq!(scene.versions().await, ["Production", "Archived"]);
}

/// What `/metrics` says of a product.
async fn metrics(product: &str) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    let (router, stop) = (
        telemetry::metrics_api().into_router(),
        CancellationToken::new(),
    );
    let stopped = stop.clone();
    let server = tokio::spawn(async move {
        serve(listener, router, &Limits::default(), stopped)
            .await
            .unwrap();
    });
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    stop.cancel();
    server.await.unwrap();
    let of_it = |line: &&str| line.contains(&format!("product=\"{product}\""));
    text.lines().filter(of_it).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_and_which_version_answers_can_be_alerted_on() {
    // All meshes of these tests have their numbers in the same place.
    const PRODUCT: &str = "measured-ward";
    const LABELS: &str = "model=\"illness\"";
    let mut world = World::new(41);
    let watch = "batch: 250\nrules: []";
    let ward = Ward::new(&mut world, watch, "").change(
        "product.odps.yaml",
        "\nname: ward",
        &format!("\nname: {PRODUCT}"),
    );
    let mut scene = Scene::of(ward).await;
    let told = async |name: &str, labels: &[&str]| {
        let metrics = metrics(PRODUCT).await;
        let is_it = |line: &&String| {
            line.starts_with(&format!("{name}{{"))
                && line.contains(LABELS)
                && labels.iter().all(|label| line.contains(label))
        };
        let line = metrics.iter().find(is_it)?;
        line.rsplit(' ').next()?.parse::<f64>().ok()
    };
    let of_a = ["kind=\"drift\"", "subject=\"a\""];
    scene.score(&mut world, 250).await;
    scene.until_looks("drift", 1).await;
    assert_eq!(told("mesh_model_finding", &of_a).await, Some(0.0));
    let psi = told("mesh_model_drift_psi", &["subject=\"a\"", "version=\"1\""]).await;
    assert!(psi.is_some(), "{:?}", metrics(PRODUCT).await);

    world.shift = 2.0;
    scene.score(&mut world, 250).await;
    scene.until_looks("drift", 2).await;
    assert_eq!(told("mesh_model_finding", &of_a).await, Some(1.0));
    scene.tell(0).await;
    scene.until_looks("performance", 1).await;
    let measured = ["kind=\"performance\"", "subject=\"auc\""];
    assert!(told("mesh_model_finding", &measured).await.is_some());

    let version = "mesh_model_production_version";
    assert_eq!(told(version, &[]).await, Some(1.0));
    let wish = json!({ "stage": "Archived", "why": "it is no good" }).to_string();
    let path = "models/illness/versions/1/stage";
    let archived = scene.mesh.post(path, "application/json", wish).await;
    assert_eq!(archived.status, 200, "{}", archived.text());
    scene
        .until("no version", async || told(version, &[]).await == Some(0.0))
        .await;
}
