//! The four hospitals of the UCI Heart Disease data, as files of the folder that MESH_REAL_DATA names.

use mesh_models::evaluate;
use serde_json::{Map, Value, json};

use super::{NDJSON, READINGS, SCORE, STARTING, mesh};

const COLUMNS: [&str; 13] = [
    "age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak",
    "slope", "ca", "thal",
];
const HOSPITALS: [(&str, usize); 4] = [
    ("cleveland", 303),
    ("hungarian", 294),
    ("switzerland", 123),
    ("va", 200),
];

/// The readings of one hospital and whether there was heart disease. `?` and -9 mean missing, and so does 0 where it
/// is no measurement: a pressure, a cholesterol, a code of thal.
fn hospital(folder: &str, name: &str) -> Vec<(Value, bool)> {
    let path = format!("{folder}/uci-heart-disease/processed.{name}.data");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows = text.lines().filter(|line| !line.trim().is_empty());
    rows.map(|line| {
        let cells: Vec<Option<f64>> = line
            .split(',')
            .map(|cell| cell.trim().parse().ok())
            .collect();
        let mut reading = Map::new();
        for (column, cell) in COLUMNS.iter().zip(&cells) {
            let is_missing = |value: &f64| {
                *value == -9.0 || (*value == 0.0 && ["trestbps", "chol", "thal"].contains(column))
            };
            if let Some(value) = cell.filter(|value| !is_missing(value)) {
                reading.insert((*column).to_owned(), json!(value));
            }
        }
        (Value::Object(reading), cells[13].unwrap() > 0.0)
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readings_of_four_hospitals_are_kept_and_scored() {
    let Ok(folder) = std::env::var("MESH_REAL_DATA") else {
        println!("not run: MESH_REAL_DATA names no folder with real data");
        return;
    };
    let mesh = mesh().await;
    let mut kept = STARTING;
    for (name, patients) in HOSPITALS {
        let cases = hospital(&folder, name);
        assert_eq!(cases.len(), patients, "{name}");
        let lines: Vec<String> = cases
            .iter()
            .map(|(reading, _)| reading.to_string())
            .collect();
        let answer = mesh.post(READINGS, NDJSON, lines.join("\n")).await;
        assert_eq!(answer.status, 202, "{name}: {}", answer.text());
        kept += patients as u64;

        let readings: Vec<&Value> = cases.iter().map(|(reading, _)| reading).collect();
        let answer = mesh
            .post(SCORE, "application/json", json!(readings).to_string())
            .await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        let answer = answer.json();
        let scored = answer.as_array().unwrap().iter();
        let probabilities: Vec<f64> = scored
            .map(|record| record["heart_risk"]["probability"].as_f64().unwrap())
            .collect();
        let disease: Vec<bool> = cases.iter().map(|(_, disease)| *disease).collect();
        let worth = evaluate(&disease, &probabilities, 0.5).unwrap();
        let auc = worth.auc.unwrap();
        println!(
            "{name}: {patients} patients, accuracy {:.3}, AUC {auc:.3}",
            worth.accuracy
        );
        assert!(auc > 0.55, "{name}: AUC {auc:.3} is no better than chance");
    }
    mesh.until_rows("heart_readings", kept).await;
}
