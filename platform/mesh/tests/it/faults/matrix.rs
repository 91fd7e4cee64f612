//! docs/fault-matrix.md names tests that are there, and every test of this folder.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

#[test]
fn every_row_of_the_fault_matrix_names_its_test() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| {
        let text = std::fs::read_to_string(repository.join(path));
        text.unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let named = Regex::new(r"\[`(\w+)`\]\(\.\./([\w/.-]+)\)").unwrap();
    let matrix = read("docs/fault-matrix.md");
    let mut tests = BTreeSet::new();
    for row in matrix.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let mut proofs = named.captures_iter(row).peekable();
        assert!(proofs.peek().is_some(), "no test is named in: {row}");
        for proof in proofs {
            let (test, file) = (&proof[1], &proof[2]);
            let is_there = read(file).contains(&format!("fn {test}("));
            assert!(is_there, "there is no {test} in {file}");
            tests.insert((file.to_owned(), test.to_owned()));
        }
    }
    let folder = "platform/mesh/tests/it/faults";
    let ignored = Regex::new(r#"#\[ignore = "[^"]+"\]\s+async fn (\w+)\("#).unwrap();
    for entry in std::fs::read_dir(repository.join(folder)).unwrap() {
        let file = format!("{folder}/{}", entry.unwrap().file_name().display());
        for test in ignored.captures_iter(&read(&file)) {
            let row = (file.clone(), test[1].to_owned());
            assert!(tests.contains(&row), "no row names {} of {file}", row.1);
        }
    }
}
