//! From the `Authorization` header to the caller.

use axum::{
    Extension,
    http::{Extensions, HeaderMap, header},
};

use super::{Caller, TokenError, Verifier};
use crate::{problem::Problem, telemetry::RequestContext};

/// The layer that lets the routes below it know their callers. A token is verified where a route asks for its
/// caller and not before: open routes answer whatever the `Authorization` header holds.
pub fn authenticate(verifier: Verifier) -> Extension<Verifier> {
    Extension(verifier)
}

/// The caller of this request, verified once and then remembered in its extensions.
pub(crate) fn identify(
    headers: &HeaderMap,
    extensions: &mut Extensions,
) -> Result<Caller, Problem> {
    if let Some(caller) = extensions.get::<Caller>() {
        return Ok(caller.clone());
    }
    let verifier = extensions
        .get::<Verifier>()
        .ok_or_else(|| Problem::internal("no layer identity::authenticate around this route"))?;
    let caller = bearer(headers).and_then(|token| verifier.verify(token))?;
    if let Some(request) = RequestContext::current() {
        request.record_subject(caller.subject());
    }
    extensions.insert(caller.clone());
    Ok(caller)
}

fn bearer(headers: &HeaderMap) -> Result<&str, TokenError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(TokenError::Missing)?;
    if values.next().is_some() {
        return Err(TokenError::Repeated);
    }
    let value = value.to_str().map_err(|_| TokenError::Malformed)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(TokenError::WrongScheme);
    }
    Ok(token.trim_matches(' '))
}
