pub(crate) mod evaluate;
pub(crate) mod token;
pub(crate) mod up;
