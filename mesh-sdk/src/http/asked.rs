//! What callers send beside data: small JSON documents, and reasons.

use mesh_platform::problem::{Problem, codes};
use serde::de::DeserializeOwned;

/// Characters of a reason.
const LONGEST_TEXT: usize = 1000;
/// A text that [`checked`] finds something in: what it trims is ECMA-262's white space and the next line, U+0085.
pub(super) const SOMETHING: &str = r"[^\s\x85]";

/// `example` says what is right.
pub(super) fn parsed<T: DeserializeOwned>(body: &[u8], example: &str) -> Result<T, Problem> {
    if body.trim_ascii().is_empty() {
        return Err(Problem::new(&codes::EMPTY_BODY));
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => bad(example),
        _ => Problem::new(&codes::NOT_JSON),
    })
}

pub(super) fn checked<'a>(name: &str, text: &'a str) -> Result<&'a str, Problem> {
    let text = text.trim();
    match (1..=LONGEST_TEXT).contains(&text.chars().count()) {
        true => Ok(text),
        false => Err(bad(format!(
            "{name} is a text of 1 to {LONGEST_TEXT} characters"
        ))),
    }
}

pub(super) fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(&codes::BAD_REQUEST).with_detail(detail.into())
}
