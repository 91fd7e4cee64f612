use std::sync::Arc;

use super::*;

fn mesh() -> Vec<Arc<Entry>> {
    let entries: Vec<Entry> =
        serde_json::from_str(include_str!("../../examples/mesh.json")).unwrap();
    entries.into_iter().map(Arc::new).collect()
}

fn found(text: &str) -> Vec<Hit> {
    search(&mesh(), &Query::parse(text).unwrap())
}

fn names(text: &str) -> Vec<(Kind, String)> {
    found(text)
        .into_iter()
        .map(|hit| (hit.kind, hit.name))
        .collect()
}

#[test]
fn exact_names_come_before_prefixes_before_parts_before_descriptions() {
    let hits = found("readings");
    let ranks: Vec<&str> = hits
        .iter()
        .map(|hit| hit.why.split(" \"").next().unwrap())
        .collect();
    assert_eq!(
        (hits[0].kind, hits[0].name.as_str()),
        (Kind::Port, "readings")
    );
    assert_eq!(hits[0].why, "name is \"readings\"");
    let order = [
        "name is",
        "name starts with",
        "name contains",
        "description contains",
    ];
    let positions: Vec<usize> = ranks
        .iter()
        .map(|rank| {
            order
                .iter()
                .position(|known| known == rank)
                .unwrap_or(order.len())
        })
        .collect();
    assert!(positions.is_sorted(), "{ranks:?}");
    assert!(
        hits.iter()
            .any(|hit| hit.kind == Kind::Contract && hit.name == "heart-readings"),
        "{hits:?}"
    );
}

#[test]
fn a_name_is_found_however_its_words_are_joined() {
    for text in ["heart-risk", "heart_risk", "Heart Risk", "HEART.RISK"] {
        let first: Vec<_> = names(text).into_iter().take(2).collect();
        assert_eq!(
            first,
            [
                (Kind::Model, "heart-risk".to_owned()),
                (Kind::Port, "heart-risk".to_owned())
            ],
            "{text}"
        );
    }
}

#[test]
fn a_nested_column_is_found_by_its_last_step() {
    let first = &found("probability")[0];
    assert_eq!(
        (first.kind, first.name.as_str()),
        (Kind::Column, "heart_risk.probability")
    );
    assert_eq!(first.contract.as_deref(), Some("heart-risk-scores"));
    assert_eq!(first.why, "name is \"probability\"");
    assert_eq!(
        first.address,
        "/products/bracelet-cardiology/contracts/heart-risk-scores"
    );
    assert_eq!(
        first.page,
        "/catalog/products/bracelet-cardiology#column-heart-risk-scores-heart_risk.probability"
    );
}

#[test]
fn columns_are_found_by_classification_and_meaning() {
    assert!(names("phi").contains(&(Kind::Column, "patient_id".to_owned())));
    assert!(names("cholesterol").contains(&(Kind::Column, "chol".to_owned())));
    assert!(names("angina").contains(&(Kind::Column, "cp".to_owned())));
}

#[test]
fn every_word_must_be_found() {
    assert!(names("bracelet risk").contains(&(Kind::Product, "bracelet-cardiology".to_owned())));
    assert_eq!(names("bracelet zebra"), []);
}

#[test]
fn products_are_found_by_tag_owner_and_domain() {
    for text in ["influenza", "surveillance team", "epidemiology"] {
        assert!(
            names(text).contains(&(Kind::Product, "epidemiology".to_owned())),
            "{text}"
        );
    }
}

#[test]
fn a_query_has_words_and_an_end() {
    assert!(Query::parse("  -- ").unwrap().words().is_empty());
    assert!(Query::parse(&"ä".repeat(QUERY_LIMIT)).is_ok());
    let error = Query::parse(&"ä".repeat(QUERY_LIMIT + 1)).unwrap_err();
    assert_eq!(
        error,
        Error::TooLong {
            name: "q",
            given: QUERY_LIMIT + 1,
            limit: QUERY_LIMIT
        }
    );
}

#[test]
fn a_wrong_name_leads_to_the_near_ones() {
    let known = ["bracelet-cardiology", "epidemiology", "logistics"];
    assert_eq!(nearest("epidemology", known.into_iter()), ["epidemiology"]);
    assert_eq!(nearest("Logistic", known.into_iter()), ["logistics"]);
    assert_eq!(
        nearest("cardiology", known.into_iter()),
        ["bracelet-cardiology"]
    );
    assert_eq!(nearest("zebra", known.into_iter()), Vec::<String>::new());
}
