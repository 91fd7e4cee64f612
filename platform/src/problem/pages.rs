//! The help page behind each problem's `type`.

use axum::{
    extract::Path,
    http::{HeaderMap, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::{ErrorCode, Problem, codes};
use crate::api::{Api, Operation, Schema};

/// `GET /errors/{code}`: what a code means and what to do, as Markdown, or as a web page for a browser.
pub fn help_pages() -> Api {
    Api::new().route(
        Method::GET,
        "/errors/{code}",
        help_page,
        Operation::new(
            "help_page",
            "What an error code means and what to do about it",
        )
        .tag("platform")
        .public()
        .path_parameter("code", "The `code` of a problem")
        .answer(
            StatusCode::OK,
            "The help page",
            "text/markdown",
            Schema::text(),
        )
        .answer(StatusCode::OK, "The help page", "text/html", Schema::text())
        .problems(&[&codes::NOT_FOUND]),
    )
}

async fn help_page(Path(code): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let page = ErrorCode::find(&code).ok_or_else(|| Problem::new(&codes::NOT_FOUND))?;
    let for_a_browser = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    Ok(if for_a_browser {
        Html(web_page(page)).into_response()
    } else {
        (
            [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")],
            page.help(),
        )
            .into_response()
    })
}

fn web_page(page: &ErrorCode) -> String {
    let text = page
        .help()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{}</title>\n<pre>{text}</pre>\n</html>\n",
        page.code()
    )
}
