mod moments;

use mesh_contracts::{Contract, Gate, Record, Side, published};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::everything;
use crate::records::{fitting, near_the_limits, records};

fn contracts() -> Vec<Contract> {
    published::all()
        .iter()
        .cloned()
        .chain([everything()])
        .collect()
}

fn validator(contract: &Contract, side: Side) -> jsonschema::Validator {
    let schema = contract.json_schema(side);
    let mut options = jsonschema::draft202012::options().should_validate_formats(true);
    for (name, keeps) in moments::BOUNDS {
        options = options.with_keyword(name, move |schema, bound, _| {
            Ok(moments::bound(schema, bound, keeps))
        });
    }
    options.build(&schema).unwrap()
}

#[test]
fn derived_schemas_are_json_schema_2020_12() {
    for contract in contracts() {
        for side in [Side::Input, Side::Stored] {
            let schema = contract.json_schema(side);
            if let Err(error) = jsonschema::draft202012::meta::validate(&schema) {
                panic!("{contract:?} {side:?}: {error}");
            }
        }
    }
}

#[test]
fn the_gate_accepts_what_the_json_schema_accepts() {
    for contract in contracts() {
        for side in [Side::Input, Side::Stored] {
            let gate = Gate::compile(&contract, side);
            let validator = validator(&contract, side);
            let mut runner = TestRunner::new(Config::with_cases(1_000));
            let agree = |record: Record| {
                let gated = gate.check(&record);
                let record = Value::Object(record);
                let valid = validator.is_valid(&record);
                prop_assert_eq!(
                    gated.is_ok(),
                    valid,
                    "{:?} {:?}: {} {:?}",
                    contract,
                    side,
                    record,
                    gated
                );
                Ok(())
            };
            runner
                .run(&records(contract.schema().properties()), agree)
                .unwrap();
        }
    }
}

/// Of single values, so that each property is tried often, mostly with what nearly keeps its rules.
#[test]
fn every_property_accepts_what_its_json_schema_accepts() {
    let contract = everything();
    let gate = Gate::compile(&contract, Side::Input);
    let validator = validator(&contract, Side::Input);
    let mut whole = Record::new();
    whole.insert("count".to_owned(), json!(3));
    whole.insert("place".to_owned(), json!({"name": "ward"}));
    let sent = contract.schema().properties().iter();
    for property in sent.filter(|property| property.assigned().is_none()) {
        let agree = |value: Value| {
            let mut record = whole.clone();
            record.insert(property.name().to_owned(), value);
            let gated = gate.check(&record);
            let record = Value::Object(record);
            prop_assert_eq!(
                gated.is_ok(),
                validator.is_valid(&record),
                "{} {:?}",
                record,
                gated
            );
            Ok(())
        };
        let values = prop_oneof![fitting(property), near_the_limits(property)];
        let mut runner = TestRunner::new(Config::with_cases(1_000));
        runner.run(&values, agree).unwrap();
    }
}

/// The tests above would tell nothing if its records were all good or all bad.
#[test]
fn the_tried_records_are_good_and_bad() {
    let contract = everything();
    let gate = Gate::compile(&contract, Side::Stored);
    let mut runner = TestRunner::deterministic();
    let records = records(contract.schema().properties());
    let good = (0..1_000).filter(|_| {
        gate.check(&records.new_tree(&mut runner).unwrap().current())
            .is_ok()
    });
    let good = good.count();
    assert!((50..950).contains(&good), "{good} of 1000 are good");
}
