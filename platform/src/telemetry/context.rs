//! The request being worked on, known to everything that runs for it.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use tracing::{Instrument, Span, field};
use uuid::Uuid;

tokio::task_local! {
    static CURRENT: RequestContext;
}

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of the longest request id taken over from a client.
const LONGEST_ID: usize = 64;

/// The request being worked on. Not passed on to spawned tasks: hand them what they need.
#[derive(Debug, Clone)]
pub struct RequestContext {
    id: HeaderValue,
    span: Span,
}

impl RequestContext {
    /// The request that the current task answers, if it answers one.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// The request's id: the client's own if it sent a sane one, else a UUID (v7).
    pub fn id(&self) -> &str {
        self.id.to_str().expect("ids are checked to be ASCII")
    }

    pub(crate) fn open(headers: &HeaderMap) -> Self {
        let id = headers
            .get(REQUEST_ID)
            .filter(|id| sane(id))
            .cloned()
            .unwrap_or_else(fresh);
        let span =
            tracing::info_span!("request", request_id = field::Empty, subject = field::Empty);
        let context = Self { id, span };
        context.span.record("request_id", context.id());
        context
    }

    /// The id as a header, for the answer.
    pub(crate) fn header(&self) -> HeaderValue {
        self.id.clone()
    }

    /// Names the caller in every log line from here on.
    pub(crate) fn record_subject(&self, subject: &str) {
        self.span.record("subject", subject);
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// Runs `work` as the work for this request.
    pub(crate) async fn scope<T>(&self, work: impl Future<Output = T>) -> T {
        CURRENT
            .scope(self.clone(), work.instrument(self.span.clone()))
            .await
    }
}

/// Ids end up in logs and answers: short, and nothing that means anything there.
fn sane(id: &HeaderValue) -> bool {
    let id = id.as_bytes();
    (1..=LONGEST_ID).contains(&id.len())
        && id
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
}

fn fresh() -> HeaderValue {
    let mut text = Uuid::encode_buffer();
    let id = Uuid::now_v7().hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(id).expect("a UUID is ASCII")
}
