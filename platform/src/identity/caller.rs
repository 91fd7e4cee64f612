//! The one who sends a request.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};
use jsonwebtoken::get_current_timestamp;

use super::{
    bearer::identify,
    scope::{Scope, ScopeSet},
};
use crate::problem::{Problem, codes};

/// The verified sender of a request. As an extractor it answers 401 by itself where there is none.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Facts>);

#[derive(Debug)]
struct Facts {
    subject: String,
    token_id: Option<String>,
    scopes: ScopeSet,
    /// Seconds since the Unix epoch.
    valid_until: u64,
}

impl Caller {
    pub(super) fn new(
        subject: String,
        token_id: Option<String>,
        scopes: ScopeSet,
        valid_until: u64,
    ) -> Self {
        Self(Arc::new(Facts {
            subject,
            token_id,
            scopes,
            valid_until,
        }))
    }

    /// The issuer's name for the caller (`sub`).
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The token's own id (`jti`), if its issuer gives one.
    pub fn token_id(&self) -> Option<&str> {
        self.0.token_id.as_deref()
    }

    /// How long the token still holds: what goes on for longer has to end with it.
    pub fn remaining(&self) -> Duration {
        Duration::from_secs(self.0.valid_until.saturating_sub(get_current_timestamp()))
    }

    /// What the token allows.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> {
        let scopes = self.0.scopes;
        Scope::ALL
            .into_iter()
            .filter(move |scope| scopes.contains(*scope))
    }

    /// Answers `forbidden` unless the token allows `scope`.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.0.scopes.contains(scope) {
            return Ok(());
        }
        let name = scope.name();
        Err(Problem::new(&codes::FORBIDDEN)
            .with_detail(format!("this needs the scope {name}"))
            .with_challenge(format!(
                r#"Bearer realm="mesh", error="insufficient_scope", scope="{name}""#
            )))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        identify(&parts.headers, &mut parts.extensions)
    }
}

/// For open routes that show more to those who say who they are: no token or a bad one is nobody.
impl<S: Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(identify(&parts.headers, &mut parts.extensions).ok())
    }
}
