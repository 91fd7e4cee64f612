//! Datasets that code of a product makes: rows in, rows out.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;

/// The rows of the datasets that a transform reads, by the dataset's name.
pub type Tables = BTreeMap<String, Vec<RecordBatch>>;

/// What code answers when it cannot make its dataset; shown to the product's team.
pub type CodeError = Box<dyn std::error::Error + Send + Sync>;

/// Code that makes a dataset. Any function of this shape is one; what it returns passes the dataset's contract gate.
pub trait CodeTransform: Send + Sync + 'static {
    /// All rows of the dataset, made of all rows of `tables`.
    fn make(&self, tables: &Tables) -> Result<Vec<RecordBatch>, CodeError>;
}

impl<F> CodeTransform for F
where
    F: Fn(&Tables) -> Result<Vec<RecordBatch>, CodeError> + Send + Sync + 'static,
{
    fn make(&self, tables: &Tables) -> Result<Vec<RecordBatch>, CodeError> {
        self(tables)
    }
}

/// The code of a product, by the dataset that it makes.
#[derive(Clone, Default)]
pub(crate) struct Code(BTreeMap<String, Arc<dyn CodeTransform>>);

impl Code {
    pub(crate) fn add(&mut self, dataset: &str, code: impl CodeTransform) {
        self.0.insert(dataset.to_owned(), Arc::new(code));
    }

    pub(crate) fn of(&self, dataset: &str) -> Option<Arc<dyn CodeTransform>> {
        self.0.get(dataset).cloned()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
