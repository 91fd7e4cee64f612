pub(crate) mod contract;
pub(crate) mod dataset;
pub(crate) mod evaluate;
pub(crate) mod new;
mod report;
pub(crate) mod template;
pub(crate) mod test;
pub(crate) mod token;
pub(crate) mod up;
