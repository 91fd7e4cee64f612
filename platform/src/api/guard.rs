//! The check that runs before a handler does.

use std::future::{Ready, ready};

use axum::{
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
};
use futures::future::Either;

use crate::{
    identity::{Scope, identify},
    problem::Problem,
};

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anyone.
    Public,
    /// Whoever shows a valid token.
    Authenticated,
    /// Whoever shows a token with this scope.
    Scoped(Scope),
}

impl Access {
    fn check(self, request: &mut Request) -> Result<(), Problem> {
        if self == Self::Public {
            return Ok(());
        }
        // Moved out and back: the head and the extensions of a request cannot be borrowed apart.
        let mut extensions = std::mem::take(request.extensions_mut());
        let caller = identify(request.headers(), &mut extensions);
        *request.extensions_mut() = extensions;
        match self {
            Self::Scoped(scope) => caller?.require(scope),
            _ => caller.map(|_| ()),
        }
    }
}

/// A handler that is only reached by those who may call it.
#[derive(Clone)]
pub(super) struct Guarded<H> {
    handler: H,
    access: Access,
}

impl<H> Guarded<H> {
    pub(super) fn new(handler: H, access: Access) -> Self {
        Self { handler, access }
    }
}

impl<H, T, S> Handler<T, S> for Guarded<H>
where
    H: Handler<T, S>,
{
    type Future = Either<Ready<Response>, H::Future>;

    fn call(self, mut request: Request, state: S) -> Self::Future {
        match self.access.check(&mut request) {
            Ok(()) => Either::Right(self.handler.call(request, state)),
            Err(problem) => Either::Left(ready(problem.into_response())),
        }
    }
}
