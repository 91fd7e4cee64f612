//! A version on trial beside the one in Production.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ward::{Scene, World};

/// Nothing but the test decides.
const WATCH: &str = "rules: []";

/// A model with version 1 in Production and version 2 in Staging.
async fn with_two_versions(world: &mut World) -> Scene {
    let mut scene = Scene::new(world, WATCH).await;
    scene.score(world, 500).await;
    scene.tell(0).await;
    let outcomes = "SELECT count(*) AS n FROM scores JOIN outcomes ON answer = illness['event_id']";
    scene
        .until("outcomes", async || {
            scene.mesh.query(outcomes).await[0]["n"] == 500
        })
        .await;
    let train = json!({ "why": "new data", "promote": false }).to_string();
    scene
        .mesh
        .post("models/illness/train", "application/json", train)
        .await;
    scene
        .until("a version", async || scene.versions().await.len() == 2)
        .await;
    scene.until_trained().await;
    assert_eq!(scene.versions().await, ["Production", "Staging"]);
    scene
}

/// Posts to `trial` what has a share, else to `stage`.
async fn decide(scene: &Scene, version: u64, wish: Value) -> (u16, Value) {
    let what = if wish["share"].is_null() {
        "stage"
    } else {
        "trial"
    };
    let path = format!("models/illness/versions/{version}/{what}");
    let answer = scene
        .mesh
        .post(&path, "application/json", wish.to_string())
        .await;
    (answer.status, answer.json())
}

async fn report(scene: &Scene) -> Value {
    let report = scene.mesh.get("models/illness/versions/2/trial").await;
    assert_eq!(report.status, 200, "{}", report.text());
    report.json()
}

/// How many of so many calls each version answers.
async fn answered(scene: &Scene, world: &mut World, calls: usize) -> BTreeMap<u64, usize> {
    let mut answered = BTreeMap::new();
    for _ in 0..calls {
        let ([a, b, c], _) = world.patient();
        let patient = json!({ "a": a, "b": b, "c": c }).to_string();
        let answer = scene
            .mesh
            .post("models/illness/score", "application/json", patient)
            .await;
        let version = answer.json()["illness"]["version"].as_u64().unwrap();
        *answered.entry(version).or_default() += 1;
    }
    answered
}

/// Rows of the dataset, and different answers in them.
async fn kept(scene: &Scene) -> (u64, u64) {
    let kept = "SELECT count(*) AS rows, count(DISTINCT answer) AS answers FROM challenger_scores WHERE version = 2 AND champion = 1";
    let kept = &scene.mesh.query(kept).await[0];
    (
        kept["rows"].as_u64().unwrap(),
        kept["answers"].as_u64().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_shadow_it_is_asked_the_same_and_nobody_sees_it() {
    let mut world = World::new(29);
    let mut scene = with_two_versions(&mut world).await;
    let wish = json!({ "share": 0.0, "why": "a new ward" });
    let (status, change) = decide(&scene, 2, wish).await;
    assert_eq!((status, &change["trial"]), (200, &json!(0.0)), "{change}");

    assert_eq!(
        answered(&scene, &mut world, 20).await,
        BTreeMap::from([(1, 20)])
    );
    scene.score(&mut world, 400).await;
    scene
        .until("shadows", async || kept(&scene).await.0 >= 420)
        .await;
    let shadows = report(&scene).await;
    assert_eq!(
        (
            &shadows["on_trial"],
            &shadows["calls"],
            &shadows["labelled"]
        ),
        (&json!(true), &json!(420), &json!(0))
    );
    assert!(shadows["comparison"].is_null());
    let difference = shadows["mean_difference"].as_f64().unwrap();
    assert!(difference > 0.0 && difference < 0.1, "{difference}");

    scene.tell(0).await;
    scene
        .until("labels", async || report(&scene).await["labelled"] == 400)
        .await;
    let comparison = &report(&scene).await["comparison"];
    assert_eq!(comparison["cases"], 400);
    let better = &comparison["better_by"];
    let difference =
        comparison["champion"].as_f64().unwrap() - comparison["challenger"].as_f64().unwrap();
    let told = better["value"].as_f64().unwrap();
    assert!(
        (told.abs() - difference.abs()).abs() < 1e-12,
        "{comparison}"
    );
    assert!(better["interval"]["low"].as_f64().unwrap() <= told);

    // What was said is said once, whatever comes between.
    let mut scene = scene.restarted().await;
    scene.score(&mut world, 100).await;
    scene
        .until("shadows", async || kept(&scene).await.0 >= 520)
        .await;
    assert_eq!(kept(&scene).await, (520, 520));
}

/// Whoever tries it may be busy with something else when it goes on trial, or gone.
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_tried_from_the_moment_of_the_decision() {
    const TRIALS: u64 = 4;
    let mut world = World::new(43);
    let mut scene = with_two_versions(&mut world).await;
    let mut stored = 500;
    for trial in 1..=TRIALS {
        // What comes before is not tried, however late it is seen.
        scene.score(&mut world, 7).await;
        stored += 7;
        scene.mesh.until_rows("scores", stored).await;
        let wish = json!({ "share": 0.0, "why": format!("trial {trial}") });
        assert_eq!(decide(&scene, 2, wish).await.0, 200);
        scene.score(&mut world, 20).await;
        stored += 20;
        scene = scene.restarted().await;
        let tried = 20 * trial;
        scene
            .until("what was asked first", async || {
                kept(&scene).await.0 >= tried
            })
            .await;
        assert_eq!(kept(&scene).await, (tried, tried));
        let wish = json!({ "stage": "Staging", "why": "enough seen" });
        assert_eq!(decide(&scene, 2, wish).await.0, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_may_answer_a_share_of_the_calls_until_the_trial_ends() {
    let mut world = World::new(31);
    let scene = with_two_versions(&mut world).await;
    let wish = json!({ "share": 0.5, "why": "to see" });
    assert_eq!(decide(&scene, 2, wish).await.0, 200);
    let shares = answered(&scene, &mut world, 100).await;
    // Fewer than 25 of 100 come by chance once in a million times.
    assert!(shares[&1] >= 25 && shares[&2] >= 25, "{shares:?}");
    let others = shares[&1] as u64;
    scene
        .until("shadows", async || kept(&scene).await.0 >= others)
        .await;
    assert_eq!(kept(&scene).await, (others, others));

    let wish = json!({ "stage": "Staging", "why": "enough seen" });
    let (status, change) = decide(&scene, 2, wish.clone()).await;
    assert_eq!((status, &change["trial"]), (200, &Value::Null));
    assert_eq!(
        answered(&scene, &mut world, 20).await,
        BTreeMap::from([(1, 20)])
    );
    assert_eq!(report(&scene).await["on_trial"], false);
    assert_eq!(decide(&scene, 2, wish).await.0, 409, "it is over already");

    let wish = json!({ "share": 1.0, "why": "to see" });
    assert_eq!(decide(&scene, 2, wish).await.0, 200);
    assert_eq!(
        answered(&scene, &mut world, 20).await,
        BTreeMap::from([(2, 20)])
    );
    let wish = json!({ "stage": "Archived", "why": "it is no good" });
    assert_eq!(decide(&scene, 2, wish).await.0, 200);
    assert_eq!(
        answered(&scene, &mut world, 20).await,
        BTreeMap::from([(1, 20)])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_tried_is_told() {
    let scene = Scene::new(&mut World::new(37), WATCH).await;
    for (version, wish, status, told) in [
        (
            1,
            json!({ "share": 0.1, "why": "?" }),
            409,
            "version 1 answers already: what goes on trial is tried beside it",
        ),
        (
            1,
            json!({ "share": 1.5, "why": "?" }),
            400,
            "share is the part of the calls that the version answers, from 0 to 1",
        ),
        (
            7,
            json!({ "share": 0.1, "why": "?" }),
            404,
            "model illness has no version 7",
        ),
    ] {
        let (was, problem) = decide(&scene, version, wish).await;
        assert_eq!(was, status, "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(told), "{detail}");
    }
    let trial = scene.mesh.get("models/illness/versions/1/trial").await;
    assert_eq!(trial.status, 404);
    assert!(trial.text().contains("version 1 was never on trial"));
}
