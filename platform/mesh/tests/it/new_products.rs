use crate::fixture::Folder;

const CSV: &str = "beds.csv";

#[test]
fn a_product_of_a_csv_with_awkward_headers_and_gaps_passes_its_own_test() {
    let folder = Folder::with_product();
    let contract = folder.read("wards/contracts/beds.odcs.yaml");
    for name in [
        "ward_name",
        "beds_total",
        "beds_total_2",
        "seen_on",
        "column_5",
    ] {
        assert!(
            contract.contains(&format!("- name: {name}\n")),
            "no {name} in {contract}"
        );
    }
    let told = folder.mesh("test wards").well();
    assert!(told.contains("beds: 3 rows"), "{told}");
    assert!(told.contains("beds_per_day: 1 rows"), "{told}");
    assert!(told.contains(" 0 failed, 0 not run"), "{told}");
}

#[test]
fn a_dry_run_lists_the_files_and_writes_none() {
    let folder = Folder::new();
    folder.write(CSV, "ward,beds\nnorth,3\n");
    let new = "new wards --domain testing --template dataset --from-csv beds.csv";
    let dry = folder.mesh(&format!("{new} --dry-run"));
    assert!(dry.stderr.contains("nothing was written"), "{}", dry.stderr);
    let listed = dry.well();
    assert_eq!(folder.files(), [CSV]);
    let made = folder.mesh(new).well();
    assert_eq!(listed, made);
    for file in folder
        .files()
        .iter()
        .filter_map(|file| file.strip_prefix("wards/"))
    {
        assert!(
            listed.contains(&format!("  {file} ")),
            "no {file} in {listed}"
        );
    }
}

#[test]
fn a_folder_that_is_there_is_left_alone() {
    let folder = Folder::with_product();
    folder.edit("wards/README.md", "# ", "# Our ");
    let before = folder.read("wards/README.md");
    folder
        .mesh("new wards --domain testing --template dataset")
        .told(&["wards is there already: choose another name, or a folder with --into DIR"]);
    assert_eq!(folder.read("wards/README.md"), before);
    folder
        .mesh("new wards --domain testing --template dataset --into elsewhere")
        .well();
    assert!(folder.at("elsewhere/mesh.yaml").is_file());
}

#[test]
fn what_is_missing_or_wrong_is_told_with_what_to_write() {
    let folder = Folder::new();
    let cases: [(&str, &[&str]); 9] = [
        ("new", &["mesh new NAME"]),
        ("new wards", &["--domain DOMAIN"]),
        (
            "new wards --domain testing",
            &["--template", "dataset, model, rust"],
        ),
        (
            "new wards --domain testing --template datset",
            &["did you mean `dataset`?"],
        ),
        (
            "new wards --domain testing --template rust",
            &["--meshwork DIR"],
        ),
        (
            "new wards --domain testing --template rust --meshwork .",
            &["no mesh-sdk in it", "--meshwork DIR"],
        ),
        (
            "new Wards! --domain testing --template dataset",
            &["`Wards!` cannot be the name of a product"],
        ),
        (
            "new wards --domain testing --template dataset --from-csv no.csv",
            &["no.csv: No such file"],
        ),
        (
            "new wards --domain testing --template model --target beds",
            &["beds"],
        ),
    ];
    for (line, parts) in cases {
        folder.mesh(line).told(parts);
        assert!(
            folder.files().is_empty(),
            "{line} wrote {:?}",
            folder.files()
        );
    }
}

#[test]
fn a_product_with_a_model_trains_it_in_its_test() {
    let folder = Folder::new();
    let row = |number: u32| {
        let (stay, age) = (number % 7, 20 + number * 13 % 60);
        let back = if stay > 3 || number.is_multiple_of(11) {
            "yes"
        } else {
            "no"
        };
        format!("{age},{stay},{back}\n")
    };
    let rows: String = (0..200).map(row).collect();
    folder.write(
        "stays.csv",
        &format!("Age,Length of stay,Came back\n{rows}"),
    );
    let new = "new stays --domain testing --template model --from-csv stays.csv";
    folder
        .mesh(&format!("{new} --target Missing"))
        .told(&["Missing"]);
    folder.mesh(&format!("{new} --target came_back")).well();
    let test = folder.mesh("test stays");
    assert!(test.stderr.contains("training "), "{}", test.stderr);
    let told = test.well();
    assert!(told.contains("stays: 200 rows"), "{told}");
}

/// The contract that is drafted fits what such a model answers, or the product would not be read.
#[test]
fn a_model_of_a_new_product_may_tell_a_quantity_or_a_class() {
    let folder = Folder::new();
    let row = |number: u32| {
        let (ward, age) = (number % 3 + 1, 20 + number * 13 % 60);
        format!("{age},{ward},{}.5\n", age / 10 + ward)
    };
    let rows: String = (0..200).map(row).collect();
    folder.write("stays.csv", &format!("Age,Ward,Days\n{rows}"));
    for (name, target, told) in [
        ("days", "days", "mean absolute error"),
        ("wards", "ward", "accuracy"),
    ] {
        let new = format!("new {name} --domain testing --template model --from-csv stays.csv");
        folder.mesh(&format!("{new} --target {target}")).well();
        let test = folder.mesh(&format!("test {name}"));
        assert!(test.stderr.contains(told), "{}", test.stderr);
        test.well();
    }
}

#[test]
fn a_product_whose_data_break_a_quality_rule_fails_its_test() {
    let folder = Folder::with_product();
    let rule = "    quality:\n      - { metric: rowCount, mustBeGreaterThan: 1000, name: enough }\n    properties:\n";
    folder.edit("wards/contracts/beds.odcs.yaml", "    properties:\n", rule);
    folder
        .mesh("test wards")
        .told(&["✗ enough: ", "(found 3, asked for > 1000)"]);
    let json = folder.mesh("test wards --json");
    assert_eq!(json.code, Some(1));
    let reports: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(reports[0]["dataset"], "beds");
}

#[test]
fn a_product_with_a_mistake_fails_its_test_with_the_place() {
    let folder = Folder::with_product();
    folder.edit("wards/mesh.yaml", "{ port: beds }", "{ port: bed }");
    folder.mesh("test wards").told(&[
        "the product in wards cannot be read: mesh.yaml:5:",
        "did you mean `beds`?",
    ]);
    folder
        .mesh("test nowhere")
        .told(&["there is no folder nowhere", "`mesh new`"]);
    folder
        .mesh("test wards/data")
        .told(&["wards/data has no product.odps.yaml", "`mesh new`"]);
}

#[test]
fn a_fresh_product_has_the_newest_template() {
    let folder = Folder::with_product();
    let before = folder.files();
    let told = folder.mesh("template upgrade wards --check").well();
    assert!(
        told.starts_with("template dataset ") && told.ends_with(" is the newest\n"),
        "{told}"
    );
    folder.mesh("template upgrade wards").well();
    assert_eq!(folder.files(), before);
    folder
        .mesh("template upgrade .")
        .told(&["was not made by `mesh new`"]);
}

#[test]
fn the_templates_are_listed_with_versions() {
    let listed = Folder::new().mesh("template list").well();
    let names: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(names, ["dataset", "model", "rust"]);
}
