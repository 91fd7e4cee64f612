//! Routes that change while the server runs.

use std::{
    convert::Infallible,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{Router, extract::Request};
use tower::ServiceExt;

/// The routes of a server, replaceable as a whole: a request is answered by those that were there when it came. Clones
/// share them.
#[derive(Debug, Clone)]
pub struct LiveRouter(Arc<RwLock<Router>>);

impl LiveRouter {
    /// `router` has everything around it already ([`super::layers`]).
    pub fn new(router: Router) -> Self {
        Self(Arc::new(RwLock::new(router)))
    }

    /// From now on, `router` answers.
    pub fn replace(&self, router: Router) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    /// What passes every request on to the routes of the moment.
    pub fn router(&self) -> Router {
        let live = self.clone();
        Router::new().fallback_service(tower::service_fn(move |request: Request| {
            let now = live
                .0
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            async move {
                let Ok(response) = now.oneshot(request).await;
                Ok::<_, Infallible>(response)
            }
        }))
    }
}
