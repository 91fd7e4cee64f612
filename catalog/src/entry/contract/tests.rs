use serde_json::json;

use super::*;

const CONTRACT: &str = r"
apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:cardiology:readings
name: readings
version: 1.2.0
status: active
domain: cardiology
description: {purpose: Readings from bracelets.}
schema:
  - name: readings
    properties:
      - {name: patient_id, logicalType: string, classification: phi, logicalTypeOptions: {minLength: 1, maxLength: 64}}
      - name: chol
        businessName: Serum cholesterol
        description: Total cholesterol.
        logicalType: number
        required: true
        logicalTypeOptions: {minimum: 50, maximum: 1000}
        customProperties: [{property: unit, value: mg/dl}]
        examples: [233.5]
      - name: heart_risk
        logicalType: object
        properties:
          - {name: probability, logicalType: number, required: true, logicalTypeOptions: {exclusiveMinimum: 0}}
      - name: visits
        logicalType: array
        logicalTypeOptions: {minItems: 1}
        items:
          logicalType: object
          properties: [{name: day, logicalType: date}]
      - name: event_id
        logicalType: string
        required: true
        logicalTypeOptions: {format: uuid}
        customProperties: [{property: assigned, value: event_id}]
";

fn contract(yaml: &str) -> Contract {
    Contract::parse("readings.odcs.yaml", yaml).unwrap()
}

fn rule_of(path: &str) -> Option<String> {
    let entry = ContractEntry::from(&contract(CONTRACT));
    entry
        .fields
        .into_iter()
        .find(|field| field.path == path)
        .unwrap()
        .rule
}

#[test]
fn nested_columns_get_dotted_paths_behind_their_parents() {
    let entry = ContractEntry::from(&contract(CONTRACT));
    let paths: Vec<_> = entry
        .fields
        .iter()
        .map(|field| field.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "patient_id",
            "chol",
            "heart_risk",
            "heart_risk.probability",
            "visits",
            "visits[].day",
            "event_id"
        ]
    );
}

#[test]
fn an_entry_says_what_the_contract_says() {
    let entry = ContractEntry::from(&contract(CONTRACT));
    assert_eq!(
        (
            entry.name.as_str(),
            entry.version.as_str(),
            entry.status.as_str()
        ),
        ("readings", "1.2.0", "active")
    );
    assert_eq!(entry.description, "Readings from bracelets.");
    let chol = &entry.fields[1];
    assert_eq!(chol.title.as_deref(), Some("Serum cholesterol"));
    assert_eq!(
        (chol.kind.as_str(), chol.required, chol.assigned),
        ("number", true, false)
    );
    assert_eq!(entry.fields[0].classification.as_deref(), Some("phi"));
    assert!(entry.fields[6].assigned);
}

#[test]
fn limits_are_told_in_words_with_their_unit() {
    assert_eq!(rule_of("chol").as_deref(), Some("50 to 1000 mg/dl"));
    assert_eq!(rule_of("patient_id").as_deref(), Some("1 to 64 characters"));
    assert_eq!(
        rule_of("heart_risk.probability").as_deref(),
        Some("above 0")
    );
    assert_eq!(rule_of("visits").as_deref(), Some("at least 1 item"));
    assert_eq!(rule_of("event_id").as_deref(), Some("a UUID"));
    assert_eq!(rule_of("heart_risk"), None);
}

#[test]
fn the_example_holds_what_a_producer_may_send() {
    assert_eq!(example(&contract(CONTRACT)), Some(json!({ "chol": 233.5 })));
}

#[test]
fn there_is_no_example_when_something_required_has_none() {
    let yaml = CONTRACT.replace("        examples: [233.5]\n", "");
    assert_eq!(example(&contract(&yaml)), None);
}
