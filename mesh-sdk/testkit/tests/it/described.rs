//! What a product says of its models, and what it must not call its own.

use mesh_testkit::TestMesh;
use serde_json::json;

use crate::fixture::Wards;
use crate::lifecycle::{MODEL, answering, decide, order, with_one_that_fails};

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_answer_is_described_by_its_newest_version() {
    let (_product, mesh) = with_one_that_fails().await;
    let described = async || mesh.get(MODEL).await.json();
    let answers = described().await;
    assert_eq!(
        (&answers["version"], &answers["stage"]),
        (&json!(1), &json!("Production"))
    );

    let wish = json!({ "stage": "Archived", "why": "it is no good" });
    assert_eq!(decide(&mesh, "versions/1/stage", wish).await.0, 200);
    let newest = described().await;
    assert_eq!(
        (&newest["version"], &newest["stage"]),
        (&json!(2), &json!("Staging"))
    );
    let models = mesh.get("models").await.json();
    assert_eq!(models["models"], json!([newest]));
    let order = order(&mesh).await;
    assert_eq!(
        answering(&mesh, &order).await,
        Err("model-not-ready".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_product_calls_a_dataset_as_the_platform_does() {
    for name in [
        "quarantine",
        "model_history",
        "training_runs",
        "model_quality",
        "challenger_scores",
    ] {
        let wards = Wards::new();
        wards.edit("mesh.yaml", "  wards:\n", &format!("  {name}:\n"));
        let port = format!("- {{ name: {name}, version");
        wards.edit("product.odps.yaml", "- { name: wards, version", &port);
        let folder = tempfile::tempdir().unwrap();
        let started = TestMesh::try_start_in(wards.product(), folder).await;
        let refused = started.map(drop).unwrap_err();
        let told = format!("datasets.{name}: the platform has a dataset of this name");
        assert!(refused.to_string().contains(&told), "{refused}");
    }
}
