//! A model that is watched: no person acts, and no time passes but that of the test's clock.

use serde_json::json;

use crate::ward::{Scene, World, of};

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
