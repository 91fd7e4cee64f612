//! Records are health data: no message may repeat what stands in them.

use mesh_contracts::{Gate, Record, Side, Violation, json};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::everything;

const SECRET: &str = "S3CR3T";
const SECRET_NUMBER: i64 = 735_193_735_193;

fn hides_the_secret(told: &str) -> bool {
    !told.contains(SECRET) && !told.contains(&SECRET_NUMBER.to_string())
}

fn secret_value() -> impl Strategy<Value = Value> {
    select(vec![
        json!(SECRET),
        json!(SECRET_NUMBER),
        json!(SECRET_NUMBER as f64 + 0.5),
        json!([SECRET]),
        json!([[SECRET_NUMBER]]),
        json!({"name": SECRET}),
        json!({"name": [SECRET], "floor": SECRET}),
        json!([{"id": SECRET, "seen": SECRET}]),
        json!(format!("2024-01-01T00:00:00Z{SECRET}")),
    ])
}

fn secret_record() -> impl Strategy<Value = Record> {
    let contract = everything();
    let mut names: Vec<String> = contract
        .schema()
        .properties()
        .iter()
        .map(|property| property.name().to_owned())
        .collect();
    names.push("unknown".to_owned());
    proptest::collection::vec((select(names), secret_value()), 1..10)
        .prop_map(|fields| fields.into_iter().collect())
}

proptest! {
    #[test]
    fn violations_never_repeat_a_value(record in secret_record()) {
        let contract = everything();
        for side in [Side::Input, Side::Stored] {
            for violation in Gate::compile(&contract, side).check(&record).err().unwrap_or_default() {
                let told = format!("{violation} {violation:?} {}", serde_json::to_string(&violation).unwrap());
                prop_assert!(hides_the_secret(&told), "{}", told);
            }
        }
        let gated = Gate::compile(&contract, Side::Stored).batch(vec![record]);
        let told = format!("{:?}", gated.rejected);
        prop_assert!(hides_the_secret(&told), "{}", told);
    }

    #[test]
    fn parse_errors_never_repeat_the_text(
        record in secret_record(),
        cut in any::<prop::sample::Index>(),
        garbage in select(vec!["", "}", "\"", "\u{1}", "\\", ",", "{", "nan", "1e999", "S3CR3T", "\"a\":1,\"a\":2"]),
        keeps_the_rest in any::<bool>(),
    ) {
        let text = Value::Object(record).to_string();
        let (before, after) = text.split_at(cut.index(text.len()));
        let spoiled = format!("{before}{garbage}{}", if keeps_the_rest { after } else { "" });
        let mut bytes = spoiled.clone().into_bytes();
        bytes.push(0xff);
        let errors = [
            json::parse_record(spoiled.as_bytes()).err(),
            json::split_records(spoiled.as_bytes()).err(),
            json::parse_record(&bytes).err(),
        ];
        for error in errors.into_iter().flatten() {
            let told = format!("{error} {error:?} {}", Violation::from(error.clone()));
            // Where the garbage makes a key of the secret, the key is what is told: it is a name, not a value.
            prop_assert!(error.code() == "duplicate-key" || hides_the_secret(&told), "{}", told);
        }
    }
}
