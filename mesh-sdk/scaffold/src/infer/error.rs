/// Why no contract can be inferred from a file. Names lines and columns, never a value.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    #[error("the data cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("the data is empty; give a CSV file with at least one row")]
    Empty,
    #[error("the data is UTF-16 and not CSV in UTF-8; save it as CSV UTF-8")]
    Utf16,
    #[error(
        "line {line}: a row has more than {limit} bytes; is a quote opened there and never closed?"
    )]
    RowTooLong { line: u64, limit: usize },
    #[error(
        "line {line}: {found} cells, and the first row has {expected}; \
         put cells that contain the delimiter in quotes, or name the delimiter"
    )]
    Ragged {
        line: u64,
        found: usize,
        expected: usize,
    },
    #[error("the data has {found} columns; leave columns out until there are at most {limit}")]
    TooManyColumns { found: usize, limit: usize },
    #[error(
        "line {line}: column {column} does not fit what was inferred; the data has changed since: infer again"
    )]
    Changed { line: u64, column: String },
}

impl InferError {
    /// Stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "data-unreadable",
            Self::Empty => "data-empty",
            Self::Utf16 => "data-not-utf8",
            Self::RowTooLong { .. } => "data-row-too-long",
            Self::Ragged { .. } => "data-ragged",
            Self::TooManyColumns { .. } => "data-too-wide",
            Self::Changed { .. } => "data-changed",
        }
    }
}
