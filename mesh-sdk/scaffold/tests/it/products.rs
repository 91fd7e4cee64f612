use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mesh_contracts::{Contract, Gate, ProductDescription, Side};
use mesh_scaffold::{NewProduct, Scaffold, ScaffoldError, Templates};
use serde_json::Value;

use crate::support::records;

fn scaffold(template: &str) -> Scaffold {
    Scaffold::new("ward-visits", "cardiology", template)
        .team("Ward team")
        .answer("meshwork", "../..")
        .mesh_schema("{}")
}

fn build(scaffold: &Scaffold) -> NewProduct {
    let built = scaffold.build(&Templates::builtin().unwrap());
    built.unwrap_or_else(|error| panic!("{error}"))
}

fn error(scaffold: &Scaffold) -> ScaffoldError {
    scaffold.build(&Templates::builtin().unwrap()).unwrap_err()
}

fn text<'a>(product: &'a NewProduct, path: &str) -> &'a str {
    let file = product.files().get(Path::new(path));
    std::str::from_utf8(file.unwrap_or_else(|| panic!("no {path}"))).unwrap()
}

fn mesh_yaml(product: &NewProduct) -> Value {
    let yaml = text(product, "mesh.yaml");
    mesh_contracts::parse_document("mesh.yaml", yaml)
        .unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

fn contracts(product: &NewProduct) -> Vec<Contract> {
    let files = product.files().iter();
    let documents = files.filter(|(path, _)| path.starts_with("contracts"));
    let parse = |(path, bytes): (&PathBuf, &Vec<u8>)| {
        let yaml = std::str::from_utf8(bytes).unwrap();
        Contract::parse(&path.to_string_lossy(), yaml)
            .unwrap_or_else(|error| panic!("{error}\n{yaml}"))
    };
    documents.map(parse).collect()
}

fn file(folder: &tempfile::TempDir, name: &str, csv: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, csv).unwrap();
    path
}

/// Names that a careless template would write wrongly.
fn hostile() -> String {
    let rows =
        (0..60).map(|row| format!("{row},{}.5,{},x'y{},{}\n", row, row % 3, row % 2, row % 2));
    format!(
        "null,order,event_id,group,\"it's # \"\"odd\"\": yes\"\n{}",
        rows.collect::<String>()
    )
}

/// What the parts of a product say of each other holds, so that the platform can start it.
fn hangs_together(product: &NewProduct) {
    let yaml = text(product, "product.odps.yaml");
    let description = ProductDescription::parse("product.odps.yaml", yaml)
        .unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    let contracts = contracts(product);
    let mesh = mesh_yaml(product);
    let ports = description
        .input_ports()
        .iter()
        .chain(description.output_ports());
    for port in ports {
        let contract = contracts
            .iter()
            .find(|contract| contract.id() == port.contract_id());
        assert_eq!(
            contract.map(Contract::version),
            Some(port.version()),
            "{}",
            port.name()
        );
    }
    let datasets: BTreeSet<&str> = mesh["datasets"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let outputs: BTreeSet<&str> = description
        .output_ports()
        .iter()
        .map(|port| port.name())
        .collect();
    assert_eq!(datasets, outputs);
    for (name, dataset) in mesh["datasets"].as_object().unwrap() {
        let output = description
            .output_ports()
            .iter()
            .find(|port| port.name() == name)
            .unwrap();
        if let Some(port) = dataset["from"]["port"].as_str() {
            let input = description
                .input_ports()
                .iter()
                .find(|input| input.name() == port)
                .unwrap();
            assert_eq!(input.contract_id(), output.contract_id());
            let contract = contracts
                .iter()
                .find(|contract| contract.id() == output.contract_id())
                .unwrap();
            let data = text(product, dataset["starting_data"]["file"].as_str().unwrap());
            let gate = Gate::compile(contract, Side::Input);
            for record in records(contract, data) {
                gate.check(&record).unwrap();
            }
        }
        if let Some(sql) = dataset["from"]["sql"].as_str() {
            assert!(text(product, sql).contains("SELECT"));
        }
    }
}

#[test]
fn a_template_leaves_out_what_it_has_no_use_for() {
    let files = |template: &str| {
        let built = build(&scaffold(template));
        let paths = built.files().keys();
        paths.filter(|path| path.starts_with("transforms")).count()
    };
    assert_eq!((files("dataset"), files("rust")), (1, 0));
}

#[test]
fn every_template_makes_a_product_that_hangs_together() {
    let folder = tempfile::tempdir().unwrap();
    let csv = file(&folder, "null.csv", &hostile());
    for (template, version, description) in Templates::builtin().unwrap().list() {
        assert!(!description.is_empty() && version == "1.0.0");
        for scaffold in [scaffold(template), scaffold(template).csv(&csv)] {
            let product = build(&scaffold);
            hangs_together(&product);
            let files = product
                .files()
                .keys()
                .map(|path| path.to_string_lossy().into_owned());
            let files: Vec<String> = files.collect();
            for file in [
                "README.md",
                ".gitignore",
                ".github/workflows/mesh.yml",
                ".mesh/mesh.schema.json",
            ] {
                assert!(
                    files.contains(&file.to_owned()),
                    "{template}: {file} is not in {files:?}"
                );
            }
            assert!(!text(&product, "README.md").contains("{{"));
            assert_eq!(
                build(&scaffold).files(),
                product.files(),
                "the same every time"
            );
        }
    }
}

#[test]
fn the_product_says_when_its_data_is_made_up() {
    assert!(text(&build(&scaffold("dataset")), "README.md").contains("made up"));
    let folder = tempfile::tempdir().unwrap();
    let csv = file(&folder, "Weekly Cases.csv", "a,b\n1,2\n");
    let product = build(&scaffold("dataset").csv(csv));
    assert!(!text(&product, "README.md").contains("made up"));
    assert_eq!(text(&product, "data/weekly_cases.csv"), "a,b\n1,2\n");
}

#[test]
fn a_model_learns_from_numbers_and_codes_and_says_why_not_from_others() {
    let product = build(&scaffold("model"));
    let mesh = mesh_yaml(&product);
    let (name, model) = mesh["models"].as_object().unwrap().iter().next().unwrap();
    assert_eq!(name, "predict-missed");
    let features = &model["features"];
    assert_eq!(
        features["numeric"],
        serde_json::json!(["distance_km", "waiting_days"])
    );
    assert_eq!(
        features["categorical"],
        serde_json::json!(["reminded", "missed_before"])
    );
    let yaml = text(&product, "mesh.yaml");
    assert!(
        yaml.contains("# day is a day or a time") && yaml.contains("# site is text"),
        "{yaml}"
    );
    let sql = model["training"]["sql"].as_str().unwrap();
    for part in [
        "\"missed\" AS \"missed\"",
        "ORDER BY \"event_id\"",
        "\"missed\" IS NOT NULL",
    ] {
        assert!(sql.contains(part), "{sql}");
    }
}

/// The record that a call sends and the answer as `mesh_sdk` makes it are a row of the scores.
#[test]
fn an_answer_keeps_the_contract_of_the_scores() {
    let product = build(&scaffold("model"));
    let contracts = contracts(&product);
    let named = |name: &str| {
        contracts
            .iter()
            .find(|contract| contract.name() == name)
            .unwrap()
    };
    let input = Gate::compile(named("appointments"), Side::Input);
    let stored = Gate::compile(named("appointments-scores"), Side::Stored);
    for record in records(input.contract(), text(&product, "data/appointments.csv")) {
        let mut record = record;
        record.remove("missed");
        input.check(&record).unwrap();
        let answer = serde_json::json!({
            "prediction": 1, "probability": 0.75,
            "accuracy": { "value": 0.8, "cases": 72, "low": 0.7, "high": 0.9 },
            "model": "predict-missed", "version": 1,
            "event_id": "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b",
            "scored_at": "2026-03-14T09:26:53.589793Z",
        });
        record.insert("predicted_missed".to_owned(), answer);
        stored.check(&record).unwrap();
    }
}

#[test]
fn targets_become_yes_and_no() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..100)
        .map(|row| {
            format!(
                "{row}.5,{},{},{},word{row}\n",
                ["No", "Yes"][row % 2],
                row % 5,
                row % 2 + 1
            )
        })
        .collect();
    let csv = file(&folder, "x.csv", &format!("a,Word,grade,two,text\n{rows}"));
    let sql = |target: &str| {
        let product = build(&scaffold("model").csv(&csv).target(target));
        let mesh = mesh_yaml(&product);
        let (_, model) = mesh["models"].as_object().unwrap().iter().next().unwrap();
        hangs_together(&product);
        model["training"]["sql"].as_str().unwrap().to_owned()
    };
    assert!(sql("Word").contains("\"word\" = 'Yes' AS \"word\""));
    assert!(sql("grade").contains("\"grade\" > 0 AS \"grade\""));
    assert!(sql("two").contains("\"two\" = 2 AS \"two\""));

    for (target, reason) in [("text", "not true or false"), ("nothing", "no such column")] {
        let error = error(&scaffold("model").csv(&csv).target(target));
        assert_eq!(error.code(), "target-unusable");
        let message = error.to_string();
        assert!(
            message.contains(reason) && message.contains("word, grade, two"),
            "{message}"
        );
    }
}

#[test]
fn a_target_that_is_named_may_be_a_class_or_a_quantity() {
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..120)
        .map(|row| format!("{}.5,{},{}\n", row * 7 % 30, row % 3 + 1, row * 11 % 60))
        .collect();
    let csv = file(&folder, "x.csv", &format!("days,Ward,age\n{rows}"));
    for (target, predicts, algorithm, told) in [
        ("days", "quantity", "ridge", "the quantity days"),
        ("age", "quantity", "ridge", "the quantity age"),
        ("Ward", "class", "logistic-regression", "the class ward"),
    ] {
        let product = build(&scaffold("model").csv(&csv).target(target));
        hangs_together(&product);
        let mesh = mesh_yaml(&product);
        let (_, model) = mesh["models"].as_object().unwrap().iter().next().unwrap();
        assert_eq!(model["predicts"], predicts);
        assert_eq!(model["algorithm"], algorithm);
        let readme = text(&product, "README.md");
        assert!(readme.contains(&format!("predicts {told}. ")), "{readme}");
    }
    // Unasked, only what is yes or no is predicted.
    let numbers = error(&scaffold("model").csv(&csv));
    assert!(numbers.to_string().contains("--target"), "{numbers}");
}

#[test]
fn what_nothing_can_be_learned_from_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let csv = file(&folder, "x.csv", "a,b\nx,y\n");
    assert_eq!(
        error(&scaffold("model").csv(&csv)).code(),
        "target-unusable"
    );
    let rows = "true\nfalse\n".repeat(20);
    let csv = file(&folder, "y.csv", &format!("b\n{rows}"));
    assert_eq!(error(&scaffold("model").csv(csv)).code(), "no-features");
}

#[test]
fn slips_are_named() {
    let unknown = error(&scaffold("datset"));
    assert_eq!(unknown.code(), "template-unknown");
    assert!(
        unknown.to_string().contains("did you mean `dataset`?"),
        "{unknown}"
    );
    let version = error(&scaffold("dataset").version("9.0.0"));
    assert!(version.to_string().contains("1.0.0"), "{version}");
    for name in ["Ward", "", "1st", "ward_visits"] {
        let error = error(&Scaffold::new(name, "cardiology", "dataset"));
        assert_eq!(error.code(), "name-invalid", "{name}");
    }
    let unanswered = error(&Scaffold::new("a", "b", "rust"));
    assert_eq!(unanswered.code(), "template-unanswered");
    let nowhere = error(&scaffold("dataset").csv("/nowhere/x.csv"));
    assert_eq!(nowhere.code(), "file-unusable");
}

#[test]
fn a_product_is_written_into_an_empty_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let product = build(&scaffold("dataset"));
    let target = folder.path().join("ward-visits");
    product.write(&target).unwrap();
    for (path, bytes) in product.files() {
        assert_eq!(&std::fs::read(target.join(path)).unwrap(), bytes);
    }
    assert_eq!(
        product.write(&target).unwrap_err().code(),
        "folder-not-empty"
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing else is left"
    );
}
