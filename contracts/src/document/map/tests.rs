use super::DocumentMap;

const YAML: &str = "\
datasets:
  cases:
    from: { sql: SELECT 1 }
  weekly.cases:
    - [a, b]
    - name: c
";

fn place(path: &str) -> (u64, u64) {
    let document = DocumentMap::parse("mesh.yaml", YAML).unwrap();
    let error = document.error(path, "is wrong", "mend it");
    assert_eq!(error.path(), path);
    (error.line(), error.column())
}

#[test]
fn a_path_leads_to_its_value() {
    for (path, expected) in [
        ("datasets.cases.from.sql", (3, 18)),
        ("datasets.cases.from", (3, 11)),
        ("datasets.weekly.cases[0][1]", (5, 11)),
        ("datasets.weekly.cases[1].name", (6, 13)),
        ("", (1, 1)),
    ] {
        assert_eq!(place(path), expected, "{path}");
    }
}

#[test]
fn a_path_that_ends_nowhere_leads_to_what_is_around_it() {
    for (path, expected) in [
        ("datasets.cases.from.port.name", (3, 11)),
        ("datasets.weekly.cases[7]", (5, 5)),
        ("datasets.weekly.cases[x]", (5, 5)),
        ("datasets.cases[0]", (3, 5)),
        ("nothing.at.all", (1, 1)),
    ] {
        assert_eq!(place(path), expected, "{path}");
    }
}

#[test]
fn an_error_reads_like_those_of_the_reader() {
    let document = DocumentMap::parse("mesh.yaml", YAML).unwrap();
    let error = document.error("datasets.cases.from.sql", "no such table", "name another");
    assert_eq!(
        error.to_string(),
        "mesh.yaml:3:18: datasets.cases.from.sql: no such table; name another"
    );
}
