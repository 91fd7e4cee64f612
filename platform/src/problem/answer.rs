//! A problem on its way from the place that found it to the client.

use std::{borrow::Cow, error::Error, fmt};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Document, ErrorCode, MEDIA_TYPE, codes};
use crate::telemetry::{Chain, RequestContext};

/// Why a request did not succeed. Carries nothing the caller should not see: causes go to the log.
#[derive(Clone)]
pub struct Problem(Box<Parts>);

#[derive(Clone)]
struct Parts {
    code: &'static ErrorCode,
    detail: Option<Cow<'static, str>>,
    errors: Vec<Value>,
    members: Map<String, Value>,
    retry_after: Option<u32>,
    challenge: Option<Cow<'static, str>>,
}

impl Problem {
    /// A problem of that code. Codes that say "later" carry `Retry-After: 1` and codes that ask for a token a
    /// plain `WWW-Authenticate: Bearer` unless told otherwise.
    pub fn new(code: &'static ErrorCode) -> Self {
        Self(Box::new(Parts {
            code,
            detail: None,
            errors: Vec::new(),
            members: Map::new(),
            retry_after: matches!(code.status(), 429 | 503).then_some(1),
            challenge: (code.status() == 401).then_some(Cow::Borrowed(r#"Bearer realm="mesh""#)),
        }))
    }

    /// A failure of our own: `cause` is logged here, once; the client sees the code and the request id.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::caused(&codes::INTERNAL, cause)
    }

    /// A problem whose `cause` is for the log only.
    pub fn caused(
        code: &'static ErrorCode,
        cause: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        let cause = cause.into();
        tracing::error!(
            code = code.code(),
            cause = %Chain(cause.as_ref()),
            "request failed"
        );
        Self::new(code)
    }

    /// Says what is wrong with this very request. Never a value out of the data.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Lists each thing found wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<Value>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Adds a member beside the standard ones, such as `accepted`.
    ///
    /// # Panics
    /// If `name` is one of the standard members: it would appear twice.
    #[must_use]
    pub fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        const STANDARD: [&str; 7] = [
            "type",
            "title",
            "status",
            "code",
            "detail",
            "request_id",
            "errors",
        ];
        assert!(!STANDARD.contains(&name), "{name} is a standard member");
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Tells the client how many seconds to wait before it tries again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    pub(crate) fn with_challenge(mut self, challenge: impl Into<Cow<'static, str>>) -> Self {
        self.0.challenge = Some(challenge.into());
        self
    }

    /// Which problem this is.
    pub fn code(&self) -> &'static ErrorCode {
        self.0.code
    }

    /// What is wrong with this very request.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    fn document<'a>(&'a self, request_id: Option<&'a str>) -> Document<'a> {
        let Parts { code, .. } = *self.0;
        Document {
            help: format!("/errors/{}", code.code()),
            title: code.title(),
            status: code.status(),
            code: code.code(),
            detail: self.0.detail.as_deref(),
            request_id,
            errors: &self.0.errors,
            members: &self.0.members,
        }
    }
}

/// Serializes without a request id: for problems inside other documents, such as batch results.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document(None).serialize(serializer)
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("code", &self.0.code.code())
            .field("detail", &self.0.detail)
            .field("errors", &self.0.errors.len())
            .finish_non_exhaustive()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let context = RequestContext::current();
        let body = serde_json::to_vec(&self.document(context.as_ref().map(RequestContext::id)))
            .expect("strings and JSON values always serialize");
        let status =
            StatusCode::from_u16(self.0.code.status()).expect("the table holds valid statuses");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = &self.0.challenge
            && let Ok(value) = HeaderValue::from_str(challenge)
        {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        response.extensions_mut().insert(self.0.code);
        response
    }
}
