use mesh_contracts::{Contract, Gate, Record, Side};
use mesh_scaffold::{ContractNames, InferOptions, Inferred, InferredColumn, infer};
use serde_json::Value;

pub(crate) fn names() -> ContractNames {
    ContractNames {
        domain: "cardiology".to_owned(),
        product: "wards".to_owned(),
        name: "visits".to_owned(),
        dataset: "visits".to_owned(),
        version: "0.1.0".to_owned(),
        status: "draft".to_owned(),
        team: "Ward team".to_owned(),
        source: "visits.csv".to_owned(),
    }
}

pub(crate) fn read(csv: &str) -> Inferred {
    infer(csv.as_bytes(), &InferOptions::default()).unwrap()
}

pub(crate) fn column<'a>(inferred: &'a Inferred, name: &str) -> &'a InferredColumn {
    let mut columns = inferred.columns().iter();
    columns
        .find(|column| column.name() == name)
        .unwrap_or_else(|| panic!("no column {name}"))
}

/// The contract of the draft.
pub(crate) fn contract(inferred: &Inferred) -> Contract {
    let yaml = inferred.contract_yaml(&names());
    Contract::parse("draft.odcs.yaml", &yaml).unwrap_or_else(|error| panic!("{error}\n{yaml}"))
}

/// The property of the contract, as JSON Schema.
pub(crate) fn schema(inferred: &Inferred, name: &str) -> Value {
    contract(inferred).json_schema(Side::Input)["properties"][name].clone()
}

/// The rows as they are written for the contract.
pub(crate) fn cleaned(inferred: &Inferred, csv: &[u8]) -> String {
    let mut out = Vec::new();
    inferred.write_clean(csv, &mut out, u64::MAX).unwrap();
    String::from_utf8(out).unwrap()
}

/// Every row of a file that the contract's data is in.
pub(crate) fn records(contract: &Contract, csv: &str) -> Vec<Record> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader.records().map(|row| {
        let row = row.unwrap();
        let cells: Vec<&str> = row.iter().collect();
        contract.record_from_text(&header, &cells)
    });
    rows.collect()
}

/// What infers from `csv` also lets its rows through.
pub(crate) fn every_row_keeps_the_contract(inferred: &Inferred, csv: &[u8]) {
    let contract = contract(inferred);
    let gate = Gate::compile(&contract, Side::Input);
    let records = records(&contract, &cleaned(inferred, csv));
    assert_eq!(records.len() as u64, inferred.rows());
    for (index, record) in records.iter().enumerate() {
        if let Err(violations) = gate.check(record) {
            panic!("row {index}: {violations:?}\n{}", contract.source());
        }
    }
}
