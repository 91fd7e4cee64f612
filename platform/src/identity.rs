//! Who is calling. Every data port asks for a bearer token of an OIDC provider; locally the mesh is its own,
//! for this computer only.

mod bearer;
mod cache;
mod caller;
mod issuer;
mod keys;
mod scope;
mod token_error;
mod verifier;

pub use bearer::authenticate;
pub(crate) use bearer::identify;
pub use caller::Caller;
pub use issuer::DevIssuer;
pub use scope::Scope;
pub use token_error::TokenError;
pub use verifier::Verifier;

/// The audience every token for a mesh must name.
pub const AUDIENCE: &str = "mesh";
