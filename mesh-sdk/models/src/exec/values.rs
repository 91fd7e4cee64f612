//! What is known of a graph's values while it is compiled.

use std::rc::Rc;

/// The most dimensions that a tensor may have after its rows. Few operators look beyond the first; a file that adds one at every
/// node would have them copied without end.
pub(crate) const MAX_RANK: usize = 8;

/// The value behind a name of the graph.
#[derive(Clone)]
pub(crate) enum Value {
    /// A tensor with a row per case.
    Matrix(Matrix),
    /// The predicted class of each row, as its position among the classes.
    Labels { column: usize, classes: Rc<[i64]> },
    /// Which of so many columns is the highest or lowest of each row.
    Position { matrix: Matrix, of: usize },
    /// Integers that the file itself gives: column numbers, shapes.
    Integers(Rc<Constant<i64>>),
    /// Numbers that the file itself gives.
    Numbers(Rc<Constant<f32>>),
    /// The shape of a tensor with a row per case, as its dimensions after the rows.
    Shape(Rc<[usize]>),
    /// A constant that no operator here can use.
    Opaque,
}

/// A tensor \[N, d1, d2 ..\]: the scratch columns that hold it, in the tensor's own order.
#[derive(Clone)]
pub(crate) struct Matrix {
    pub(crate) columns: Rc<[usize]>,
    /// The dimensions after the rows; their product is the number of columns.
    pub(crate) dims: Vec<usize>,
    pub(crate) kind: Kind,
}

/// A constant tensor.
pub(crate) struct Constant<T> {
    pub(crate) values: Vec<T>,
    pub(crate) dims: Vec<usize>,
}

/// What the numbers of a tensor are declared to be. All are held as `f32`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Float,
    Integer,
}

impl Matrix {
    /// A tensor [N, columns].
    pub(crate) fn flat(columns: Vec<usize>, kind: Kind) -> Self {
        Self {
            dims: vec![columns.len()],
            columns: columns.into(),
            kind,
        }
    }
}
