use schemars::JsonSchema;

use super::*;

const BEDS: &str = "\
apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:beds
name: beds
version: 1.0.0
status: draft
domain: testing
description: { purpose: To compare. }
schema:
  - name: beds
    properties:
      - { name: ward, logicalType: string, required: true }
      - { name: beds, logicalType: integer, required: true }
      - { name: share, logicalType: number }
      - name: place
        logicalType: object
        properties:
          - { name: floor, logicalType: integer, required: true }
      - { name: days, logicalType: array, items: { logicalType: date } }
      - name: event_id
        logicalType: string
        required: true
        customProperties: [{ property: assigned, value: event_id }]
";

fn differences<T: JsonSchema>() -> Vec<String> {
    let contract = Contract::parse("beds.odcs.yaml", BEDS).unwrap();
    contract.differs_from::<T>(Side::Input)
}

#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its shape counts")]
struct Place {
    floor: u8,
}

#[test]
fn a_type_that_says_the_same_has_no_difference() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Beds {
        ward: String,
        beds: u32,
        share: Option<f64>,
        place: Option<Place>,
        days: Option<Vec<String>>,
    }
    assert_eq!(differences::<Beds>(), Vec::<String>::new());
}

#[test]
fn every_difference_is_told_with_its_path() {
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Elsewhere {
        floor: String,
    }
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its shape counts")]
    struct Beds {
        beds: Option<u32>,
        share: bool,
        place: Elsewhere,
        days: Vec<i64>,
        nurse: String,
    }
    assert_eq!(
        differences::<Beds>(),
        [
            "ward is required by the contract; the type has none",
            "beds is required by the contract; the type may leave it out",
            "beds is required by the contract; the type may be null",
            "share is of type number in the contract; the type has boolean",
            "place.floor is of type integer in the contract; the type has string",
            "days[] is of type date in the contract; the type has integer",
            "nurse is in the type; the contract has none",
        ]
    );
}
