use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Frame, respond};
use crate::error::Error;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    title: &'static str,
    detail: String,
    code: &'static str,
}

/// The page a person gets instead of the one that was asked for.
pub(crate) fn problem(error: &Error) -> Response {
    let kind = error.kind();
    let status = StatusCode::from_u16(kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let page = ProblemPage {
        frame: Frame::now(),
        title: kind.title(),
        detail: sentence(&error.to_string()),
        code: error.code(),
    };
    respond(status, &page)
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let head: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if message.ends_with(['.', '?']) {
        ""
    } else {
        "."
    };
    format!("{head}{}{end}", letters.as_str())
}
