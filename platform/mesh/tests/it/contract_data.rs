use serde_json::Value;

use crate::fixture::{BEDS, Folder};
use crate::process::{Mesh, mesh, text};

fn with_data(file: &str, rows: &str) -> Folder {
    let folder = Folder::with_contract();
    folder.write(file, rows);
    folder
}

#[test]
fn data_that_keep_the_contract_pass() {
    let csv = "ward,beds\nnorth,3\nsouth,5\nwest,4\n";
    let ndjson = "{\"ward\":\"north\",\"beds\":3}\n\n{\"ward\":\"south\",\"beds\":5}\n{\"ward\":\"west\",\"beds\":4}\n";
    for (file, rows) in [("beds.csv", csv), ("beds.ndjson", ndjson)] {
        let folder = with_data(file, rows);
        let told = folder
            .mesh(&format!("contract test beds.odcs.yaml --data {file}"))
            .well();
        assert!(told.contains("1.0.0: 3 rows, 0 of them broken"), "{told}");
        assert!(told.contains("✓ enough: "), "{told}");
    }
}

#[test]
fn broken_rows_are_listed_without_their_values() {
    let csv = "ward,beds\nnorth,3\nsouth,many\nCONFIDENTIAL-WARD-17,4711\nwest,4\n";
    let ndjson = concat!(
        "{\"ward\":\"north\",\"beds\":3}\n",
        "{\"ward\":\"south\",\"beds\":\"many\"}\n",
        "{\"ward\":\"CONFIDENTIAL-WARD-17\",\"beds\":4711}\n",
        "{\"ward\":\"west\",\"beds\":4}\n",
    );
    for (file, rows) in [("beds.csv", csv), ("beds.ndjson", ndjson)] {
        let folder = with_data(file, rows);
        let told = folder
            .mesh(&format!("contract test beds.odcs.yaml --data {file}"))
            .badly();
        for part in [
            "4 rows, 2 of them broken",
            "row 2: beds: ",
            "row 3: beds: ",
            "(maximum)",
            "✗ enough: ",
        ] {
            assert!(told.contains(part), "no {part} in {told}");
        }
        for value in ["many", "CONFIDENTIAL", "4711"] {
            assert!(!told.contains(value), "{value} is in {told}");
        }
    }
}

#[test]
fn the_report_as_json_has_the_rows_and_the_rules() {
    let folder = with_data("beds.csv", "ward,beds\nnorth,3\nsouth,4711\n");
    let test = folder.mesh("contract test beds.odcs.yaml --data beds.csv --json");
    assert_eq!(test.code, Some(1));
    let report: Value = serde_json::from_str(&test.stdout).unwrap();
    assert_eq!(
        (&report["rows"], &report["broken_rows"]),
        (&2.into(), &1.into())
    );
    assert_eq!(report["listed"][0]["row"], 2);
    assert_eq!(report["listed"][0]["violations"][0]["field"], "beds");
    assert_eq!(report["results"][0]["rule"], "enough");
    assert_eq!(report["results"][0]["verdict"], "failed");
}

#[test]
fn data_that_cannot_be_read_are_told_with_what_to_name() {
    let folder = with_data("beds.txt", "");
    let test = folder.mesh("contract test beds.odcs.yaml");
    assert_eq!(test.code, Some(2));
    assert!(
        test.stderr
            .contains("<--data <PATH>|--dataset <PRODUCT/DATASET>>"),
        "{}",
        test.stderr
    );
    let told = folder
        .mesh("contract test beds.odcs.yaml --data beds.txt")
        .badly();
    let remedy = "name a .csv, .ndjson or .parquet file, or the folder of a Delta table";
    assert_eq!(told, format!("error: beds.txt: {remedy}\n"), "once");
    folder
        .mesh("contract test beds.odcs.yaml --data nowhere.csv")
        .told(&["error: nowhere.csv: No such file"]);
    folder
        .mesh("contract test beds.odcs.yaml --dataset wards/beds --data-dir nowhere")
        .told(&["there is no dataset wards/beds in nowhere", "`mesh up`"]);
    folder
        .mesh("contract test beds.odcs.yaml --dataset beds")
        .told(&["name the dataset as product/dataset"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dataset_is_tested_where_it_is_and_as_parquet() {
    let mesh_up = Mesh::up().await;
    let data_dir = text(mesh_up.folder.path());
    let folder = Folder::with_contract();
    let parquet = folder.at("cases.parquet");
    let dataset = "epidemiology/weekly_cases";
    mesh(&[
        "dataset",
        "export",
        dataset,
        "--output",
        text(&parquet),
        "--data-dir",
        data_dir,
    ])
    .well();
    let contracts = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/epidemiology");
    let contract = format!("{contracts}/weekly-cases/1.0.0.odcs.yaml");
    let of_file = ["contract", "test", &contract, "--data", text(&parquet)];
    let in_place = [
        "contract",
        "test",
        &contract,
        "--dataset",
        dataset,
        "--data-dir",
        data_dir,
    ];
    for line in [&of_file[..], &in_place[..]] {
        let told = mesh(line).well();
        assert!(told.contains(" 6240 rows, 0 of them broken"), "{told}");
    }
    let beds = folder.at("beds.odcs.yaml");
    mesh(&["contract", "test", text(&beds), "--data", text(&parquet)])
        .told(&["is not in the contract"]);
}

#[test]
fn the_page_of_a_contract_needs_no_server_and_no_script() {
    let folder = Folder::with_contract();
    folder.mesh("contract docs beds.odcs.yaml").well();
    assert_eq!(folder.files(), ["beds-1.0.0.html", "beds.odcs.yaml"]);
    let page = folder.read("beds-1.0.0.html");
    assert!(page.contains("Counts of beds.") && page.contains("<style"));
    assert!(!page.contains("<script") && !page.contains("<link"));
    for reference in ["src=\"", "href=\"", "url("] {
        for (place, _) in page.match_indices(reference) {
            let target = &page[place + reference.len()..];
            let inside = target.starts_with('#') || target.starts_with("data:");
            assert!(inside, "{}", &target[..40]);
        }
    }
    let printed = folder
        .mesh("contract docs beds.odcs.yaml --output -")
        .well();
    assert_eq!(printed, page);
    assert_eq!(folder.read("beds.odcs.yaml"), BEDS);
}
