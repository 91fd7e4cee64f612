use mesh_contracts::Contract;

use super::Admitted;

fn contract(id: &str, version: &str) -> Contract {
    let yaml = format!(
        "{{apiVersion: v3.2.0, kind: DataContract, id: '{id}', name: beds, version: {version}, status: draft, domain: d, \
         schema: [{{name: beds, properties: [{{name: ward, logicalType: string}}]}}]}}"
    );
    Contract::parse("c.yaml", &yaml).unwrap()
}

#[test]
fn versions_of_the_same_contract_that_are_known_and_not_newer_are_let_in() {
    let known = [
        contract("urn:beds", "1.0.0"),
        contract("urn:beds", "1.1.0"),
        contract("urn:beds", "1.2.0"),
        contract("urn:beds", "2.0.0"),
        contract("urn:beds", "0.9.0"),
        contract("urn:bed", "1.0.0"),
    ];
    let admitted = Admitted::of(&contract("urn:beds", "1.2.0"), known.iter());
    for schema in ["urn:beds:1.0.0", "urn:beds:1.1.0", "urn:beds:1.2.0"] {
        assert_eq!(admitted.check(Some(schema)), Ok(()), "{schema}");
    }
    for (schema, rule) in [
        (None, "schema-absent"),
        (Some("urn:beds:1.0.1"), "schema-unknown"),
        (Some("urn:beds:2.0.0"), "schema-unknown"),
        (Some("urn:beds:0.9.0"), "schema-unknown"),
        (Some("urn:beds:"), "schema-unknown"),
        (Some("urn:beds"), "schema-other"),
        (Some("urn:bed:1.0.0"), "schema-other"),
        (Some("urn:bedside:1.0.0"), "schema-other"),
    ] {
        let violation = admitted.check(schema).unwrap_err();
        assert_eq!(violation.rule(), rule, "{schema:?}");
    }
    let older = Admitted::of(&contract("urn:beds", "1.1.0"), known.iter());
    assert!(older.check(Some("urn:beds:1.2.0")).is_err());
}
