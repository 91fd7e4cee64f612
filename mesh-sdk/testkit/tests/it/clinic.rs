//! A clinic whose models tell how many days patients stay, and in which of three units.

use std::fs;
use std::time::Duration;

use mesh_sdk::{DataProduct, SdkError};
use mesh_testkit::TestMesh;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ward::{ID, MEASUREMENT, NUMBERS, WHO, World, contract};

const PRODUCT: &str = r#"apiVersion: v1.1.0
kind: DataProduct
id: urn:mesh:testing:clinic
name: clinic
version: 1.0.0
status: draft
domain: testing
description: { purpose: How long patients stay and where. }
inputPorts:
  - { name: patients, version: 1.0.0, contractId: "urn:mesh:contract:testing:patients" }
  - { name: outcomes, version: 1.0.0, contractId: "urn:mesh:contract:testing:outcomes" }
outputPorts:
  - { name: patients, version: 1.0.0, contractId: "urn:mesh:contract:testing:patients" }
  - { name: outcomes, version: 1.0.0, contractId: "urn:mesh:contract:testing:outcomes" }
  - { name: history, version: 1.0.0, contractId: "urn:mesh:contract:testing:history" }
  - { name: stays, version: 1.0.0, contractId: "urn:mesh:contract:testing:stays" }
  - { name: units, version: 1.0.0, contractId: "urn:mesh:contract:testing:units" }
"#;

const MESH: &str = "datasets:
  patients:
    from: { port: patients }
  outcomes:
    from: { port: outcomes }
  history:
    from: { file: data/history.csv }
  stays:
    from: { model: stay }
  units:
    from: { model: unit }
models:
  stay:
    description: Days that a patient stays.
    predicts: quantity
    algorithm: ridge
    input: patients
    answer: stay
    features: { numeric: [a, b, c] }
    training:
      sql: SELECT a, b, c, days FROM history ORDER BY number
      target: days
      held_out: 0.3
      seed: 1
    gate:
      require: { mae: 0.5, r2: 0.8 }
      golden:
        - { record: { a: 0, b: 0, c: 0 }, prediction: 5, within: 0.2 }
    watch:
      labels: SELECT answer, days AS truth FROM outcomes WHERE days IS NOT NULL
      batch: 100
      window: 200
      rules:
        - { when: { beyond: { mae: 1.5 } }, then: [alert], looks: 1 }
  unit:
    description: The unit that a patient comes to.
    predicts: class
    algorithm: logistic-regression
    input: patients
    answer: unit
    features: { numeric: [a, b, c] }
    training:
      sql: SELECT a, b, c, unit FROM history ORDER BY number
      target: unit
      held_out: 0.3
      seed: 1
    gate:
      require: { accuracy: 0.7 }
      golden:
        - { record: { a: 3, b: 0, c: 0 }, prediction: 10 }
    watch:
      labels: SELECT answer, unit AS truth FROM outcomes WHERE unit IS NOT NULL
      batch: 100
      window: 200
";

const CLASSES: &str = "
          - { name: prediction, logicalType: integer, required: true }
          - { name: probability, logicalType: number, required: true }
          - name: probabilities
            logicalType: array
            required: true
            items:
              logicalType: object
              required: true
              properties:
                - { name: class, logicalType: integer, required: true }
                - { name: probability, logicalType: number, required: true }";

/// A patient, the days of the stay, and the unit.
pub(crate) fn patient(world: &mut World) -> ([f64; 3], f64, i64) {
    let ([a, b, c], _) = world.patient();
    let round = |value: f64| (value * 100.0).round() / 100.0;
    let days = round(5.0 + world.weight * a - b + 0.3 * world.normal());
    let drawn = [a, b, c].map(|value| 2.0 * value - (1.0 - world.uniform()).ln());
    let unit = [(drawn[0], 10), (drawn[1], 20), (drawn[2], 30)];
    let unit = unit.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    ([a, b, c], days, unit.1)
}

pub(crate) struct Clinic {
    folder: TempDir,
}

impl Clinic {
    pub(crate) fn new(world: &mut World) -> Clinic {
        let clinic = Clinic {
            folder: tempfile::tempdir().unwrap(),
        };
        clinic.write("product.odps.yaml", PRODUCT);
        clinic.write("mesh.yaml", MESH);
        let contracts = [
            ("patients", format!("{NUMBERS}{ID}")),
            (
                "outcomes",
                format!(
                    "\n      - {{ name: answer, logicalType: string, required: true }}\n      - {{ name: days, logicalType: number }}\n      - {{ name: unit, logicalType: integer }}{ID}"
                ),
            ),
            (
                "history",
                format!(
                    "{NUMBERS}\n      - {{ name: number, logicalType: integer, required: true }}\n      - {{ name: days, logicalType: number, required: true }}\n      - {{ name: unit, logicalType: integer, required: true }}\n"
                ),
            ),
            (
                "stays",
                format!(
                    "{NUMBERS}{}\n          - {{ name: prediction, logicalType: number, required: true }}\n          - name: mean_absolute_error{MEASUREMENT}{WHO}",
                    answer("stay")
                ),
            ),
            (
                "units",
                format!(
                    "{NUMBERS}{}{CLASSES}\n          - name: accuracy{MEASUREMENT}{WHO}",
                    answer("unit")
                ),
            ),
        ];
        for (name, properties) in contracts {
            let path = format!("contracts/{name}.odcs.yaml");
            clinic.write(&path, &contract(name, &properties));
        }
        let mut history = String::from("number,a,b,c,days,unit\n");
        for number in 0..1000 {
            let ([a, b, c], days, unit) = patient(world);
            history.push_str(&format!("{number},{a},{b},{c},{days},{unit}\n"));
        }
        clinic.write("data/history.csv", &history);
        clinic
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Declares something otherwise.
    pub(crate) fn change(&self, part: &str, instead: &str) {
        self.change_in("mesh.yaml", part, instead);
    }

    pub(crate) fn change_in(&self, file: &str, part: &str, instead: &str) {
        let text = fs::read_to_string(self.folder.path().join(file)).unwrap();
        assert!(text.contains(part), "{part}");
        self.write(file, &text.replacen(part, instead, 1));
    }

    pub(crate) fn read(&self) -> Result<DataProduct, SdkError> {
        DataProduct::from_files(self.folder.path().to_owned())
    }

    pub(crate) async fn start(&self) -> TestMesh {
        TestMesh::start(self.read().unwrap()).await
    }
}

fn answer(name: &str) -> String {
    format!(
        "\n      - name: {name}\n        logicalType: object\n        required: true\n        properties:"
    )
}

/// Scores patients, and tells the truth about as many of them. Returns the answers, each with what was true.
pub(crate) async fn score(
    mesh: &TestMesh,
    world: &mut World,
    model: &str,
    patients: usize,
    told: usize,
) -> Vec<(Value, f64)> {
    let patients: Vec<_> = (0..patients).map(|_| patient(world)).collect();
    let records: Vec<Value> = patients
        .iter()
        .map(|([a, b, c], ..)| json!({ "a": a, "b": b, "c": c }))
        .collect();
    let path = format!("models/{model}/score");
    let answer = mesh
        .post(&path, "application/json", json!(records).to_string())
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answers = answer.json().as_array().unwrap().clone();
    let answers: Vec<Value> = answers.iter().map(|it| it[model].clone()).collect();
    let outcomes = answers.iter().zip(&patients).take(told);
    let outcomes: Vec<Value> = outcomes
        .map(|(answer, (_, days, unit))| match model {
            "stay" => json!({ "answer": answer["event_id"], "days": days }),
            _ => json!({ "answer": answer["event_id"], "unit": unit }),
        })
        .collect();
    if !outcomes.is_empty() {
        let posted = mesh
            .post(
                "ports/outcomes",
                "application/json",
                json!(outcomes).to_string(),
            )
            .await;
        assert_eq!(posted.status, 202, "{}", posted.text());
    }
    let truth = patients.into_iter().map(|(_, days, unit)| match model {
        "stay" => days,
        _ => unit as f64,
    });
    answers.into_iter().zip(truth).collect()
}

/// Waits for it, and says what `now` told last if it does not come.
pub(crate) async fn until(what: &str, mut now: impl AsyncFnMut() -> (bool, Value)) -> Value {
    let mut last = Value::Null;
    for _ in 0..1500 {
        let (is_so, told) = now().await;
        if is_so {
            return told;
        }
        last = told;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    panic!("waited in vain: {what}; {last:#}");
}
