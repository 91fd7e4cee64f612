use std::io::{Error, ErrorKind};

use anyhow::Context;

use super::{counted, of};

#[derive(Debug)]
struct Quoting(Error);

impl std::fmt::Display for Quoting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "beds.csv: {}", self.0)
    }
}

impl std::error::Error for Quoting {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn a_cause_that_is_quoted_is_told_once() {
    let quoting = Quoting(Error::new(ErrorKind::NotFound, "no such file"));
    let error = Err::<(), _>(quoting).context("the product cannot be read");
    assert_eq!(
        of(&error.unwrap_err()),
        "the product cannot be read: beds.csv: no such file"
    );
}

#[test]
fn a_cause_that_is_not_quoted_is_told_behind_the_colon() {
    let missing = Err::<(), _>(Error::new(ErrorKind::NotFound, "no such file"));
    let error = missing.context("cannot read beds.csv").unwrap_err();
    assert_eq!(of(&error), "cannot read beds.csv: no such file");
}

#[test]
fn one_is_no_plural() {
    assert_eq!(counted(1, "change"), "1 change");
    assert_eq!(counted(0, "change"), "0 changes");
}
