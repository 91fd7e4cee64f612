//! The catalog as its users meet it: over HTTP.

mod api;
mod client;
mod html;
mod pages;
mod resolve;
