//! The text formats of contracts. These sit on the path of every record, and allocate nothing.

mod moment;
mod text;

pub(crate) use moment::{date, time, timestamp};
pub(crate) use text::{holds, pattern};

#[cfg(test)]
mod tests;
