//! Documents with bytes changed, removed, doubled and mixed: whatever comes, it is read or refused, in time.

use mesh_contracts::{Contract, ProductDescription, edited, published};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// One more thing that happened to a document.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(usize, u8),
    Remove(usize, usize),
    Insert(usize, String),
    Double(usize, usize, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let bits = prop_oneof![
        "[ -~]{1,6}",
        "[:\\-{}\\[\\],&*#?|>'\"%@`\n ]{1,6}",
        any::<String>(),
        Just("- ".repeat(60)),
        Just("[".repeat(100)),
    ];
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        (any::<usize>(), 1..40_usize).prop_map(|(at, length)| Mutation::Remove(at, length)),
        (any::<usize>(), bits).prop_map(|(at, text)| Mutation::Insert(at, text)),
        (any::<usize>(), 1..400_usize, any::<usize>())
            .prop_map(|(at, length, to)| Mutation::Double(at, length, to)),
    ]
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: usize, bytes: &[u8]| at % (bytes.len() + 1);
        let part = |at: usize, length: usize, bytes: &[u8]| {
            let start = place(at, bytes);
            start..(start + length).min(bytes.len())
        };
        match self {
            Mutation::Replace(at, byte) => {
                let at = place(*at, bytes);
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
            }
            Mutation::Remove(at, length) => {
                bytes.drain(part(*at, *length, bytes));
            }
            Mutation::Insert(at, text) => {
                let at = place(*at, bytes);
                bytes.splice(at..at, text.bytes());
            }
            Mutation::Double(at, length, to) => {
                let copy = bytes[part(*at, *length, bytes)].to_vec();
                let to = place(*to, bytes);
                bytes.splice(to..to, copy);
            }
        }
    }
}

/// How many documents are tried in each test; more of them with `MESH_FUZZ_CASES`.
fn runner() -> TestRunner {
    let cases = std::env::var("MESH_FUZZ_CASES").ok();
    let cases = cases.map_or(1_000, |cases| {
        cases.parse().expect("MESH_FUZZ_CASES is a number")
    });
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

fn try_mutations_of(documents: &[&str], check: impl Fn(&str)) {
    let strategy = (
        0..documents.len(),
        proptest::collection::vec(mutation(), 1..6),
    );
    let tried = runner().run(&strategy, |(document, mutations)| {
        let mut bytes = documents[document].as_bytes().to_vec();
        mutations
            .iter()
            .for_each(|mutation| mutation.apply(&mut bytes));
        check(&String::from_utf8_lossy(&bytes));
        Ok(())
    });
    tried.unwrap();
}

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
