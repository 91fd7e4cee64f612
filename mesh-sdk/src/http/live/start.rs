//! Where a stream begins.

use axum::http::HeaderMap;
use mesh_platform::problem::{Problem, codes};
use serde::Deserialize;

const LAST_EVENT_ID: &str = "last-event-id";

/// What the address of a stream may ask.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    from: Option<String>,
    last_event_id: Option<String>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Start {
    /// With what comes next.
    Next,
    Beginning,
    /// Behind the event of this id.
    Behind(String),
}

impl Start {
    /// A client that was cut off asks at the same address as before, and says in the header how far it has come: the header is
    /// the newer of the two.
    pub(super) fn of(headers: &HeaderMap, asked: Asked) -> Result<Start, Problem> {
        let header = headers.get(LAST_EVENT_ID).map(|id| id.to_str());
        let header = header.transpose().map_err(|_| unknown("it is no text"))?;
        let id = header.map(str::to_owned).or(asked.last_event_id);
        match (id.filter(|id| !id.is_empty()), asked.from.as_deref()) {
            (Some(id), _) => Ok(Start::Behind(id)),
            (None, None) => Ok(Start::Next),
            (None, Some("beginning")) => Ok(Start::Beginning),
            (None, Some(_)) => {
                Err(Problem::new(&codes::BAD_REQUEST).with_detail("from may be `beginning`"))
            }
        }
    }
}

/// Refuses an id.
pub(super) fn unknown(why: &str) -> Problem {
    Problem::new(&codes::UNKNOWN_POSITION).with_detail(format!("{LAST_EVENT_ID}: {why}"))
}

#[cfg(test)]
mod tests;
