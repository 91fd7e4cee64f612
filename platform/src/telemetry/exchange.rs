//! One request and its answer, as logged and counted.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    http::Method,
    response::Response,
};

use super::{HttpMetrics, RequestContext};
use crate::problem::ErrorCode;

/// The status logged where the client went away before the answer (nginx's number for it).
const CLIENT_GONE: u16 = 499;
/// The route of requests that match none: their paths would be endless label values.
const NO_ROUTE: &str = "none";

/// A request under way. Logged and counted when answered, or when dropped because the client went away.
pub(crate) struct Exchange {
    context: RequestContext,
    metrics: Arc<HttpMetrics>,
    method: &'static str,
    route: Option<MatchedPath>,
    started: Instant,
    answered: bool,
}

impl Exchange {
    pub(crate) fn begin(
        request: &Request,
        context: RequestContext,
        metrics: Arc<HttpMetrics>,
    ) -> Self {
        Self {
            context,
            metrics,
            method: method_label(request.method()),
            route: request.extensions().get::<MatchedPath>().cloned(),
            started: Instant::now(),
            answered: false,
        }
    }

    pub(crate) fn answered(mut self, response: &Response) {
        self.answered = true;
        let code = response.extensions().get::<&'static ErrorCode>();
        self.record(response.status().as_u16(), code.map(|code| code.code()));
    }

    fn record(&self, status: u16, code: Option<&'static str>) {
        let route = self.route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        let elapsed = self.started.elapsed();
        self.metrics.observe(self.method, route, status, elapsed);
        let _in_request = self.context.span().enter();
        tracing::info!(
            method = self.method,
            route,
            status,
            code,
            duration_ms = elapsed.as_micros() as f64 / 1000.0,
            "answered"
        );
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if !self.answered {
            self.record(CLIENT_GONE, None);
        }
    }
}

/// Methods are the client's to invent; label values are not.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
