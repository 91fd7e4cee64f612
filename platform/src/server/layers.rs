//! What happens around every handler. One layer instead of a stack of eight: each layer of a router costs
//! every request a boxed future and a clone of all below it.

use std::{any::Any, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use tokio::sync::Semaphore;

use super::{Limits, headers, plain_errors};
use crate::{
    api::BodyLimit,
    problem::{Problem, codes},
    telemetry::{Exchange, HttpMetrics, RequestContext},
};

/// Never turned away for load: an overloaded server that seems dead gets restarted, which makes it worse.
const HEALTH: &str = "/health/";

/// Puts around each route of `router`: request id and log line, metrics, a bound on the requests at work, the
/// time limit, the body limit, an answer instead of a torn connection where a handler panics, problem details
/// instead of plain-text errors, and the headers that every answer carries. To be called last, on the whole
/// router.
pub fn layers(router: Router, limits: &Limits) -> Router {
    let shell = Arc::new(Shell {
        slots: Semaphore::new(limits.concurrent_requests),
        request_time: limits.request_time,
        body_limit: BodyLimit(limits.body_bytes),
        metrics: Arc::new(HttpMetrics::new()),
    });
    // For handlers that extract `Bytes` instead of `Payload`.
    let body_bytes = usize::try_from(limits.body_bytes).unwrap_or(usize::MAX);
    router
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(middleware::from_fn_with_state(shell, answer))
}

struct Shell {
    slots: Semaphore,
    request_time: Duration,
    body_limit: BodyLimit,
    metrics: Arc<HttpMetrics>,
}

async fn answer(State(shell): State<Arc<Shell>>, mut request: Request, next: Next) -> Response {
    let context = RequestContext::open(request.headers());
    let exchange = Exchange::begin(&request, context.clone(), shell.metrics.clone());
    request.extensions_mut().insert(shell.body_limit);
    let mut response = context.scope(shell.run(request, next)).await;
    headers::complete(response.headers_mut(), context.header());
    exchange.answered(&response);
    response
}

impl Shell {
    async fn run(&self, request: Request, next: Next) -> Response {
        let slot = self.slots.try_acquire();
        if slot.is_err() && !request.uri().path().starts_with(HEALTH) {
            return Problem::new(&codes::UNAVAILABLE)
                .with_detail("the server has all the requests it can work on")
                .into_response();
        }
        let work = AssertUnwindSafe(next.run(request)).catch_unwind();
        match tokio::time::timeout(self.request_time, work).await {
            Ok(Ok(response)) => plain_errors::replace(response).await,
            Ok(Err(panic)) => {
                Problem::internal(format!("panic: {}", message(panic.as_ref()))).into_response()
            }
            Err(_) => Problem::new(&codes::TIMEOUT).into_response(),
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message")
}
