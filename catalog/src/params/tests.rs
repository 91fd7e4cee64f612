use super::*;

fn parse(pairs: &[(&str, &str)]) -> Result<Params, Error> {
    let pairs = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Params::parse(pairs, &["q", "tag"])
}

#[test]
fn known_parameters_are_read_and_blank_ones_are_absent() {
    let params = parse(&[("q", " heart "), ("tag", " ")]).unwrap();
    assert_eq!(params.get("q"), Some("heart"));
    assert_eq!(params.get("tag"), None);
}

#[test]
fn every_unknown_parameter_is_named() {
    let error = parse(&[("q", "x"), ("sort", "name"), ("page", "2")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown query parameter \"sort\", \"page\"; known here: q, tag"
    );
}

#[test]
fn a_repeated_parameter_is_refused() {
    assert_eq!(
        parse(&[("q", "x"), ("q", "y")]).unwrap_err(),
        Error::RepeatedParameter { name: "q" }
    );
}
