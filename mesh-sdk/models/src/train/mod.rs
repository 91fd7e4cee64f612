//! Training: features are encoded ([`encoding`]), an algorithm ([`algorithms`]) learns from the encoded rows, and what it learned has
//! one of a few shapes ([`heads`]) that each can be asked and exported.

pub(crate) mod algorithm;
pub(crate) mod algorithms;
pub(crate) mod builder;
pub(crate) mod cases;
pub(crate) mod encoding;
pub(crate) mod features;
pub(crate) mod heads;
pub(crate) mod newton;
pub(crate) mod online;
pub(crate) mod parameters;
pub(crate) mod pipeline;
pub(crate) mod projection;
pub(crate) mod trained;
pub(crate) mod trees;
