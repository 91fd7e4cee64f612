use deltalake::DeltaTableError;
use deltalake::datafusion::error::DataFusionError;

/// What can go wrong between a product and its tables.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error(
        "dataset {dataset}: the table at hand has other columns than contract {contract}: {difference}. \
         A breaking change needs a new major version of the contract and a dataset of its own name"
    )]
    SchemaDiffers {
        dataset: String,
        contract: String,
        difference: String,
    },
    #[error("dataset {dataset}: {source}")]
    Table {
        dataset: String,
        #[source]
        source: Box<DeltaTableError>,
    },
    #[error(
        "dataset {dataset}: the rows were checked against contract {contract}, which is not its own"
    )]
    OtherContract { dataset: String, contract: String },
    #[error("dataset {dataset}: its files do not get to disk: {source}")]
    Disk {
        dataset: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "dataset {dataset}: some of its rows could not be written, so that none of them is committed: write all of them again"
    )]
    Incomplete { dataset: String },
    #[error("{path}: {problem}")]
    File { path: String, problem: String },
    #[error("{path} cannot hold datasets: {reason}")]
    Location { path: String, reason: String },
    #[error(
        "a {statement} statement changes or reaches outside the product's datasets; only SELECT and EXPLAIN are answered"
    )]
    NotReadOnly { statement: String },
    #[error("{0}")]
    InvalidQuery(String),
    #[error("the query took longer than {seconds} s")]
    Timeout { seconds: u64 },
    #[error("the query needs more memory than a query may take: {0}")]
    TooLarge(String),
    #[error("no threads for queries: {0}")]
    Threads(#[source] std::io::Error),
    #[error("query: {0}")]
    Query(#[source] Box<DataFusionError>),
    #[error("cannot encode the rows: {0}")]
    Encode(String),
}

impl StorageError {
    /// Stable code of this error, as documented in `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotReadOnly { .. } => "query-not-read-only",
            Self::InvalidQuery(_) => "query-invalid",
            Self::Timeout { .. } => "query-timeout",
            Self::TooLarge(_) => "query-too-large",
            Self::File { .. } => "file-unreadable",
            Self::SchemaDiffers { .. }
            | Self::Table { .. }
            | Self::OtherContract { .. }
            | Self::Incomplete { .. }
            | Self::Disk { .. }
            | Self::Threads(_)
            | Self::Location { .. }
            | Self::Query(_)
            | Self::Encode(_) => "internal",
        }
    }
}

impl From<DataFusionError> for StorageError {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(message) => Self::TooLarge(message.clone()),
            // What is wrong with the statement itself. The first line says it; what follows are internals.
            DataFusionError::SQL(..)
            | DataFusionError::Plan(_)
            | DataFusionError::SchemaError(..)
            | DataFusionError::NotImplemented(_)
            | DataFusionError::Execution(_)
            | DataFusionError::ArrowError(..) => {
                let message = error.strip_backtrace();
                Self::InvalidQuery(message.lines().next().unwrap_or_default().to_owned())
            }
            _ => Self::Query(Box::new(error)),
        }
    }
}
