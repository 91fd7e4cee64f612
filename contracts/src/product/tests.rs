use super::ProductDescription;

const PRODUCT: &str = "\
apiVersion: v1.1.0
kind: DataProduct
id: urn:mesh:cardiology:bracelet
name: bracelet
version: 1.0.0
status: active
domain: cardiology
description: { purpose: To know., limitations: Few., usage: Ask. }
tags: [heart]
team: { name: Cardiology, members: [{ username: ada@example.org, role: owner }] }
inputPorts:
  - { name: readings, version: 1.0.0, contractId: urn:mesh:contract:cardiology:heart-readings }
outputPorts:
  - name: heart_readings
    version: 1.0.0
    contractId: urn:mesh:contract:cardiology:heart-readings
    description: Every reading.
    type: delta
managementPorts:
  - { name: health, content: observability, url: \"https://example.org/health\" }
support:
  - { channel: heart, url: \"mailto:heart@example.org\", description: Ask here. }
";

fn wrong(from: &str, to: &str) -> String {
    assert!(PRODUCT.contains(from), "{from}");
    let yaml = PRODUCT.replacen(from, to, 1);
    ProductDescription::parse("p.yaml", &yaml)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_description_is_read() {
    let product = ProductDescription::parse("p.yaml", PRODUCT).unwrap();
    assert_eq!(
        (product.id(), product.name()),
        ("urn:mesh:cardiology:bracelet", "bracelet")
    );
    assert_eq!(
        (product.version(), product.status(), product.domain()),
        ("1.0.0", "active", "cardiology")
    );
    assert_eq!(
        (product.purpose(), product.limitations(), product.usage()),
        ("To know.", "Few.", "Ask.")
    );
    assert_eq!(
        (product.team(), product.tags()),
        ("Cardiology", &["heart".to_owned()][..])
    );
    let [input] = product.input_ports() else {
        panic!()
    };
    assert_eq!(
        (input.name(), input.version(), input.description()),
        ("readings", "1.0.0", "")
    );
    let [output] = product.output_ports() else {
        panic!()
    };
    assert_eq!(
        output.contract_id(),
        "urn:mesh:contract:cardiology:heart-readings"
    );
    assert_eq!(output.description(), "Every reading.");
    let [health] = product.management_ports() else {
        panic!()
    };
    assert_eq!(
        (health.name(), health.content(), health.description()),
        ("health", "observability", "")
    );
    assert_eq!(health.url(), Some("https://example.org/health"));
    let [support] = product.support() else {
        panic!()
    };
    assert_eq!(
        (support.channel(), support.description()),
        ("heart", "Ask here.")
    );
    assert_eq!(support.url(), "mailto:heart@example.org");
    assert_eq!(product.source(), PRODUCT);
}

#[test]
fn version_1_0_of_the_standard_lists_people() {
    let (team, rest) = ("apiVersion: v1.1.0", "apiVersion: v1.0.0");
    assert_eq!(
        wrong(team, rest),
        "p.yaml:10:7: team: expected a list, found a mapping; write `apiVersion: v1.1.0` at the top, or write a list"
    );
    let yaml = PRODUCT.replace(team, rest).replace(
        "team: { name: Cardiology, members: [{ username: ada@example.org, role: owner }] }",
        "team: [{ username: ada@example.org, name: Ada }, { username: bob@example.org }]",
    );
    let product = ProductDescription::parse("p.yaml", &yaml).unwrap();
    assert_eq!(product.team(), "Ada, bob@example.org");
}

#[test]
fn a_mistake_is_told_with_its_place() {
    for (from, to, expected) in [
        (
            "inputPorts",
            "inputPort",
            "p.yaml:11:1: unknown field `inputPort`; did you mean `inputPorts`?",
        ),
        (
            ", contractId: urn:mesh:contract:cardiology:heart-readings }",
            " }",
            "p.yaml:12:5: inputPorts[0]: `contractId` is missing; add `contractId:`",
        ),
        (
            "readings, version: 1.0.0,",
            "readings, version: 1.0.0, description: x,",
            "p.yaml:12:39: inputPorts[0]: unknown field `description`; known here: id, name, version, contractId, \
          deprecated, tags, customProperties, authoritativeDefinitions",
        ),
        (
            "content: observability",
            "content: stuff",
            "p.yaml:20:30: managementPorts[0].content: `stuff` is not known here; write one of discoverability, \
          observability, control, dictionary",
        ),
        (
            "outputPorts:\n",
            "outputPorts:\n  - { name: heart_readings, version: 1.0.0, contractId: x }\n",
            "p.yaml:15:5: outputPorts[1]: port `heart_readings` 1.0.0 is there already; give it a name or a version of \
          its own",
        ),
    ] {
        assert_eq!(wrong(from, to), expected);
    }
}
