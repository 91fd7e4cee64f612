//! Whatever comes, a document is read or refused, in time.

use mesh_contracts::{Contract, ProductDescription, edited, published};

use crate::mutation::try_mutations_of;

#[test]
fn a_mutated_contract_is_read_or_refused() {
    let mut documents: Vec<&str> = published::all().iter().map(Contract::source).collect();
    documents.push(include_str!("everything.yaml"));
    documents.push(include_str!("../documents/valid-everything.odcs.yaml"));
    try_mutations_of(&documents, |yaml| {
        let mistakes = Contract::lint("c.yaml", yaml);
        assert!(mistakes.len() <= 50);
        match Contract::parse("c.yaml", yaml) {
            Err(error) => assert_eq!(mistakes.first(), Some(&error)),
            Ok(contract) => {
                assert!(mistakes.is_empty());
                assert_eq!(contract.source(), yaml);
                for rule in contract.quality() {
                    assert!(!rule.sentence().is_empty());
                    assert!(rule.query("t").unwrap_or_else(|reason| reason).len() > 3);
                }
                for level in contract.service_levels() {
                    assert!(!level.sentence().is_empty());
                }
                if let Ok(new) = edited(yaml, "version", "7.7.7") {
                    assert_eq!(Contract::parse("c.yaml", &new).unwrap().version(), "7.7.7");
                }
            }
        }
    });
}

#[test]
fn a_mutated_description_is_read_or_refused() {
    let documents = [
        include_str!("../documents/valid-everything.odps.yaml"),
        include_str!("../documents/valid-v1.0.0.odps.yaml"),
    ];
    try_mutations_of(&documents, |yaml| {
        let mistakes = ProductDescription::lint("p.yaml", yaml);
        let error = ProductDescription::parse("p.yaml", yaml).err();
        assert_eq!(mistakes.first(), error.as_ref());
    });
}

#[test]
fn a_contract_as_deep_as_documents_may_be_is_read_or_refused_in_time() {
    let mut yaml = include_str!("../documents/valid-least.odcs.yaml").to_owned();
    let (mut properties, mut depth) = (
        "[{ name: a, logicalType: string, requird: true }]".to_owned(),
        0,
    );
    while depth < 15 {
        properties = format!("[{{ name: a, logicalType: object, properties: {properties} }}]");
        depth += 1;
    }
    yaml = yaml.replace("      - { name: a, logicalType: string }\n", "");
    yaml = yaml.replace("properties:", &format!("properties: {properties}"));
    let started = std::time::Instant::now();
    let mistakes = Contract::lint("c.yaml", &yaml);
    assert!(
        mistakes[0].to_string().contains("unknown field `requird`"),
        "{}",
        mistakes[0]
    );
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}
