use serde_json::Value;

use crate::fixture::Folder;

#[test]
fn a_folder_without_mistakes_passes() {
    let folder = Folder::with_product();
    let lint = folder.mesh("contract lint wards");
    assert!(
        lint.stderr.contains("3 documents, 0 mistakes"),
        "{}",
        lint.stderr
    );
    assert_eq!(lint.well(), "");
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_to_write() {
    let folder = Folder::with_contract();
    folder.edit(
        "beds.odcs.yaml",
        "logicalType: string",
        "logicalType: strin",
    );
    folder.mesh("contract lint .").told(&[
        "beds.odcs.yaml:14:36: schema[0].properties[0].logicalType: ",
        "did you mean `string`?",
        "1 document, 1 mistake\n",
    ]);
}

#[test]
fn mistakes_as_json_name_file_line_column_and_path() {
    let folder = Folder::with_contract();
    folder.edit(
        "beds.odcs.yaml",
        "logicalType: string",
        "logicalType: strin",
    );
    let lint = folder.mesh("contract lint beds.odcs.yaml --json");
    assert_eq!(lint.code, Some(1));
    let mistakes: Value = serde_json::from_str(&lint.stdout).unwrap();
    assert_eq!(mistakes.as_array().unwrap().len(), 1);
    assert_eq!(mistakes[0]["file"], "beds.odcs.yaml");
    assert_eq!(
        (&mistakes[0]["line"], &mistakes[0]["column"]),
        (&14.into(), &36.into())
    );
    assert_eq!(mistakes[0]["path"], "schema[0].properties[0].logicalType");
    assert!(
        mistakes[0]["message"]
            .as_str()
            .unwrap()
            .contains("did you mean")
    );
}

#[test]
fn no_mistake_as_json_is_an_empty_list() {
    let folder = Folder::with_contract();
    assert_eq!(folder.mesh("contract lint . --json").well(), "[]\n");
}

#[test]
fn a_folder_without_documents_is_an_error() {
    let folder = Folder::new();
    let told = folder.mesh("contract lint .").badly();
    assert!(
        told.contains("name files that end in .odcs.yaml or .odps.yaml"),
        "{told}"
    );
    let told = folder.mesh("contract lint nowhere").badly();
    assert!(
        told.contains("there is no file or folder nowhere"),
        "{told}"
    );
}

#[test]
fn a_published_file_that_was_changed_is_told_from_wherever_it_is_named() {
    let folder = Folder::with_contract();
    folder.write("contracts/README.md", "Published.\n");
    folder.mesh("contract publish beds.odcs.yaml").well();
    folder.mesh("contract lint contracts").well();
    folder.edit(
        "contracts/testing/beds/1.0.0.odcs.yaml",
        "Counts of beds",
        "Beds",
    );
    let lines = [
        "contract lint contracts",
        "contract lint contracts/testing/beds/1.0.0.odcs.yaml",
    ];
    for line in lines {
        folder.mesh(line).told(&[
            "contracts/testing/beds/1.0.0.odcs.yaml:1:1: ",
            "is published and was changed; put it back as it was",
        ]);
    }
    let inside = folder.at("contracts/testing/beds");
    let lint = ["contract", "lint", "1.0.0.odcs.yaml"];
    crate::process::mesh_in(&inside, &lint).told(&["is published and was changed"]);
}
