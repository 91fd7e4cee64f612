//! Headers of every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::telemetry::REQUEST_ID;

/// Pages load nothing from elsewhere and are framed by no one.
const PAGE_POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// Adds the request id and the headers that make browsers and proxies careful. What a handler has set stays.
pub(super) fn complete(headers: &mut HeaderMap, request_id: HeaderValue) {
    headers.insert(REQUEST_ID, request_id);
    default(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(headers, header::REFERRER_POLICY, "no-referrer");
    // Answers hold data of people: no cache keeps them unless their handler says it may.
    default(headers, header::CACHE_CONTROL, "no-store");
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        default(headers, header::CONTENT_SECURITY_POLICY, PAGE_POLICY);
    }
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}
