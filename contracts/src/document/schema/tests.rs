use schemars::{JsonSchema, schema_for};
use serde_json::json;

use super::DocumentSchema;

/// What teams write for the platform, in small: made by schemars, as the schemas of such documents are.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is read")]
struct Settings {
    datasets: Vec<Dataset>,
    limit: Option<u32>,
    active: Option<bool>,
}

#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is read")]
struct Dataset {
    name: String,
    from: Source,
    kind: Option<Kind>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is read")]
enum Source {
    Sql(String),
    Port { name: String },
    Empty,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is read")]
enum Kind {
    Table,
    /// With a text of its own, which makes it a form of its own in the schema.
    View,
}

/// What is wrong with the settings, one line each, without the file's name.
fn wrong(yaml: &str) -> Vec<String> {
    let schema = serde_json::to_value(schema_for!(Settings)).unwrap();
    let schema = DocumentSchema::compile(&schema).unwrap();
    let errors = schema.check("mesh.yaml", yaml).into_iter();
    errors
        .map(|error| error.to_string().replacen("mesh.yaml:", "", 1))
        .collect()
}

#[test]
fn what_keeps_the_schema_has_no_mistakes() {
    assert_eq!(
        wrong("datasets:\n  - { name: a, from: { sql: SELECT 1 }, kind: view }\nlimit: 3\n"),
        [""; 0]
    );
    assert_eq!(
        wrong("datasets: [{ name: a, from: empty }]\nlimit:\n"),
        [""; 0]
    );
}

#[test]
fn every_mistake_is_told_in_the_order_of_the_lines() {
    let yaml = "limt: 3\ndatasets:\n  - nam: a\n    from: { sql: 1 }\nactive: yes\nlimit: many\n";
    assert_eq!(
        wrong(yaml),
        [
            "1:1: unknown field `limt`; did you mean `limit`?",
            "3:5: datasets[0]: unknown field `nam`; did you mean `name`?",
            "4:18: datasets[0].from.sql: expected a text, found a number; put it in quotes",
            "5:9: active: expected true or false, found a text; write true or false, without quotes",
            "6:8: limit: expected a whole number, found a text; write a whole number",
        ]
    );
}

#[test]
fn of_several_forms_the_nearest_is_told() {
    let from = |from: &str| wrong(&format!("datasets:\n  - name: a\n    from: {from}\n"));
    for (written, expected) in [
        (
            "{ sq: x }",
            "3:13: datasets[0].from: unknown field `sq`; did you mean `sql`?",
        ),
        (
            "{ port: { nam: x } }",
            "3:21: datasets[0].from.port: unknown field `nam`; did you mean `name`?",
        ),
        (
            "{ port: { name: 1 } }",
            "3:27: datasets[0].from.port.name: expected a text, found a number; put it in quotes",
        ),
        (
            "empt",
            "3:11: datasets[0].from: `empt` is not known here; write empty",
        ),
        (
            "[]",
            "3:11: datasets[0].from: expected a text or a mapping, found a list; write a text or a mapping",
        ),
        (
            "{}",
            "3:11: datasets[0].from: a field is missing; add one of sql, port",
        ),
    ] {
        assert_eq!(
            from(written).first().map(String::as_str),
            Some(expected),
            "{written}"
        );
    }
    let kind = wrong("datasets:\n  - { name: a, from: empty, kind: tabel }\n");
    assert_eq!(
        kind,
        [
            "2:35: datasets[0].kind: `tabel` is not known here; did you mean `table`? write one of table, view"
        ]
    );
}

#[test]
fn a_document_full_of_mistakes_is_told_in_part() {
    let yaml = format!("datasets: [{}]\n", "1, ".repeat(500));
    let errors = wrong(&yaml);
    assert_eq!(errors.len(), 50);
    assert!(errors.iter().all(|error| error.len() < 200), "{errors:?}");
}

#[test]
fn what_is_no_schema_is_refused() {
    for schema in [
        json!({ "type": "text" }),
        json!({ "$ref": "https://example.org/other.json" }),
    ] {
        let error = DocumentSchema::compile(&schema).err().unwrap();
        assert_eq!(error.code(), "schema-invalid");
    }
}
