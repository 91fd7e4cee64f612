use serde_json::{Value, json};

use super::{JSON, SCORE, mesh, reading, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_score_is_what_was_sent_with_the_answer_added() {
    let mesh = mesh().await;
    let answer = mesh.post(SCORE, JSON, reading().to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut scored = answer.json();
    let risk = scored
        .as_object_mut()
        .unwrap()
        .remove("heart_risk")
        .unwrap();
    assert_eq!(
        scored.to_string(),
        reading().to_string(),
        "the fields and their order are kept"
    );

    let probability = risk["probability"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&probability));
    assert_eq!(risk["prediction"], i64::from(probability >= 0.5));
    assert_eq!(
        (&risk["model"], &risk["version"]),
        (&json!("heart-risk"), &json!(1))
    );
    let accuracy = &risk["accuracy"];
    assert_eq!(accuracy["cases"], 91);
    assert!(accuracy["low"].as_f64() < accuracy["value"].as_f64());
    assert!(accuracy["value"].as_f64() < accuracy["high"].as_f64());

    mesh.until_rows("heart_risk_scores", 1).await;
    let stored = mesh
        .query("SELECT * FROM heart_risk_scores")
        .await
        .remove(0);
    for member in [
        "event_id",
        "scored_at",
        "probability",
        "prediction",
        "version",
    ] {
        assert_eq!(stored["heart_risk"][member], risk[member], "{member}");
    }
    assert_eq!(stored["chol"], 233.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_imputed() {
    let mesh = mesh().await;
    let least = json!({ "age": 63, "sex": 1, "cp": 4 });
    let explicit = json!({ "age": 63, "sex": 1, "cp": 4, "chol": null, "thal": null });
    let batch = json!([least, explicit]);
    let answer = mesh.post(SCORE, JSON, batch.to_string()).await.json();
    let probability = |record: &Value| record["heart_risk"]["probability"].as_f64().unwrap();
    assert_eq!(probability(&answer[0]), probability(&answer[1]));
    mesh.until_rows("heart_risk_scores", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sicker_heart_has_a_higher_risk() {
    let mesh = mesh().await;
    let healthy = json!({
        "age": 40, "sex": 0, "cp": 2, "trestbps": 115, "chol": 200, "fbs": 0, "restecg": 0,
        "thalach": 175, "exang": 0, "oldpeak": 0.0, "slope": 1, "ca": 0, "thal": 3,
    });
    let sick = json!({
        "age": 67, "sex": 1, "cp": 4, "trestbps": 160, "chol": 286, "fbs": 0, "restecg": 2,
        "thalach": 108, "exang": 1, "oldpeak": 1.5, "slope": 2, "ca": 3, "thal": 7,
    });
    let answer = mesh
        .post(SCORE, JSON, json!([healthy, sick]).to_string())
        .await
        .json();
    assert_eq!(answer[0]["heart_risk"]["prediction"], 0);
    assert_eq!(answer[1]["heart_risk"]["prediction"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_a_bad_record_is_not_scored_at_all() {
    let mesh = mesh().await;
    let batch = json!([reading(), with("age", json!("old")), reading()]);
    let answer = mesh.post(SCORE, JSON, batch.to_string()).await;
    assert_eq!(answer.problem(), "contract-violation");
    assert_eq!(answer.json()["errors"][0]["record"], 1);
    assert_eq!(
        mesh.post(SCORE, JSON, reading().to_string()).await.status,
        200
    );
    mesh.until_rows("heart_risk_scores", 1).await;
}
