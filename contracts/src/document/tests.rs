use serde::Deserialize;

use super::parse_document;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    #[expect(dead_code, reason = "only its reading is tested")]
    ports: Vec<Port>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Port {
    #[expect(dead_code, reason = "only its reading is tested")]
    number: u16,
}

fn wrong(yaml: &str) -> String {
    let error = parse_document::<Settings>("mesh.yaml", yaml).unwrap_err();
    error.to_string()
}

#[test]
fn a_mistake_is_told_with_file_line_column_and_path() {
    assert_eq!(
        wrong("ports:\n  - number: 1\n  - number: many\n"),
        "mesh.yaml:3:13: ports[1].number: invalid u16"
    );
    assert!(wrong("ports:\n  - nubmer: 1\n").starts_with("mesh.yaml:2:5: ports[0].nubmer: "));
    assert!(wrong("{}").starts_with("mesh.yaml:1:1: "));
    assert!(wrong("ports: [").starts_with("mesh.yaml:"));
    assert!(wrong("").starts_with("mesh.yaml:1:1: "));
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    assert!(wrong("ports: []\nports: []\n").starts_with("mesh.yaml:2:1: "));
    assert!(wrong("a: &a {ports: []}\n<<: *a\n").starts_with("mesh.yaml:"));
    assert!(wrong("ports: []\n---\nports: []\n").starts_with("mesh.yaml:"));
}

#[test]
fn documents_have_an_end() {
    let deep = format!("ports: {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(wrong(&deep).starts_with("mesh.yaml:"));
    let deep = (0..200).fold(String::new(), |text, depth| {
        text + &"  ".repeat(depth) + "a:\n"
    });
    assert!(wrong(&deep).starts_with("mesh.yaml:"));
    let long = format!("# {}\nports: []", "x".repeat(2_000_000));
    assert_eq!(
        wrong(&long),
        "mesh.yaml:1:1: the document has 2000012 bytes; write at most 1048576"
    );
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
        c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
        e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    assert!(parse_document::<serde_json::Value>("mesh.yaml", bomb).is_err());
}
