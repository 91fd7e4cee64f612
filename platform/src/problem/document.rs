//! The JSON form of a problem.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// The media type of every problem.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Problem details (RFC 9457): why a request did not succeed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct Document<'a> {
    /// Address of the help page, relative to this origin.
    #[serde(rename = "type")]
    pub(crate) help: String,
    /// What this code means; the same for every occurrence.
    pub(crate) title: &'a str,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The stable name of the problem.
    pub(crate) code: &'a str,
    /// What is wrong with this very request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<&'a str>,
    /// The request's id, as in the header `x-request-id` and in the logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) request_id: Option<&'a str>,
    /// One entry for each thing found wrong, such as the violations of each record.
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    #[schemars(default)]
    pub(crate) errors: &'a [Value],
    /// Further members of this code, such as counts.
    #[serde(flatten)]
    pub(crate) members: &'a Map<String, Value>,
}
