//! Routes that cannot exist without their description: one call adds the handler, its OpenAPI operation, and the
//! check of who may call it.

mod guard;
mod openapi;
mod operation;
mod payload;
mod routes;
mod schema;

pub use operation::Operation;
pub(crate) use payload::BodyLimit;
pub use payload::Payload;
pub use routes::Api;
pub use schema::Schema;
