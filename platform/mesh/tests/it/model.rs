//! What the catalog tells of models.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Mesh, mesh, text};

/// How long a decision may take to show.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the catalog says of a model once it is in this stage.
async fn entry(mesh: &Mesh, product: &str, model: &str, stage: &str) -> Value {
    let started = Instant::now();
    loop {
        let entry = mesh.entry(product).await;
        let mut models = entry["models"].as_array().unwrap().iter();
        let found = models.find(|it| it["name"] == model);
        if let Some(found) = found.filter(|it| it["stage"] == stage) {
            return found.clone();
        }
        assert!(started.elapsed() < PATIENCE, "never {stage}: {entry}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_answer_keeps_its_page() {
    let up = Mesh::up().await;
    let (product, model) = ("logistics", "late-delivery");
    let before = entry(&up, product, model, "Production").await;
    let version = format!("models/{model}/versions/{}", before["version"]);
    let folder = text(up.folder.path());
    let token = mesh(&["token", "--data-dir", folder, "--scope", "models"]).well();
    let request = up
        .client
        .post(format!("{}/{version}/stage", up.product(product)))
        .bearer_auth(token.trim())
        .json(&json!({ "stage": "Archived", "why": "it is no good" }));
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());

    let after = entry(&up, product, model, "Archived").await;
    assert_eq!(after["version"], before["version"]);
    let page = format!("{}/catalog/products/{product}/models/{model}", up.origin);
    let page = up.client.get(page).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let page = page.text().await.unwrap();
    for told in [
        "Version 1 does not answer: it is in stage Archived",
        "it is no good",
        "id=\"versions\"",
    ] {
        assert!(page.contains(told), "no {told} in {page}");
    }
}
