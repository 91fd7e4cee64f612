use std::time::Duration;

use serde_json::{Value, json};

use crate::process::{Mesh, mesh, text};

#[tokio::test(flavor = "multi_thread")]
async fn the_mesh_remembers_across_a_clean_stop() {
    let mut mesh = Mesh::up().await;
    let token = mesh.token();
    let base = format!("{}/products/bracelet-cardiology", mesh.origin);
    let score = |mesh: &Mesh| {
        let body = json!({ "age": 63, "sex": 1, "cp": 4 });
        mesh.client
            .post(format!("{base}/models/heart-risk/score"))
            .bearer_auth(&token)
            .json(&body)
            .send()
    };
    let first: Value = score(&mesh).await.unwrap().json().await.unwrap();
    assert!(mesh.interrupt(), "Ctrl-C ends it well");

    mesh.start_again().await;
    let rows = mesh
        .query(
            &token,
            "bracelet-cardiology",
            "SELECT heart_risk FROM heart_risk_scores",
        )
        .await;
    assert_eq!(
        rows[0]["heart_risk"]["event_id"],
        first["heart_risk"]["event_id"]
    );
    let again: Value = score(&mesh).await.unwrap().json().await.unwrap();
    for member in ["probability", "version", "accuracy"] {
        assert_eq!(
            again["heart_risk"][member], first["heart_risk"][member],
            "the version is the same"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalog_lists_the_product_and_keeps_up() {
    let mesh = Mesh::up().await;
    let entry = mesh.entry("bracelet-cardiology").await;
    let ports: Vec<_> = entry["ports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|port| &port["name"])
        .collect();
    assert_eq!(
        ports,
        [
            "readings",
            "diagnoses",
            "heart-rates",
            "heart_readings",
            "diagnoses",
            "heart_risk_scores",
            "heart_rates",
            "heart_rate_per_minute",
            "heart_rate_alerts",
            "heart-risk"
        ]
    );
    assert_eq!(entry["contracts"].as_array().unwrap().len(), 6);
    let model = &entry["models"][0];
    assert_eq!(model["stage"], "Production");
    assert_eq!(model["history"][0]["stage"], "Production");
    let version = &model["versions"][0];
    assert_eq!(version["stage"], "Production");
    let curve = &version["classes"]["curves"][0]["roc"];
    assert_eq!(curve[0], json!({ "x": 0.0, "y": 0.0 }));
    assert_eq!(
        version["importance"].as_object().unwrap().len(),
        version["features"].as_array().unwrap().len()
    );

    let body = json!({ "age": 63, "sex": 1, "cp": 4 });
    let port = format!(
        "{}/products/bracelet-cardiology/ports/readings",
        mesh.origin
    );
    mesh.client
        .post(port)
        .bearer_auth(mesh.token())
        .json(&body)
        .send()
        .await
        .unwrap();
    for attempt in 0.. {
        let entry = mesh.entry("bracelet-cardiology").await;
        let datasets = entry["datasets"].as_array().unwrap();
        let readings = datasets
            .iter()
            .find(|dataset| dataset["name"] == "heart_readings")
            .unwrap();
        if readings["rows"] == 304 {
            break;
        }
        assert!(attempt < 200, "the catalog says {}", readings["rows"]);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let page = mesh
        .client
        .get(format!("{}/", mesh.origin))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("bracelet-cardiology"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_mesh_on_the_same_folder_says_so() {
    let running = Mesh::up().await;
    let folder = text(running.folder.path());
    mesh(&["up", "--data-dir", folder, "--listen", "127.0.0.1:0"])
        .told(&["in use by another process"]);
}

#[test]
fn mistakes_are_answered_with_what_to_do() {
    let empty = tempfile::tempdir().unwrap();
    let folder = text(empty.path());
    let cases: [(&[&str], &str); 4] = [
        (&["token", "--data-dir", folder], "start one with `mesh up`"),
        (
            &["up", "--data-dir", folder, "--listen", "0.0.0.0:7070"],
            "loopback",
        ),
        (
            &["model", "evaluate", "bracelet-cardiology/heart-age"],
            "there is no model heart-age; there is heart-risk",
        ),
        (
            &["model", "evaluate", "bracelets/heart-risk"],
            "there is no product bracelets; there are bracelet-cardiology",
        ),
    ];
    for (arguments, expected) in cases {
        mesh(arguments).told(&[expected]);
    }
}

#[test]
fn an_unknown_command_is_answered_with_a_similar_one() {
    let output = mesh(&["upp"]);
    assert_eq!(output.code, Some(2), "{}", output.stderr);
    let similar = "a similar subcommand exists: 'up'";
    assert!(output.stderr.contains(similar), "{}", output.stderr);
}

#[test]
fn the_cross_validation_of_heart_risk_reaches_what_it_must() {
    let output = mesh(&[
        "model",
        "evaluate",
        "bracelet-cardiology/heart-risk",
        "--json",
    ]);
    let report: Value = serde_json::from_str(&output.well()).unwrap();
    assert_eq!(report["folds"].as_array().unwrap().len(), 100);
    let mean = |measure: &str| report["measures"][measure]["mean"].as_f64().unwrap();
    assert!(mean("accuracy") >= 0.835, "accuracy {}", mean("accuracy"));
    assert!(mean("auc") >= 0.90, "AUC {}", mean("auc"));
}
