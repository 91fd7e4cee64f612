//! Models that tell a quantity, or one class of several, from their training to their trial.

use mesh_testkit::TestMesh;
use serde_json::{Value, json};

use crate::clinic::{Clinic, score, until};
use crate::ward::{World, of};

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

async fn version(mesh: &TestMesh, model: &str, number: u64) -> Value {
    let path = format!("models/{model}/versions/{number}");
    mesh.get(&path).await.json()
}

async fn findings(mesh: &TestMesh, model: &str) -> Vec<Value> {
    let path = format!("models/{model}/quality");
    let answer = mesh.get(&path).await.json();
    answer["findings"].as_array().unwrap().clone()
}

/// The newest of this kind about this subject, once there is one.
async fn finding(mesh: &TestMesh, model: &str, kind: &str, subject: &str) -> Value {
    until(subject, async || {
        let findings = findings(mesh, model).await;
        let found = of(&findings, kind).rfind(|it| it["subject"] == subject);
        (found.is_some(), found.cloned().unwrap_or(json!(findings)))
    })
    .await
}

async fn explained(mesh: &TestMesh, model: &str, record: Value) -> Value {
    let path = format!("models/{model}/score?explain=true");
    let answer = mesh
        .post(&path, "application/json", record.to_string())
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()[model].clone()
}

/// Trains version 2 of what lies before `ORDER`, and puts it on trial.
async fn put_on_trial(mesh: &TestMesh, model: &str) {
    let train = json!({ "why": "new data", "promote": false }).to_string();
    let path = format!("models/{model}/train");
    mesh.post(&path, "application/json", train).await;
    until("a version", async || {
        let version = version(mesh, model, 2).await;
        (version["version"] == 2, version)
    })
    .await;
    let wish = json!({ "share": 0.0, "why": "to see" }).to_string();
    let path = format!("models/{model}/versions/2/trial");
    let tried = mesh.post(&path, "application/json", wish).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
}

/// What the trial shows once the truth is known of 200 calls.
async fn compared(mesh: &TestMesh, model: &str) -> Value {
    let path = format!("models/{model}/versions/2/trial");
    until("a comparison", async || {
        let report = mesh.get(&path).await.json();
        (report["labelled"] == 200, report)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quantity_is_answered_explained_and_judged() {
    let mut world = World::new(3);
    let clinic = Clinic::new(&mut world);
    // The data of the second version are others.
    clinic.change(
        "SELECT a, b, c, days FROM history",
        "SELECT a, b, c, days FROM history WHERE number < 700 OR EXISTS (SELECT 1 FROM outcomes)",
    );
    let mesh = clinic.start().await;
    let first = version(&mesh, "stay", 1).await;
    assert_eq!(first["predicts"], "quantity");
    assert_eq!(first["stage"], "Production");
    let measures = &first["report"]["measures"];
    let mae = number(&measures["mae"]["value"]);
    // What is left to chance has a standard deviation of 0.3.
    assert!((0.2..0.3).contains(&mae), "{measures}");
    assert!(number(&measures["r2"]["value"]) > 0.95, "{measures}");
    assert_eq!(
        first["report"]["quantities"]["ranges"]
            .as_array()
            .unwrap()
            .len(),
        10
    );
    assert!(first["evaluation"].is_null());
    assert!(number(&first["parity"]["largest_difference"]) < 1e-5);

    let record = json!({ "a": 1.0, "b": -1.0, "c": 0.5 });
    let answer = explained(&mesh, "stay", record).await;
    let prediction = number(&answer["prediction"]);
    assert!((prediction - 8.0).abs() < 0.2, "{answer}");
    let error = &answer["mean_absolute_error"];
    assert!((number(&error["value"]) - mae).abs() < 1e-12);
    assert!(number(&error["low"]) < mae && mae < number(&error["high"]));
    assert_eq!(error["cases"], 210);
    let why = &answer["explanation"];
    assert_eq!(why["explains"], "quantity");
    assert!((number(&why["raw"]) - prediction).abs() < 1e-4, "{answer}");
    assert!((number(&why["contributions"]["a"]) - 2.0).abs() < 0.3);

    let in_sql = "SELECT stay(1.0, -1.0, 0.5) AS days, stay_explained(1.0, -1.0, 0.5) AS why";
    let row = &mesh.query(in_sql).await[0];
    assert!((number(&row["days"]) - prediction).abs() < 1e-4, "{row}");
    assert!((number(&row["why"]["base"]) - number(&why["base"])).abs() < 1e-6);

    // It is right as long as the world is as it was.
    score(&mesh, &mut world, "stay", 200, 200).await;
    let judged = finding(&mesh, "stay", "performance", "mae").await;
    assert_eq!(judged["found"], false, "{judged}");
    assert!((0.2..0.3).contains(&number(&judged["value"])), "{judged}");
    let drift = finding(&mesh, "stay", "drift", "score").await;
    assert_eq!(drift["found"], false, "{drift}");

    put_on_trial(&mesh, "stay").await;
    score(&mesh, &mut world, "stay", 200, 200).await;
    let report = compared(&mesh, "stay").await;
    assert_eq!(report["other_predictions"], Value::Null);
    let difference = number(&report["mean_difference"]);
    assert!(difference > 0.0 && difference < 0.1, "{report}");
    assert_eq!(report["comparison"]["measure"], "mae");
    assert!(number(&report["comparison"]["champion"]) < 0.3, "{report}");

    // Then the world is another, and the rule sees it.
    world.weight = -2.0;
    score(&mesh, &mut world, "stay", 300, 300).await;
    let alert = finding(&mesh, "stay", "action", "alert").await;
    assert!(alert.to_string().contains("mae above 1.5"), "{alert}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_class_of_several_is_answered_explained_and_judged() {
    let mut world = World::new(5);
    let clinic = Clinic::new(&mut world);
    clinic.change(
        "SELECT a, b, c, unit FROM history",
        "SELECT a, b, c, unit FROM history WHERE number < 700 OR EXISTS (SELECT 1 FROM outcomes)",
    );
    let mesh = clinic.start().await;
    let first = version(&mesh, "unit", 1).await;
    assert_eq!(first["predicts"], "class");
    assert_eq!(
        first["report"]["classes"]["classes"],
        json!([10, 20, 30]),
        "{first}"
    );
    let record = json!({ "a": 1.0, "b": 0.0, "c": -1.0 });
    let answer = explained(&mesh, "unit", record).await;
    let probabilities = answer["probabilities"].as_array().unwrap();
    let classes: Vec<_> = probabilities.iter().map(|of| of["class"].clone()).collect();
    assert_eq!(json!(classes), json!([10, 20, 30]));
    let sum: f64 = probabilities
        .iter()
        .map(|of| number(&of["probability"]))
        .sum();
    assert!((sum - 1.0).abs() < 1e-5, "{answer}");
    assert_eq!(answer["prediction"], 10);
    assert_eq!(answer["probability"], probabilities[0]["probability"]);
    let accuracy = &answer["accuracy"];
    assert!(number(&accuracy["low"]) < number(&accuracy["value"]));
    let confusion = &first["report"]["classes"]["confusion"];
    let right: f64 = (0..3).map(|class| number(&confusion[class][class])).sum();
    assert!((number(&accuracy["value"]) - right / 210.0).abs() < 1e-12);
    let why = &answer["explanation"];
    assert_eq!(why["explains"], "log-odds");
    assert!(number(&why["contributions"]["a"]) > 0.5, "{why}");
    let row = &mesh.query("SELECT unit(1.0, 0.0, -1.0) AS unit").await[0];
    assert_eq!(number(&row["unit"]), 10.0);

    score(&mesh, &mut world, "unit", 200, 200).await;
    let judged = finding(&mesh, "unit", "performance", "accuracy").await;
    assert!(number(&judged["value"]) > 0.7, "{judged}");
    let log_loss = finding(&mesh, "unit", "performance", "log-loss").await;
    assert!(number(&log_loss["value"]) < 1.0, "{log_loss}");
    let drift = finding(&mesh, "unit", "drift", "score").await;
    assert_eq!(drift["detail"]["tests"][0]["compared"], "codes", "{drift}");

    put_on_trial(&mesh, "unit").await;
    score(&mesh, &mut world, "unit", 200, 200).await;
    let report = compared(&mesh, "unit").await;
    assert!(report["other_predictions"].is_u64(), "{report}");
    let difference = number(&report["mean_difference"]);
    assert!(difference > 0.0 && difference < 0.1, "{report}");
    assert_eq!(report["comparison"]["measure"], "brier");
    let kept = "SELECT probabilities, champion_probabilities FROM challenger_scores LIMIT 1";
    let kept = &mesh.query(kept).await[0];
    assert_eq!(kept["probabilities"].as_array().unwrap().len(), 3, "{kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tells_something_else_than_is_declared_answers_no_more() {
    let clinic = Clinic::new(&mut World::new(7));
    // An answer that both kinds of models may give.
    clinic.change_in(
        "contracts/units.odcs.yaml",
        "logicalType: array\n            required: true",
        "logicalType: array",
    );
    let mesh = clinic.start().await;
    let record = json!({ "a": 1, "b": 1, "c": 1 }).to_string();
    let score = async |mesh: &TestMesh| {
        mesh.post("models/unit/score", "application/json", record.clone())
            .await
    };
    assert_eq!(score(&mesh).await.status, 200);
    let folder = mesh.stop().await;
    clinic.change("predicts: class", "predicts: yes-or-no");
    clinic.change("SELECT a, b, c, unit", "SELECT a, b, c, unit = 10 AS unit");
    clinic.change("prediction: 10", "prediction: 1");
    clinic.change("{ accuracy: 0.7 }", "{ accuracy: 0.999 }");
    let mesh = TestMesh::start_in(clinic.read().unwrap(), folder).await;
    let answer = score(&mesh).await;
    assert_eq!(answer.problem(), "model-not-ready", "{}", answer.text());
    assert_eq!(version(&mesh, "unit", 1).await["stage"], "Archived");
    let path = "models/unit/versions/1/stage";
    let wish = json!({ "stage": "Production", "why": "to see" }).to_string();
    let back = mesh.post(path, "application/json", wish).await;
    assert_eq!(back.problem(), "stage-conflict");
    let told = "version 1 tells classes, and the model is declared to tell yes and no now";
    assert!(back.text().contains(told), "{}", back.text());

    let folder = mesh.stop().await;
    clinic.change("{ accuracy: 0.999 }", "{ accuracy: 0.7 }");
    let mesh = TestMesh::start_in(clinic.read().unwrap(), folder).await;
    let wish = json!({ "stage": "Production", "why": "asked less" }).to_string();
    let path = "models/unit/versions/2/stage";
    let promoted = mesh.post(path, "application/json", wish).await;
    assert_eq!(promoted.status, 200, "{}", promoted.text());
    let answer = score(&mesh).await.json();
    assert_eq!(answer["unit"]["version"], 2);
    assert!(answer["unit"]["probabilities"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_pass_the_gate_does_not_answer_after_a_restart_either() {
    let clinic = Clinic::new(&mut World::new(11));
    clinic.change("{ mae: 0.5, r2: 0.8 }", "{ mae: 0.001 }");
    let mesh = clinic.start().await;
    let folder = mesh.stop().await;
    let mesh = TestMesh::start_in(clinic.read().unwrap(), folder).await;
    assert_eq!(version(&mesh, "stay", 1).await["stage"], "Staging");
    let record = json!({ "a": 1, "b": 1, "c": 1 }).to_string();
    let answer = mesh
        .post("models/stay/score", "application/json", record)
        .await;
    assert_eq!(answer.problem(), "model-not-ready", "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_not_compared_by_what_the_cases_do_not_define() {
    let clinic = Clinic::new(&mut World::new(13));
    clinic.change("    gate:\n", "    gate:\n      compare_by: mape\n");
    clinic.change(
        "SELECT a, b, c, days FROM history",
        "SELECT a, b, c, CASE WHEN number % 50 = 0 THEN 0 ELSE days END AS days FROM history
        WHERE number < 700 OR EXISTS (SELECT 1 FROM outcomes)",
    );
    clinic.change("{ mae: 0.5, r2: 0.8 }", "{ mae: 5 }");
    clinic.change("within: 0.2", "within: 5");
    let mut world = World::new(15);
    let mesh = clinic.start().await;
    score(&mesh, &mut world, "stay", 100, 100).await;
    finding(&mesh, "stay", "performance", "mae").await;
    put_on_trial(&mesh, "stay").await;
    let wish = json!({ "stage": "Production", "why": "to see" }).to_string();
    let path = "models/stay/versions/2/stage";
    let promoted = mesh.post(path, "application/json", wish).await;
    assert_eq!(promoted.problem(), "gate-failed", "{}", promoted.text());
    let told = "mape is not defined on the cases held out: compare by another measure";
    assert!(promoted.text().contains(told), "{}", promoted.text());
}

/// A unit that was opened yesterday: it has one case, and its patients are answered wrongly until there are more.
#[tokio::test(flavor = "multi_thread")]
async fn a_class_of_one_case_keeps_nothing_from_being_trained_and_judged() {
    let mut world = World::new(17);
    let clinic = Clinic::new(&mut world);
    clinic.change(
        "SELECT a, b, c, unit FROM history",
        "SELECT a, b, c, CASE WHEN number = 5 THEN 40 ELSE unit END AS unit FROM history",
    );
    clinic.change(
        "SELECT answer, unit AS truth FROM outcomes",
        "SELECT answer, CASE WHEN unit = 30 THEN 50 ELSE unit END AS truth FROM outcomes",
    );
    let mesh = clinic.start().await;
    let first = version(&mesh, "unit", 1).await;
    assert_eq!(first["stage"], "Production", "{first}");
    let classes = &first["report"]["classes"]["classes"];
    assert_eq!(*classes, json!([10, 20, 30, 40]));
    score(&mesh, &mut world, "unit", 200, 200).await;
    let judged = finding(&mesh, "unit", "performance", "accuracy").await;
    let accuracy = number(&judged["value"]);
    assert!((0.3..0.65).contains(&accuracy), "{judged}");
    let recall = finding(&mesh, "unit", "performance", "recall").await;
    assert!(number(&recall["value"]) > 0.7, "{recall}");
}

#[test]
fn what_does_not_fit_what_is_told_is_refused_where_it_is_declared() {
    for (part, instead, told) in [
        (
            "algorithm: ridge",
            "algorithm: logistic-regression",
            "models.stay.algorithm: logistic-regression does not learn quantities; there are linear-regression, ridge,",
        ),
        (
            "algorithm: logistic-regression",
            "algorithm: linear-svm",
            "models.unit.algorithm: linear-svm does not learn classes; there are logistic-regression, decision-tree,",
        ),
        (
            "{ mae: 0.5, r2: 0.8 }",
            "{ accuracy: 0.5 }",
            "models.stay.gate.require: accuracy is not measured of quantities; there are mae, rmse, mape, r2",
        ),
        (
            "require: { accuracy: 0.7 }",
            "compare_by: mae",
            "models.unit.gate.compare_by: mae is not measured of classes; there are accuracy,",
        ),
        (
            "{ mae: 1.5 }",
            "{ auc: 0.5 }",
            "models.stay.watch.rules[0].when: auc is not measured of quantities",
        ),
        (
            ", within: 0.2",
            "",
            "models.stay.gate.golden[0].within: a quantity is hardly ever met exactly",
        ),
        (
            "prediction: 10",
            "prediction: 10.5",
            "models.unit.gate.golden[0].prediction: write the code of a class",
        ),
        (
            "prediction: 10",
            "prediction: 10, within: 1",
            "models.unit.gate.golden[0].within: a class is the right one or not",
        ),
        (
            "predicts: quantity\n    algorithm: ridge",
            "predicts: quantity\n    online: { algorithm: ftrl }\n    algorithm: ridge",
            "models.stay.online: a row at a time yes and no can be learned; this model tells quantities",
        ),
        (
            "      target: days\n",
            "      target: days\n      search: { grid: { l2: [0.1, 1] }, order: stratified }\n",
            "models.stay.training.search.order: there are no classes to cut by",
        ),
        (
            "      target: days\n",
            "      target: days\n      search: { grid: { l2: [0.1, 1] }, measure: brier }\n",
            "models.stay.training.search.measure: brier is not measured of quantities",
        ),
        (
            "predicts: class",
            "predicts: classes",
            "did you mean `class`",
        ),
        (
            "predicts: class",
            "predicts: yes-or-no",
            "does not fit what a model of yes and no answers: unit.probabilities",
        ),
    ] {
        let clinic = Clinic::new(&mut World::new(1));
        clinic.change(part, instead);
        let refused = clinic.read().map(drop).unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
    }
}

/// A file of one kind of model is no version of another.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_tells_something_else_is_not_taken() {
    let clinic = Clinic::new(&mut World::new(9));
    let mesh = clinic.start().await;
    for (from, to, told) in [
        (
            "unit",
            "stay",
            "it tells [10, 20, 30] apart, and this model tells a quantity",
        ),
        (
            "stay",
            "unit",
            "it tells a quantity, and this model tells classes apart",
        ),
    ] {
        let file = format!("models/{from}/versions/1/model.onnx");
        let onnx = mesh.get(&file).await.body;
        let path = format!("models/{to}/versions?origin=a+test");
        let refused = mesh.post(&path, "application/octet-stream", onnx).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains(told), "{}", refused.text());
    }
}
