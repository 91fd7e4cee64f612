//! Documents with bytes changed, removed, doubled and mixed.

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

pub(crate) fn try_mutations_of(documents: &[&str], check: impl Fn(&str)) {
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
