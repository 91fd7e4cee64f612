use serde_json::Value;

use crate::fixture::{BEDS, Folder, replaced};

/// A greater maximum: producers may send more, consumers meet more.
fn with_a_wider_version() -> Folder {
    let folder = Folder::with_contract();
    let wider = replaced(BEDS, "version: 1.0.0", "version: 1.1.0");
    folder.write(
        "wider.odcs.yaml",
        &replaced(&wider, "maximum: 100", "maximum: 120"),
    );
    folder
}

/// With the folder `contracts` for what is published.
fn with_published() -> Folder {
    let folder = Folder::with_contract();
    std::fs::create_dir(folder.at("contracts")).unwrap();
    folder.mesh("contract publish beds.odcs.yaml").well();
    folder
}

const PUBLISHED: [&str; 2] = [
    "contracts/published.lock",
    "contracts/testing/beds/1.0.0.odcs.yaml",
];

fn published(folder: &Folder) -> Vec<String> {
    let mut files = folder.files();
    files.retain(|file| file.starts_with("contracts/"));
    files
}

#[test]
fn a_version_against_itself_has_no_change() {
    let folder = Folder::with_contract();
    let diff = folder.mesh("contract diff beds.odcs.yaml beds.odcs.yaml");
    assert!(diff.stderr.contains("no change"), "{}", diff.stderr);
    assert_eq!(diff.well(), "");
}

#[test]
fn a_wider_maximum_breaks_readers_and_not_senders() {
    let folder = with_a_wider_version();
    let diff = "contract diff beds.odcs.yaml wider.odcs.yaml";
    let input = folder.mesh(&format!("{diff} --port input")).well();
    assert!(
        input.contains("compatible  beds: the greatest value rises"),
        "{input}"
    );
    for line in [format!("{diff} --port output"), diff.to_owned()] {
        folder.mesh(&line).told(&[
            "breaking    beds: the greatest value rises from 100 to 120",
            "maximum-raised: ",
            "beds 1.0.0 -> 1.1.0: 2 changes, breaking",
        ]);
    }
}

#[test]
fn changes_as_json_have_a_verdict_for_each_port_and_the_rule() {
    let folder = with_a_wider_version();
    let diff = folder.mesh("contract diff beds.odcs.yaml wider.odcs.yaml --json --port input");
    let changes: Value = serde_json::from_str(&diff.well()).unwrap();
    let mut changes = changes.as_array().unwrap().iter();
    let change = changes.find(|change| change["rule"] == "maximum-raised");
    let change = change.unwrap();
    let of_change = [
        ("verdict", "compatible"),
        ("input", "compatible"),
        ("output", "breaking"),
        ("change", "beds: the greatest value rises from 100 to 120"),
    ];
    for (member, expected) in of_change {
        assert_eq!(change[member], expected, "{member}");
    }
    assert!(change["path"].is_string() && change["because"].is_string());
}

#[test]
fn a_first_version_is_published_with_its_line_in_the_lock() {
    let folder = with_published();
    assert_eq!(published(&folder), PUBLISHED);
    assert_eq!(folder.read(PUBLISHED[1]), BEDS);
    assert!(
        folder
            .read(PUBLISHED[0])
            .contains("  testing/beds/1.0.0.odcs.yaml\n")
    );
    folder.mesh("contract lint contracts").well();
    let again = folder.mesh("contract publish beds.odcs.yaml").well();
    assert!(again.contains("published already, and the same"), "{again}");
    assert_eq!(published(&folder), PUBLISHED);
}

#[test]
fn the_next_minor_version_is_published_beside_the_first() {
    let folder = with_published();
    folder.edit("beds.odcs.yaml", "version: 1.0.0", "version: 1.1.0");
    let grown = folder.read("beds.odcs.yaml") + "      - { name: taken, logicalType: integer }\n";
    folder.write("beds.odcs.yaml", &grown);
    folder.mesh("contract publish beds.odcs.yaml").well();
    assert_eq!(folder.read("contracts/testing/beds/1.1.0.odcs.yaml"), grown);
    assert_eq!(folder.read(PUBLISHED[1]), BEDS);
    assert_eq!(
        folder.read(PUBLISHED[0]).matches("testing/beds/").count(),
        2
    );
    folder.mesh("contract lint contracts").well();
}

#[test]
fn a_breaking_change_wants_a_major_version_and_is_told_which() {
    let folder = with_published();
    folder.edit("beds.odcs.yaml", "version: 1.0.0", "version: 1.1.0");
    folder.edit("beds.odcs.yaml", "maximum: 100", "maximum: 90");
    let lock = folder.read(PUBLISHED[0]);
    folder
        .mesh("contract publish beds.odcs.yaml")
        .told(&["breaks what 1.0.0 promises", "write version 2.0.0"]);
    assert_eq!(published(&folder), PUBLISHED);
    assert_eq!(folder.read(PUBLISHED[0]), lock);
    folder.edit("beds.odcs.yaml", "version: 1.1.0", "version: 2.0.0");
    folder.mesh("contract publish beds.odcs.yaml").well();
}

#[test]
fn a_published_version_never_changes() {
    let folder = with_published();
    folder.edit("beds.odcs.yaml", "Counts of beds.", "Beds, counted.");
    folder
        .mesh("contract publish beds.odcs.yaml")
        .told(&["1.0.0 is published and never changes", "as version 1.0.1"]);
    assert_eq!(folder.read(PUBLISHED[1]), BEDS);
}

#[test]
fn a_dry_run_publishes_nothing() {
    let folder = Folder::with_contract();
    std::fs::create_dir(folder.at("contracts")).unwrap();
    let told = folder
        .mesh("contract publish beds.odcs.yaml --dry-run")
        .well();
    assert_eq!(told, "testing/beds/1.0.0.odcs.yaml may be published\n");
    assert_eq!(folder.files(), ["beds.odcs.yaml"]);
}

#[test]
fn a_missing_folder_of_published_contracts_is_told() {
    let folder = Folder::with_contract();
    folder
        .mesh("contract publish beds.odcs.yaml")
        .told(&["there is no folder contracts: make it, or name", "--to DIR"]);
}

/// As after a crash between the lock and the file: the line is there, the file is not.
#[test]
fn a_publication_that_was_cut_short_is_completed_by_the_next() {
    let folder = with_published();
    std::fs::remove_file(folder.at(PUBLISHED[1])).unwrap();
    folder.mesh("contract publish beds.odcs.yaml").well();
    assert_eq!(published(&folder), PUBLISHED);
    assert_eq!(
        folder.read(PUBLISHED[0]).matches("testing/beds/").count(),
        1
    );
    folder.mesh("contract lint contracts").well();
}
