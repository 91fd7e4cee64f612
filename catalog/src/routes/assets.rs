use axum::extract::{Path, rejection::PathRejection};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mesh_platform::problem::Problem;

use crate::assets;
use crate::error::Error;

pub(super) async fn asset(path: Result<Path<String>, PathRejection>) -> Response {
    let asset = path.ok().and_then(|Path(file)| assets::find(&file));
    match asset {
        Some(asset) => asset.respond(),
        None => (
            [(header::CACHE_CONTROL, "no-cache")],
            Problem::from(Error::UnknownPage),
        )
            .into_response(),
    }
}
