//! What the catalog tells of the rows of the products that come with the mesh.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::Mesh;

/// How long a profile may take to show.
const PATIENCE: Duration = Duration::from_secs(60);

/// A dataset of which is known what its rows are like, and how they go with what a model tells.
async fn profiled(mesh: &Mesh, product: &str, dataset: &str) -> Value {
    let started = Instant::now();
    loop {
        let entry = mesh.entry(product).await;
        let mut datasets = entry["datasets"].as_array().unwrap().iter();
        let found = datasets.find(|it| it["name"] == dataset).unwrap();
        if found["profile"]["properties"].is_array() && found["correlations"].is_array() {
            return found.clone();
        }
        assert!(started.elapsed() < PATIENCE, "never profiled: {found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn property<'a>(dataset: &'a Value, property: &str) -> &'a Value {
    let properties = dataset["profile"]["properties"].as_array().unwrap();
    let mut properties = properties.iter();
    let found = properties.find(|it| it["property"] == property);
    found.unwrap_or_else(|| panic!("no {property} in {dataset}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_cardiology_cases_counts_are_told_and_no_value_that_is_kept_from_some() {
    let mesh = Mesh::up().await;
    let readings = profiled(&mesh, "bracelet-cardiology", "heart_readings").await;
    let rows = &property(&readings, "age")["rows"];
    assert_eq!(rows, &readings["rows"]);
    for (name, nulls, distinct) in [("sex", 0, 2), ("cp", 0, 4), ("ca", 4, 4), ("thal", 2, 3)] {
        let told = property(&readings, name);
        let expected = json!({
            "property": name, "type": "integer", "rows": rows, "nulls": nulls, "distinct": distinct,
            "withheld": "classified",
        });
        assert_eq!(told, &expected);
    }
    let ages = property(&readings, "age")["distinct"].as_u64().unwrap();
    assert!((38..=44).contains(&ages), "of 41 there are about {ages}");
    assert_eq!(property(&readings, "event_id")["withheld"], "many-values");
    let received = property(&readings, "received_at")["histogram"].as_array();
    let received = received
        .unwrap()
        .iter()
        .map(|bin| bin["rows"].as_u64().unwrap());
    assert_eq!(received.sum::<u64>(), rows.as_u64().unwrap());
    let risk = &readings["correlations"][0];
    assert_eq!(
        (&risk["model"], &risk["target"]),
        (&json!("heart-risk"), &json!("disease"))
    );
    assert_eq!(risk["features"].as_array().unwrap().len(), 13);
    assert_eq!(
        risk["features"][0],
        json!({ "feature": "age", "withheld": "classified" })
    );

    // Who may read the rows is told of them, too.
    let path = format!(
        "{}/datasets/heart_readings/profile",
        mesh.product("bracelet-cardiology")
    );
    let anonymous = mesh.client.get(&path).send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
    let told = mesh.client.get(&path).bearer_auth(mesh.token());
    let told: Value = told.send().await.unwrap().json().await.unwrap();
    let properties = told["properties"].as_array().unwrap();
    let age = properties
        .iter()
        .find(|it| it["property"] == "age")
        .unwrap();
    let mean = age["numbers"]["mean"].as_f64().unwrap();
    assert!((54.0..55.0).contains(&mean), "{age}");
    let age = &told["correlations"][0]["features"][0];
    assert_eq!(age["feature"], "age");
    let goes_with_disease = age["value"].as_f64().unwrap();
    assert!((0.15..0.3).contains(&goes_with_disease), "{age}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_deliveries_most_is_told() {
    let mesh = Mesh::up().await;
    let delays = profiled(&mesh, "logistics", "delivery_delays").await;
    let rows = delays["rows"].as_u64().unwrap();
    let lead = property(&delays, "planned_lead_days");
    let mean = lead["numbers"]["mean"].as_f64().unwrap();
    assert!((20.0..35.0).contains(&mean), "{lead}");
    let parts = lead["numbers"]["quantiles"].as_array().unwrap().iter();
    let values = parts.map(|quantile| quantile["value"].as_f64().unwrap());
    assert!(values.is_sorted(), "{lead}");
    let bins = lead["histogram"].as_array().unwrap().iter();
    let bins: Vec<u64> = bins.map(|bin| bin["rows"].as_u64().unwrap()).collect();
    assert_eq!(bins.iter().sum::<u64>(), rows);
    assert!(bins.iter().all(|rows| *rows == 0 || *rows >= 10), "{lead}");
    let late = property(&delays, "late")["values"].as_array().unwrap();
    assert_eq!(
        (&late[0]["value"], &late[1]["value"]),
        (&json!("false"), &json!("true"))
    );
    assert_eq!(property(&delays, "value_eur")["withheld"], "classified");
    let features = delays["correlations"][0]["features"].as_array().unwrap();
    let lead = features
        .iter()
        .find(|it| it["feature"] == "planned_lead_days");
    let lead = lead.unwrap()["value"].as_f64().unwrap();
    assert!(
        (-0.5..-0.2).contains(&lead),
        "orders in good time are late less often: {lead}"
    );
    let page = format!(
        "{}/catalog/products/logistics/datasets/delivery_delays",
        mesh.origin
    );
    let page = mesh
        .client
        .get(page)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("<svg class=\"plot small\""));
}
