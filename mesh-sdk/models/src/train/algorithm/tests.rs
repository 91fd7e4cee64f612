use serde_json::json;

use super::*;

mod page;

#[test]
fn every_name_is_an_algorithm_of_that_name() {
    for name in Algorithm::NAMES {
        let algorithm = Algorithm::named(name, &Value::Null).unwrap();
        assert_eq!(algorithm.name(), name);
        assert_eq!(serde_json::to_value(&algorithm).unwrap()["name"], name);
    }
}

#[test]
fn hyper_parameters_that_are_left_out_are_as_usual() {
    let algorithm = Algorithm::named("random-forest", &json!({"trees": 7})).unwrap();
    let Algorithm::RandomForest(forest) = algorithm else {
        panic!("{algorithm:?}")
    };
    assert_eq!((forest.trees, forest.max_depth), (7, 12));
}

#[test]
fn a_hyper_parameter_that_is_wrong_is_named_with_what_it_may_be() {
    let message = |name: &str, parameters: Value| {
        Algorithm::named(name, &parameters).unwrap_err().to_string()
    };
    assert_eq!(
        message("random-forest", json!({"trees": 0})),
        "parameter `trees`: is 0, must be from 1 to 1000; leave it out for 100"
    );
    let message_of_type = message("random-forest", json!({"trees": "many"}));
    assert!(
        message_of_type.starts_with("parameter `trees`: invalid type: string"),
        "{message_of_type}"
    );
    let unknown = message("ridge", json!({"alpha": 1}));
    assert!(
        unknown.contains("`alpha`") && unknown.contains("`l2`"),
        "{unknown}"
    );
    let algorithm = message("forest", Value::Null);
    assert!(
        algorithm.contains("`forest`") && algorithm.contains("random-forest"),
        "{algorithm}"
    );
}

/// What is documented as the range is the range that is checked.
#[test]
fn the_documented_ranges_are_the_checked_ones() {
    let schema = schemars::schema_for!(Algorithm).to_value();
    let mut seen = 0;
    for variant in schema["oneOf"].as_array().unwrap() {
        let definition = match variant["$ref"].as_str() {
            Some(reference) => schema.pointer(reference.trim_start_matches('#')).unwrap(),
            None => variant,
        };
        let name = variant["properties"]["name"]["const"].as_str().unwrap();
        for (parameter, described) in definition["properties"].as_object().into_iter().flatten() {
            let text = described["description"].as_str().unwrap_or_default();
            let text = text.replace('\n', " ");
            let Some((_, range)) = text.rsplit_once("; from ") else {
                continue;
            };
            let (low, high) = range.split_once(" to ").unwrap();
            let high = high.split(['.', ',']).next().unwrap();
            for (bound, beyond) in [(low, -1.0), (high, 1.0)] {
                let bound: f64 = bound.parse().unwrap();
                let whole = described["type"] == "integer";
                let value = |value: f64| {
                    if whole {
                        json!(value as i64)
                    } else {
                        json!(value)
                    }
                };
                let set = |value: Value| Algorithm::named(name, &json!({ parameter: value }));
                assert!(set(value(bound)).is_ok(), "{name} {parameter} {bound}");
                let outside = value(if whole {
                    bound + beyond
                } else {
                    bound * (1.0 + beyond * 0.01) + beyond * 1e-9
                });
                assert!(set(outside).is_err(), "{name} {parameter} beyond {bound}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
}
