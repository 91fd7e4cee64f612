use super::{Publication, PublicationError, may_publish};
use crate::Contract;

const FIRST: &str = "\
apiVersion: v3.2.0
kind: DataContract
id: urn:mesh:contract:testing:people
name: people
version: 1.0.0
status: active
domain: testing
description: { purpose: To test. }
schema:
  - name: people
    properties:
      - { name: age, logicalType: integer, logicalTypeOptions: { minimum: 0 } }
";

const PROPERTY: &str = "      - { name: age,";
const OPTIONAL: &str = "      - { name: size, logicalType: number }\n      - { name: age,";

fn first() -> Contract {
    Contract::parse("people.yaml", FIRST).unwrap()
}

/// The first version with another number, and edits.
fn version(number: &str, edits: &[(&str, &str)]) -> Contract {
    let numbered = FIRST.replace("version: 1.0.0", &format!("version: {number}"));
    let yaml = edits.iter().fold(numbered, |yaml, (from, to)| {
        assert!(yaml.contains(from), "{from}");
        yaml.replace(from, to)
    });
    Contract::parse("people.yaml", &yaml).unwrap()
}

fn cosmetic(number: &str) -> Contract {
    version(number, &[("To test.", "To test it.")])
}

fn compatible(number: &str) -> Contract {
    version(number, &[(PROPERTY, OPTIONAL)])
}

fn breaking(number: &str) -> Contract {
    version(number, &[("minimum: 0", "minimum: 18")])
}

fn refused(new: &Contract, published: &[Contract]) -> PublicationError {
    may_publish(new, published).unwrap_err()
}

#[test]
fn the_first_version_may_be_any() {
    assert_eq!(may_publish(&first(), &[]), Ok(Publication::First));
    assert_eq!(
        may_publish(&version("0.3.1", &[]), &[]),
        Ok(Publication::First)
    );
}

#[test]
fn what_is_published_may_be_published_again_as_it_is() {
    let published = [compatible("1.1.0"), first()];
    assert_eq!(
        may_publish(&first(), &published),
        Ok(Publication::AlreadyPublished)
    );
}

#[test]
fn a_published_version_never_changes() {
    for (changed, write) in [
        (cosmetic("1.0.0"), "1.0.1"),
        (compatible("1.0.0"), "1.1.0"),
        (breaking("1.0.0"), "2.0.0"),
        (
            version("1.0.0", &[("name: people\nv", "name: people # us\nv")]),
            "1.0.1",
        ),
    ] {
        let error = refused(&changed, &[first()]);
        assert_eq!(error.code(), "contract-version-taken");
        assert_eq!(error.write(), write);
    }
    let error = refused(&breaking("1.0.0"), &[first()]);
    assert_eq!(
        error.to_string(),
        "urn:mesh:contract:testing:people 1.0.0 is published and never changes: age: the least value rises from 0 to 18 \
         (minimum-raised); write the change as version 2.0.0"
    );
}

#[test]
fn the_version_to_write_comes_after_all_that_are_there() {
    let published = [first(), compatible("1.4.0"), breaking("3.0.0")];
    assert_eq!(
        refused(&cosmetic("1.0.0"), &published).code(),
        "contract-version-taken"
    );
    assert_eq!(
        refused(&compatible("1.4.1"), &[first(), cosmetic("1.4.0")]).write(),
        "1.5.0"
    );
    let breaking = version(
        "1.5.0",
        &[("minimum: 0", "minimum: 30"), (PROPERTY, OPTIONAL)],
    );
    assert_eq!(refused(&breaking, &published).write(), "4.0.0");
}

#[test]
fn versions_go_up_within_their_major() {
    let published = [first(), compatible("1.2.0"), breaking("2.0.0")];
    let error = refused(&compatible("1.1.0"), &published);
    assert_eq!(error.code(), "contract-version-not-raised");
    assert_eq!(
        error.to_string(),
        "urn:mesh:contract:testing:people 1.1.0 is older than 1.2.0, and versions go up; write version 1.2.1"
    );
    let next = may_publish(&compatible("1.2.1"), &published).unwrap();
    assert!(matches!(next, Publication::Next { previous, .. } if previous == "1.2.0"));
}

#[test]
fn no_major_begins_below_others() {
    let error = refused(&breaking("2.0.0"), &[first(), breaking("3.0.0")]);
    assert_eq!(error.code(), "contract-version-not-raised");
    assert_eq!(error.write(), "3.0.1");
}

#[test]
fn a_breaking_change_wants_a_major() {
    for number in ["1.0.1", "1.1.0"] {
        let error = refused(&breaking(number), &[first()]);
        assert_eq!(error.code(), "contract-breaking-change");
        assert_eq!(error.write(), "2.0.0");
        assert_eq!(error.changes().len(), 1);
    }
    assert_eq!(
        refused(&breaking("1.1.0"), &[first()]).to_string(),
        "urn:mesh:contract:testing:people 1.1.0 breaks what 1.0.0 promises: age: the least value rises from 0 to 18 \
         (minimum-raised); take this back, or write version 2.0.0 and keep 1.0.0 for those who use it"
    );
    let next = may_publish(&breaking("2.0.0"), &[first()]).unwrap();
    assert!(
        matches!(next, Publication::Next { previous, diff } if previous == "1.0.0" && !diff.is_empty())
    );
}

#[test]
fn what_breaks_either_port_breaks_the_contract() {
    let wider = version("1.1.0", &[("minimum: 0", "minimum: -1")]);
    assert_eq!(
        refused(&wider, &[first()]).code(),
        "contract-breaking-change"
    );
}

#[test]
fn a_compatible_change_wants_a_minor() {
    let error = refused(&compatible("1.0.1"), &[first()]);
    assert_eq!(error.code(), "contract-more-than-a-patch");
    assert_eq!(
        error.to_string(),
        "urn:mesh:contract:testing:people 1.0.1 is called a patch of 1.0.0, but changes more than words: size: an \
         optional property comes (property-added-optional); write version 1.1.0"
    );
    assert!(may_publish(&compatible("1.1.0"), &[first()]).is_ok());
}

#[test]
fn a_cosmetic_change_is_content_with_a_patch() {
    for number in ["1.0.1", "1.1.0", "2.0.0"] {
        assert!(
            may_publish(&cosmetic(number), &[first()]).is_ok(),
            "{number}"
        );
    }
}

#[test]
fn a_version_is_compared_with_the_one_before_it() {
    let published = [first(), breaking("2.0.0")];
    assert!(may_publish(&compatible("1.1.0"), &published).is_ok());
    assert_eq!(
        refused(&compatible("2.1.0"), &published).code(),
        "contract-breaking-change"
    );
}

#[test]
fn other_contracts_do_not_count() {
    let other = version("9.0.0", &[("testing:people", "testing:things")]);
    assert_eq!(may_publish(&first(), &[other]), Ok(Publication::First));
}
