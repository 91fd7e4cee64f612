//! The answer to a request that did not succeed: RFC 9457 problem details with a documented code.

mod answer;
pub mod codes;
mod document;
mod pages;
#[cfg(test)]
mod tests;

pub use answer::Problem;
pub use codes::ErrorCode;
pub use pages::help_pages;

pub(crate) use document::{Document, MEDIA_TYPE};
