//! The catalog as its users meet it: over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod api;
mod client;
mod contract;
mod dataset;
mod html;
mod model;
mod pages;
mod quantities;
mod resolve;
