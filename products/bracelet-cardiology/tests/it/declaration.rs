use mesh_testkit::compliance;
use reqwest::Method;

use super::mesh;

#[tokio::test(flavor = "multi_thread")]
async fn the_product_keeps_the_rules_of_every_product() {
    let mesh = mesh().await;
    compliance::check(&mesh).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_product_describes_itself() {
    let mesh = mesh().await;
    let base = "/products/bracelet-cardiology";
    let get = async |path: String| mesh.anonymous(Method::GET, &path).await;

    let description = get(base.to_owned()).await.json();
    assert_eq!(description["kind"], "DataProduct");
    assert_eq!(description["domain"], "cardiology");

    let contract = get(format!("{base}/contracts/heart-readings")).await.json();
    assert_eq!(
        (&contract["kind"], &contract["apiVersion"]),
        (&"DataContract".into(), &"v3.2.0".into())
    );

    let schema = get(format!("{base}/contracts/heart-readings/schema.json"))
        .await
        .json();
    assert_eq!(schema["properties"]["thalach"]["maximum"], 250);
    assert!(
        schema["properties"].get("event_id").is_none(),
        "the platform assigns it"
    );

    let models = get(format!("{base}/models")).await.json();
    let version = &models["models"][0];
    assert_eq!(
        (&version["stage"], &version["version"]),
        (&"Production".into(), &1.into())
    );
    assert_eq!(version["trained_on"]["datasets"]["heart_readings"], 1);
    assert_eq!(version["sha256"].as_str().map(str::len), Some(64));

    let served = get(format!("{base}/models/heart-risk")).await.json();
    assert_eq!(&served, version);
    let versions = get(format!("{base}/models/heart-risk/versions"))
        .await
        .json();
    assert_eq!(&versions["versions"][0], version);

    let unknown = get(format!("{base}/ports/heartbeats")).await;
    assert_eq!(unknown.problem(), "not-found");
}
