//! Hyper-parameters that a run looks for, and features that are encoded otherwise.

use mesh_sdk::DataProduct;
use mesh_testkit::TestMesh;
use serde_json::{Value, json};

use crate::lifecycle::{MODEL, Product, stages};

const SEARCHED: &str = "algorithm: decision-tree
    parameters: { min_leaf: 5 }";
const SEARCH: &str = "    training:
      search: { grid: { max_depth: [2, 5, 9] }, measure: auc, ORDER }
";

fn searching(order: &str) -> Product {
    let product = Product::new();
    product
        .change("algorithm: logistic-regression", SEARCHED)
        .change("    training:\n", &SEARCH.replace("ORDER", order));
    product
}

async fn version(mesh: &TestMesh, number: u64) -> Value {
    let path = format!("{MODEL}/versions/{number}");
    mesh.get(&path).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_best_of_what_was_tried_is_trained_and_the_rest_is_told() {
    let product = searching("folds: 4");
    let mesh = TestMesh::start(product.read()).await;
    let first = version(&mesh, 1).await;
    let tried = first["searched"]["candidates"].as_array().unwrap();
    assert_eq!(tried.len(), 3);
    assert_eq!(first["parameters"], tried[0]["parameters"]);
    assert_eq!(first["parameters"]["min_leaf"], 5);
    let scores: Vec<f64> = tried
        .iter()
        .map(|it| it["score"]["mean"].as_f64().unwrap())
        .collect();
    assert!(scores.is_sorted_by(|one, next| one >= next), "{scores:?}");
    assert!(scores[2] > 0.5, "{scores:?}");

    // What is declared and found alike is not trained anew.
    let folder = mesh.stop().await;
    let mesh = TestMesh::start_in(product.read(), folder).await;
    assert_eq!(stages(&mesh).await, ["Production"]);
    // Another search may find something else.
    let folder = mesh.stop().await;
    product.change("max_depth: [2, 5, 9]", "max_depth: [1]");
    let mesh = TestMesh::start_in(product.read(), folder).await;
    let second = version(&mesh, 2).await;
    assert_eq!(
        second["parameters"],
        json!({ "max_depth": 1, "min_leaf": 5 })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_may_be_tested_on_the_past_alone_and_points_be_drawn() {
    let product = searching("order: time, draws: 2");
    let mesh = TestMesh::start(product.read()).await;
    let searched = &version(&mesh, 1).await["searched"];
    assert_eq!(searched["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(searched["division"]["order"], "time");
}

#[tokio::test(flavor = "multi_thread")]
async fn features_are_encoded_as_declared_and_trained_anew_when_that_changes() {
    let product = Product::new();
    let mesh = TestMesh::start(product.read()).await;
    let folder = mesh.stop().await;
    product.change(
        "    features:\n",
        "    features:\n      bucketed: { planned_lead_days: 4 }\n      components: 3\n",
    );
    product.change("distance_km, planned_lead_days]", "distance_km]");
    let mesh = TestMesh::start_in(product.read(), folder).await;
    let second = version(&mesh, 2).await;
    assert_eq!(
        second["encoded"]["bucketed"],
        json!({ "planned_lead_days": 4 })
    );
    assert_eq!(second["encoded"]["components"], 3);
    assert!(
        second["evaluation"]["auc"].as_f64().unwrap() > 0.55,
        "{second}"
    );
}

#[test]
fn what_cannot_be_tried_is_told_where_it_is_declared() {
    for (part, instead, told) in [
        (
            "max_depth: [2, 5, 9]",
            "max_depth: [2, 0]",
            "training.search.grid.max_depth",
        ),
        (
            "max_depth: [2, 5, 9]",
            "max_depth: []",
            "training.search.grid.grid",
        ),
        (
            "max_depth: [2, 5, 9]",
            "depth: [2]",
            "training.search.grid.depth",
        ),
        (
            "max_depth: [2, 5, 9]",
            "min_leaf: [2]",
            "training.search.grid.min_leaf: it is in `parameters` already",
        ),
        (
            "measure: auc",
            "measure: rmse",
            "training.search.measure: rmse is not measured of yes and no; there are",
        ),
        ("folds: 4", "folds: 1", "training.search.folds"),
        ("folds: 4", "draws: 9", "training.search.grid.draws"),
    ] {
        let product = searching("folds: 4");
        product.change(part, instead);
        let refused = DataProduct::from_files(product.folder().to_owned());
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
    }
}
