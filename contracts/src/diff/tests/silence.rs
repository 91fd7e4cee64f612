//! No difference in content is passed over, and nothing else counts as one.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{Change, contract};
use super::{BASE, compare, tree};
use crate::published;

const EVERYTHING: &str = include_str!("../../../tests/it/everything.yaml");

fn documents() -> [Value; 3] {
    let published = published::find("heart-readings", Some("1.0.0")).unwrap();
    [BASE, EVERYTHING, published.source()].map(tree)
}

fn changes(old: &Value, new: &Value) -> Vec<Change> {
    contract::compare(old, new)
}

/// The JSON pointers of every value of a document but the document itself.
fn places(value: &Value, place: &str, places_so_far: &mut Vec<String>) {
    let mut enter = |key: &str, value: &Value| {
        let place = format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"));
        places(value, &place, places_so_far);
        places_so_far.push(place);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| enter(key, value)),
        Value::Array(list) => {
            let list = list.iter().enumerate();
            list.for_each(|(index, value)| enter(&index.to_string(), value));
        }
        _ => {}
    }
}

fn all_places(document: &Value) -> Vec<String> {
    let mut all = Vec::new();
    places(document, "", &mut all);
    all
}

#[derive(Clone, Copy, Debug)]
enum Edit {
    Remove,
    Null,
    OtherText,
    OtherNumber,
    OtherFlag,
    Nest,
    /// An unknown field, or one more item.
    Extend,
    Repeat,
    Empty,
}

const EDITS: [Edit; 9] = [
    Edit::Remove,
    Edit::Null,
    Edit::OtherText,
    Edit::OtherNumber,
    Edit::OtherFlag,
    Edit::Nest,
    Edit::Extend,
    Edit::Repeat,
    Edit::Empty,
];

fn apply(edit: Edit, document: &mut Value, place: &str) {
    if let Edit::Remove = edit {
        let (parent, key) = place.rsplit_once('/').unwrap();
        match document.pointer_mut(parent) {
            Some(Value::Object(map)) => drop(map.shift_remove(key)),
            Some(Value::Array(list)) => drop(list.remove(key.parse().unwrap())),
            _ => {}
        }
        return;
    }
    let Some(value) = document.pointer_mut(place) else {
        return;
    };
    match (edit, &mut *value) {
        (Edit::Null, _) => *value = Value::Null,
        (Edit::OtherText, _) => *value = json!(format!("{value} ")),
        (Edit::OtherNumber, number) => *value = json!(number.as_f64().unwrap_or(7.0) + 0.5),
        (Edit::OtherFlag, flag) => *value = json!(!flag.as_bool().unwrap_or(false)),
        (Edit::Nest, _) => *value = json!([value.take()]),
        (Edit::Extend, Value::Object(map)) => drop(map.insert("unheardOf".into(), json!(1))),
        (Edit::Extend, Value::Array(list)) => list.push(json!({ "unheardOf": 1 })),
        (Edit::Repeat, Value::Array(list)) => list.extend(list.last().cloned()),
        (Edit::Empty, Value::Array(list)) => list.clear(),
        (Edit::Empty, Value::Object(map)) => map.clear(),
        _ => {}
    }
}

#[test]
fn no_edit_of_any_part_is_silent() {
    let mut edits = 0;
    for document in documents() {
        for place in all_places(&document) {
            for edit in EDITS {
                let mut new = document.clone();
                apply(edit, &mut new, &place);
                if new == document {
                    continue;
                }
                edits += 1;
                assert!(!changes(&document, &new).is_empty(), "{edit:?} {place}");
                assert!(
                    !changes(&new, &document).is_empty(),
                    "{edit:?} {place}, undone"
                );
            }
        }
    }
    assert!(edits > 3000, "{edits}");
}

#[test]
fn a_document_does_not_differ_from_itself() {
    for document in documents() {
        assert_eq!(changes(&document, &document), []);
    }
}

/// The document with the fields of every mapping the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.iter().rev();
            let fields = fields.map(|(key, value)| (key.clone(), reversed(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(list) => list.iter().map(reversed).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_order_of_fields_means_nothing() {
    for document in documents() {
        let reversed = reversed(&document);
        assert_ne!(document.to_string(), reversed.to_string());
        assert_eq!(changes(&document, &reversed), []);
    }
}

#[test]
fn the_order_of_lists_that_are_sets_means_nothing() {
    let mut shuffled = tree(BASE);
    for place in [
        "/tags",
        "/slaProperties",
        "/schema/0/quality",
        "/schema/0/properties/0/customProperties",
        "/schema/0/properties/1/enum",
    ] {
        let list = shuffled.pointer_mut(place).unwrap().as_array_mut().unwrap();
        assert!(list.len() > 1);
        list.reverse();
    }
    assert_eq!(changes(&tree(BASE), &shuffled), []);
}

#[test]
fn comments_and_layout_mean_nothing() {
    let rewritten = BASE
        .replace(
            "kind: DataContract",
            "# A comment\nkind:   \"DataContract\"  # and another",
        )
        .replace(
            "tags: [cardiology, bracelet]",
            "tags:\n  - cardiology\n\n  - bracelet",
        )
        .replace(
            "purpose: Readings of bracelets.",
            "purpose: 'Readings of bracelets.'",
        );
    assert_ne!(rewritten, BASE);
    assert!(compare(BASE, &rewritten).is_empty());
}

fn edit() -> impl Strategy<Value = (prop::sample::Index, prop::sample::Index)> {
    any::<(prop::sample::Index, prop::sample::Index)>()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_combination_of_edits_is_silent(edits in prop::collection::vec(edit(), 1..6)) {
        let old = tree(BASE);
        let mut new = old.clone();
        for (edit, place) in edits {
            let places = all_places(&new);
            if !places.is_empty() {
                apply(*edit.get(&EDITS), &mut new, &places[place.index(places.len())]);
            }
        }
        prop_assert_eq!(changes(&old, &new).is_empty(), old == new);
        prop_assert_eq!(changes(&new, &new), []);
    }
}
