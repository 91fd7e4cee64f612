//! Declared products: what is told of a mistake in them, and what they do.

mod code;
mod declared;
mod fixture;
mod mistakes;
mod quality;
mod transforms;
