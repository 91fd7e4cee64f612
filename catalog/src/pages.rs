//! The catalog for people: whole pages from the server, complete without scripts.

mod accuracy;
mod contract;
mod dataset;
mod failure;
mod format;
mod health;
mod home;
mod model;
mod picture;
mod problem;
mod product;
mod quality;
mod search;
mod section;
mod snippets;
mod status;

use askama::Template;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::Utc;

pub(crate) use contract::contract;
pub use contract::contract_html;
pub(crate) use dataset::dataset;
pub(crate) use home::home;
pub(crate) use model::model;
pub(crate) use problem::problem;
pub(crate) use product::product;
pub(crate) use search::search;
pub(crate) use snippets::Origin;

use crate::assets;
use format::Moment;

/// Everything a page loads comes from here, and nothing in a page runs: text that a product gave stays text.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-cache"),
];

/// What every page has around its content.
struct Frame {
    now: Moment,
}

impl Frame {
    fn now() -> Self {
        let now = Utc::now();
        Self {
            now: Moment::new(now, now),
        }
    }

    fn css(&self) -> &'static str {
        assets::CSS.path()
    }

    fn mark(&self) -> &'static str {
        assets::MARK.path()
    }
}

fn respond(status: StatusCode, page: &impl Template) -> Response {
    // Rendering writes to a string and calls nothing that fails.
    let html = page.render().expect("templates render into memory");
    (status, HEADERS, Html(html)).into_response()
}
