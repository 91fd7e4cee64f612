//! What a product says of its models, and what it must not call its own.

use mesh_sdk::{Clock, EventsConfig, Host, HostConfig, Readiness};
use mesh_testkit::TestMesh;
use serde_json::json;

use crate::fixture::Wards;
use crate::lifecycle::{MODEL, Product, answering, decide, order};

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_does_not_answer_is_described_by_its_newest_version() {
    let product = Product::new();
    let folder = TestMesh::start(product.read()).await.stop().await;
    // The next version does not come into Production.
    product.change("seed: 20", "seed: 21");
    product.change(
        "    training:\n",
        "    gate: { require: { auc: 0.999 } }\n    training:\n",
    );
    let mesh = TestMesh::start_in(product.read(), folder).await;
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
        let mut host = Host::open(HostConfig {
            data_dir: folder.path().to_owned(),
            events: EventsConfig::default(),
            progress: Box::new(|_| {}),
            readiness: Readiness::new(),
            clock: Clock::default(),
            vault: None,
        })
        .await
        .unwrap();
        let refused = host.start(wards.product()).await.map(drop).unwrap_err();
        let told = format!("datasets.{name}: the platform has a dataset of this name");
        assert!(refused.to_string().contains(&told), "{refused}");
    }
}
