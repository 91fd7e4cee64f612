use std::fs;
use std::path::Path;

use mesh_sdk::{DataProduct, SdkError};
use mesh_testkit::TestMesh;
use serde_json::Value;
use tempfile::TempDir;

/// Every algorithm that tells yes from no, what some of them are told, and the area under the curve that they reach at
/// least; quantities are not what naive Bayes of counts is made for.
const ALGORITHMS: [(&str, &str, f64); 8] = [
    ("logistic-regression", "{ l2: 0.5 }", 0.7),
    ("decision-tree", "{ max_depth: 4 }", 0.6),
    ("random-forest", "{ trees: 20, max_depth: 6 }", 0.6),
    ("gradient-boosting", "{}", 0.6),
    ("gaussian-naive-bayes", "{}", 0.6),
    ("multinomial-naive-bayes", "{}", 0.5),
    ("linear-svm", "{}", 0.6),
    ("nearest-neighbours", "{ neighbours: 15 }", 0.55),
];

/// The product logistics, whose model is trained otherwise.
fn logistics(algorithm: &str, parameters: &str) -> (TempDir, Result<DataProduct, SdkError>) {
    let folder = tempfile::tempdir().unwrap();
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    copy(
        &Path::new(&root).join("../../products/logistics"),
        folder.path(),
    );
    let path = folder.path().join("mesh.yaml");
    let declared = fs::read_to_string(&path).unwrap();
    let otherwise = declared.replace(
        "algorithm: logistic-regression",
        &format!("algorithm: {algorithm}\n    parameters: {parameters}"),
    );
    assert_ne!(declared, otherwise);
    fs::write(&path, otherwise).unwrap();
    let product = DataProduct::from_files(folder.path().to_owned());
    (folder, product)
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry
            .map(|entry| (entry.path(), entry.file_name()))
            .unwrap();
        match path.is_dir() {
            true => copy(&path, &to.join(name)),
            false => drop(fs::copy(&path, to.join(name)).unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_trained_by_its_name_and_scores() {
    for (algorithm, parameters, least) in ALGORITHMS {
        let (_folder, product) = logistics(algorithm, parameters);
        let mesh = TestMesh::start(product.unwrap()).await;
        let version = mesh.product().models().next().unwrap();
        assert_eq!(version.algorithm, algorithm);
        let auc = version.evaluation.as_ref().unwrap().auc.unwrap();
        assert!(auc > least, "{algorithm}: AUC {auc}");
        let orders = "SELECT * FROM planned_deliveries ORDER BY order_id LIMIT 1";
        let mut order = mesh.query(orders).await.remove(0);
        for assigned in ["event_id", "received_at"] {
            order.as_object_mut().unwrap().remove(assigned);
        }
        let answer = mesh
            .post(
                "models/late-delivery/score",
                "application/json",
                order.to_string(),
            )
            .await;
        assert_eq!(answer.status, 200, "{algorithm}: {}", answer.text());
        let answer: Value = serde_json::from_str(&answer.text()).unwrap();
        let probability = answer["late_delivery"]["probability"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&probability), "{algorithm}: {answer}");
    }
}

#[test]
fn what_an_algorithm_does_not_know_is_told_with_what_it_does() {
    let mistakes = [
        (
            "random-forest",
            "{ tree: 20 }",
            "models.late-delivery.parameters.tree",
        ),
        (
            "random-forest",
            "{ trees: 0 }",
            "models.late-delivery.parameters.trees: is 0, must be from 1 to 1000; leave it out for 100",
        ),
        (
            "random-forest",
            "{ trees: many }",
            "models.late-delivery.parameters.trees",
        ),
        ("random-forests", "{}", "did you mean `random-forest`?"),
        ("k-means", "{}", "mesh.yaml"),
    ];
    for (algorithm, parameters, told) in mistakes {
        let (_folder, product) = logistics(algorithm, parameters);
        let error = product.map(drop).unwrap_err().to_string();
        assert!(error.contains(told), "{algorithm} {parameters}: {error}");
        assert!(error.contains("mesh.yaml:"), "{error}");
    }
}
