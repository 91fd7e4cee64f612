use serde_json::{Value, json};

use super::{CSV, JSON, NDJSON, READINGS, STARTING, mesh, reading, with};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_is_stored_under_its_event_id() {
    let mesh = mesh().await;
    let answer = mesh.post(READINGS, JSON, reading().to_string()).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let accepted = answer.json();
    assert_eq!(accepted["accepted"], 1);
    let id = accepted["event_ids"][0].as_str().unwrap();

    mesh.until_rows("heart_readings", STARTING + 1).await;
    let rows = mesh
        .query(&format!(
            "SELECT * FROM heart_readings WHERE event_id = '{id}'"
        ))
        .await;
    let mut stored = rows[0].as_object().unwrap().clone();
    assert!(
        stored
            .remove("received_at")
            .unwrap()
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
    stored.remove("event_id");
    for (field, value) in reading().as_object().unwrap() {
        let same = match value {
            Value::Number(number) => stored[field].as_f64() == number.as_f64(),
            other => &stored[field] == other,
        };
        assert!(same, "{field}: {} was {value}", stored[field]);
    }
    assert_eq!(stored.len(), reading().as_object().unwrap().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_body_is_taken() {
    let mesh = mesh().await;
    let one = reading().to_string();
    let csv_header = "age,sex,cp,chol,oldpeak";
    let bodies = [
        (JSON, one.clone(), 1),
        (
            "application/json; charset=utf-8",
            format!("[{one},{one}]"),
            2,
        ),
        (JSON, format!("\u{feff}{one}"), 1),
        (NDJSON, format!("{one}\n\n{one}\r\n{one}"), 3),
        (CSV, format!("{csv_header}\n63,1,4,233,2.3\n"), 1),
        (
            CSV,
            format!("\u{feff}{csv_header}\r\n63,1,4,,\r\n41,0,2,204,1.4\r\n"),
            2,
        ),
        (
            CSV,
            format!("patient_id,{csv_header}\n\"p-2\",\"63\",1,4,233,2.3\n"),
            1,
        ),
    ];
    let mut expected = STARTING;
    for (content_type, body, records) in bodies {
        let answer = mesh.post(READINGS, content_type, body.clone()).await;
        assert_eq!(
            answer.status,
            202,
            "{content_type} {body}: {}",
            answer.text()
        );
        assert_eq!(answer.json()["accepted"], records);
        expected += records;
    }
    mesh.until_rows("heart_readings", expected).await;
    let rows = mesh
        .query("SELECT patient_id FROM heart_readings WHERE patient_id = 'p-2'")
        .await;
    assert_eq!(rows, [json!({ "patient_id": "p-2" })]);
    let rows = mesh
        .query("SELECT count(*) AS n FROM heart_readings WHERE chol IS NULL AND age = 63")
        .await;
    assert_eq!(rows, [json!({ "n": 1 })]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_records_of_a_batch_are_accepted_and_the_bad_ones_listed() {
    let mesh = mesh().await;
    let batch = json!([
        reading(),
        with("age", json!(200)),
        reading(),
        with("cp", None)
    ]);
    let answer = mesh.post(READINGS, JSON, batch.to_string()).await;
    assert_eq!(answer.status, 207);
    assert_eq!(answer.problem(), "partly-accepted");
    let answer = answer.json();
    assert_eq!(answer["accepted"], 2);
    let ids = answer["event_ids"].as_array().unwrap();
    assert_eq!(
        ids.iter().map(Value::is_string).collect::<Vec<_>>(),
        [true, false, true, false]
    );
    let errors = answer["errors"].as_array().unwrap();
    let errors: Vec<_> = errors
        .iter()
        .map(|error| (&error["record"], &error["field"], &error["rule"]))
        .collect();
    assert_eq!(
        errors,
        [
            (&json!(1), &json!("age"), &json!("maximum")),
            (&json!(3), &json!("cp"), &json!("required")),
        ]
    );
    mesh.until_rows("heart_readings", STARTING + 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_accepted_just_before_the_end_is_stored() {
    let mesh = mesh().await;
    for _ in 0..20 {
        let answer = mesh.post(READINGS, JSON, reading().to_string()).await;
        assert_eq!(answer.status, 202);
    }
    let folder = mesh.stop().await;
    let product = bracelet_cardiology::product().unwrap();
    let mesh = mesh_testkit::TestMesh::start_in(product, folder).await;
    assert_eq!(mesh.count("heart_readings").await, STARTING + 20);
    let versions = mesh
        .query("SELECT count(*) AS n FROM heart_risk_scores")
        .await;
    assert_eq!(versions, [json!({ "n": 0 })]);
}
