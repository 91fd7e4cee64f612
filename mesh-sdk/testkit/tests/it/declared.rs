use std::path::Path;

use mesh_sdk::{DataProduct, Verdict};
use mesh_testkit::{TestMesh, compliance};

/// The products of this repository that are files and nothing else.
const PRODUCTS: [&str; 2] = ["epidemiology", "logistics"];

fn product(name: &str) -> DataProduct {
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let folder = Path::new(&root).join("../../products").join(name);
    DataProduct::from_files(folder).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn they_keep_every_rule_of_a_product() {
    for name in PRODUCTS {
        let mesh = TestMesh::start(product(name)).await;
        compliance::check(&mesh).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn they_keep_their_own_quality_rules() {
    for name in PRODUCTS {
        let mesh = TestMesh::start(product(name)).await;
        for report in mesh.product().measure().await {
            for result in &report.results {
                let kept = result.verdict == Verdict::Passed || report.rows == 0;
                assert!(kept, "{name}, {}: {result:?}", report.dataset);
            }
        }
    }
}

/// A model finds again what the simulators put in: the true chance of a case is known to them.
#[tokio::test(flavor = "multi_thread")]
async fn their_models_find_what_was_simulated() {
    for (name, least) in [("epidemiology", 0.75), ("logistics", 0.75)] {
        let mesh = TestMesh::start(product(name)).await;
        for model in mesh.product().models() {
            let auc = model.evaluation.as_ref().unwrap().auc.unwrap();
            assert!(auc > least, "{name}: AUC {auc}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_scores_rows_of_a_dataset_made_by_sql() {
    let mesh = TestMesh::start(product("epidemiology")).await;
    let rows = mesh.query("SELECT * FROM weekly_signals LIMIT 3").await;
    let body = serde_json::to_string(&rows).unwrap();
    let answer = mesh
        .post("models/outbreak-risk/score", "application/json", body)
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    mesh.until_rows("outbreak_risk_scores", 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_a_model_cannot_compute_with_are_told_apart_from_a_failure() {
    let mesh = TestMesh::start(product("epidemiology")).await;
    let mut rows = mesh.query("SELECT * FROM weekly_signals LIMIT 2").await;
    rows[1]["incidence"] = 1e300.into();
    // Both are beyond what the model computes with; one way round, the two infinities cancel each other out to nothing.
    let mut undefined = 0;
    for growth in [1e300, -1e300] {
        rows[1]["growth"] = growth.into();
        let body = serde_json::to_string(&rows).unwrap();
        let answer = mesh
            .post("models/outbreak-risk/score", "application/json", body)
            .await;
        if answer.status != 200 {
            assert_eq!(
                (answer.status, answer.problem()),
                (422, "undefined-score".to_owned())
            );
            assert!(answer.text().contains("in record 1 "), "{}", answer.text());
            undefined += 1;
        }
    }
    assert_eq!(undefined, 1);
}
