//! Errors that the web framework answers by itself, in plain text or with nothing: unknown routes, wrong methods,
//! parts of a request that an extractor could not read.

use axum::{
    body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::problem::{ErrorCode, Problem, codes};

/// Bytes of a failed answer's text that are logged.
const LOGGED_BYTES: usize = 4096;

/// Replaces such an answer by its problem, and keeps its further headers (`Allow`). The text is dropped: an
/// extractor's message may quote the data that it could not read.
pub(super) async fn replace(response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || speaks_for_itself(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let problem = if status.is_server_error() && !is_temporary(status) {
        let text = body::to_bytes(body, LOGGED_BYTES).await.unwrap_or_default();
        Problem::internal(String::from_utf8_lossy(&text).into_owned())
    } else {
        Problem::new(code(status))
    };
    let mut replaced = problem.into_response();
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    for (name, value) in &parts.headers {
        replaced.headers_mut().append(name, value.clone());
    }
    replaced
}

/// Has a body of its own that is more than plain text.
fn speaks_for_itself(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| !kind.as_bytes().starts_with(b"text/plain"))
}

fn is_temporary(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
    )
}

fn code(status: StatusCode) -> &'static ErrorCode {
    match status {
        StatusCode::UNAUTHORIZED => &codes::UNAUTHENTICATED,
        StatusCode::FORBIDDEN => &codes::FORBIDDEN,
        StatusCode::NOT_FOUND => &codes::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => &codes::METHOD_NOT_ALLOWED,
        StatusCode::NOT_ACCEPTABLE => &codes::NOT_ACCEPTABLE,
        StatusCode::PAYLOAD_TOO_LARGE => &codes::BODY_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => &codes::UNSUPPORTED_MEDIA_TYPE,
        StatusCode::TOO_MANY_REQUESTS => &codes::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE => &codes::UNAVAILABLE,
        StatusCode::GATEWAY_TIMEOUT => &codes::TIMEOUT,
        _ => &codes::BAD_REQUEST,
    }
}
