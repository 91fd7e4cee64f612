//! A model that goes on learning from what it answered, once the truth is known.

use std::fs;

use mesh_sdk::DataProduct;
use serde_json::{Value, json};

use crate::ward::{Scene, Ward, World};

/// More than it takes to make a version.
const BATCH: usize = 1000;
/// Nothing but learning may change what is in Production.
const WATCH: &str = "rules: []";
const ONLINE: &str = "online: { algorithm: ALGORITHM, every: 400 }";

/// The version in Production.
async fn serving(scene: &Scene) -> Value {
    let versions = scene.mesh.get("models/illness/versions").await.json();
    let versions = versions["versions"].as_array().unwrap();
    let mut serving = versions
        .iter()
        .filter(|version| version["stage"] == "Production");
    serving.next().unwrap().clone()
}

/// How often the model is right about new patients.
async fn accuracy(scene: &mut Scene, world: &mut World) -> f64 {
    const PATIENTS: usize = 1000;
    let (rows, ill): (Vec<_>, Vec<_>) = (0..PATIENTS).map(|_| world.patient()).unzip();
    let records: Vec<Value> = rows
        .iter()
        .map(|[a, b, c]| json!({ "a": a, "b": b, "c": c }))
        .collect();
    let answers = scene
        .mesh
        .post(
            "models/illness/score",
            "application/json",
            json!(records).to_string(),
        )
        .await
        .json();
    let answers = answers.as_array().unwrap().iter().zip(ill);
    let right = answers.filter(|(answer, ill)| answer["illness"]["prediction"] == i64::from(*ill));
    right.count() as f64 / PATIENTS as f64
}

async fn it_follows_a_world_that_changes(algorithm: &str) {
    let mut world = World::new(17);
    let online = ONLINE.replace("ALGORITHM", algorithm);
    let mut scene = Scene::with(&mut world, WATCH, &online).await;
    assert_eq!(
        serving(&scene).await["algorithm"],
        "logistic-regression",
        "it begins with what the training query gives"
    );

    world.weight = -2.0;
    let before = accuracy(&mut scene, &mut world).await;
    let mut told = 0;
    while serving(&scene).await["answers"].is_null() {
        let known = scene.runs().await.len();
        assert!(known < 6, "{:#?}", scene.runs().await);
        scene.score(&mut world, BATCH).await;
        scene.tell(0).await;
        told += BATCH;
        scene
            .until("a run", async || scene.runs().await.len() > known)
            .await;
        scene.until_trained().await;
    }
    let version = serving(&scene).await;
    assert_eq!(version["algorithm"], algorithm);
    let runs = scene.runs().await;
    let run = runs
        .iter()
        .find(|run| run["version"] == version["version"])
        .unwrap();
    assert_eq!(
        (&run["cause"], &run["asked_by"], &run["state"]),
        (&json!("online"), &json!("mesh"), &json!("Succeeded"))
    );
    let after = accuracy(&mut scene, &mut world).await;
    println!("{algorithm}: {before} before, {after} after the truth about {told} answers");
    assert!(after > before + 0.1, "{before} {after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ftrl_follows_a_world_that_changes() {
    it_follows_a_world_that_changes("ftrl").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn naive_bayes_follows_a_world_that_changes() {
    it_follows_a_world_that_changes("gaussian-naive-bayes").await;
}

/// The answers that its newest version learned from, once there is one of at least so many.
async fn learned(scene: &Scene, at_least: u64) -> u64 {
    let mut newest = 0;
    scene
        .until("a version that learned", async || {
            let versions = scene.mesh.get("models/illness/versions").await.json();
            let versions = versions["versions"].as_array().unwrap().iter();
            let answers = versions.filter_map(|version| version["answers"].as_u64());
            newest = answers.max().unwrap_or(0);
            newest >= at_least
        })
        .await;
    newest
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_learned_from_once_whatever_comes_between() {
    let mut world = World::new(19);
    let online = ONLINE.replace("ALGORITHM", "ftrl").replace("400", "50");
    let mut scene = Scene::with(&mut world, WATCH, &online).await;
    // Each answer is learned from with a chance of 0.7; of 1,000, that is between 630 and 770 but for 2 in a million.
    scene.score(&mut world, 1000).await;
    scene.tell(500).await;
    let first = learned(&scene, 300).await;
    assert!(first < 400, "{first}");
    let mut scene = scene.restarted().await;
    scene.tell(0).await;
    let second = learned(&scene, 630).await;
    assert!(second < 770, "{second}");
}

/// Where the truth about `none` is about no answer, and that about `odd` is neither yes nor no.
const SOME_OF_NOTHING: &str = "SELECT NULLIF(answer, 'none') AS answer, CASE WHEN answer = 'odd' THEN 'unknown' WHEN ill THEN '1' ELSE '0' END AS truth FROM outcomes";

async fn with_labels_of_nothing(world: &mut World) -> Scene {
    let online = ONLINE.replace("ALGORITHM", "ftrl").replace("400", "50");
    let ward = Ward::new(world, WATCH, &online);
    Scene::of(ward.change(
        "mesh.yaml",
        "SELECT answer, ill AS truth FROM outcomes",
        SOME_OF_NOTHING,
    ))
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_of_nothing_keep_nothing_from_being_learned() {
    let mut world = World::new(29);
    let mut scene = with_labels_of_nothing(&mut world).await;
    let nothing = ["none", "odd"].map(|answer| (answer.to_owned(), true));
    scene.untold.extend(nothing);
    scene.tell(0).await;
    scene.mesh.until_rows("outcomes", 2).await;
    scene.score(&mut world, 500).await;
    scene.tell(0).await;
    learned(&scene, 300).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_far_labels_were_read_is_kept_where_none_is_new() {
    let mut scene = with_labels_of_nothing(&mut World::new(31)).await;
    let file = "products/ward/models/illness/learnt.json";
    let file = scene.mesh.folder().join(file);
    scene.until("a beginning", async || file.exists()).await;
    let before = fs::read(&file).unwrap();
    scene.untold.push(("none".to_owned(), true));
    scene.tell(0).await;
    scene
        .until("a mark", async || fs::read(&file).unwrap() != before)
        .await;
}

#[test]
fn what_cannot_be_learned_from_is_told_where_it_is_declared() {
    let online = ONLINE.replace("ALGORITHM", "ftrl");
    let ward = Ward::new(&mut World::new(23), WATCH, &online);
    let file = ward.folder.path().join("mesh.yaml");
    let declared = fs::read_to_string(&file).unwrap();
    let labels = "SELECT answer, ill AS truth FROM outcomes";
    for (part, instead, told) in [
        (
            format!("labels: {labels}"),
            "batch: 500".to_owned(),
            "models.illness.online: it learns from answers whose truth is known: say in watch.labels",
        ),
        (
            labels.to_owned(),
            "SELECT answer, bool_or(ill) AS truth FROM outcomes GROUP BY answer".to_owned(),
            "models.illness.online: new labels are read row by row, and watch.labels cannot be: it aggregates",
        ),
        (
            "every: 400".to_owned(),
            "every: 7".to_owned(),
            "models.illness.online.every",
        ),
        (
            "every: 400".to_owned(),
            "parameters: { l1: 7 }".to_owned(),
            "models.illness.online.parameters.l1",
        ),
        (
            "algorithm: ftrl".to_owned(),
            "algorithm: ftlr".to_owned(),
            "did you mean `ftrl`?",
        ),
    ] {
        assert!(declared.contains(&part), "{part}");
        fs::write(&file, declared.replace(&part, &instead)).unwrap();
        let refused = DataProduct::from_files(ward.folder.path().to_owned());
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
    }
}
