use axum::Json;
use axum::extract::{Path, State, rejection::PathRejection};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mesh_platform::problem::Problem;

use crate::catalog::{Catalog, Resolved};
use crate::error::Error;
use crate::{links, pages};

/// What the address depends on besides the name.
const VARY: [(header::HeaderName, &str); 1] = [(header::VARY, "accept")];

pub(super) async fn resolve(
    State(catalog): State<Catalog>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    let resolved = path
        .map_err(|_| Error::MalformedUrn)
        .and_then(|Path(urn)| address(&catalog, &urn));
    let answer = match resolved {
        Ok(resolved) if accepts(&headers, "application/json") => Json(resolved).into_response(),
        Ok(resolved) => (StatusCode::FOUND, [(header::LOCATION, resolved.address)]).into_response(),
        Err(error) if accepts(&headers, "text/html") => pages::problem(&error),
        Err(error) => Problem::from(error).into_response(),
    };
    (VARY, answer).into_response()
}

/// An address that is not a plain path on this origin is nowhere to send anybody.
fn address(catalog: &Catalog, urn: &str) -> Result<Resolved, Error> {
    let resolved = catalog.resolve(urn)?;
    if links::is_plain_path(&resolved.address) {
        Ok(resolved)
    } else {
        Err(Error::UnknownUrn {
            urn: urn.to_owned(),
            nearest: Vec::new(),
        })
    }
}

/// Whether the media type is named; `*/*` names none.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case(media_type))
}
