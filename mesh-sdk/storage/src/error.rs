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
    /// Fencing: who asks [`Dataset::progress`](crate::Dataset::progress) and goes on from there loses and doubles nothing.
    #[error(
        "dataset {dataset}: another writer has committed of {source_name} meanwhile, so that these rows may be there already: \
         ask how far it has come, and go on from there"
    )]
    Overtaken {
        dataset: String,
        source_name: String,
    },
    #[error(
        "dataset {dataset}: its rows were on their way for more than {hours} h, and files that are in no version are removed \
         some time after: write all of them again"
    )]
    TookTooLong { dataset: String, hours: u64 },
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
    /// The statement fails on a value. The message may quote it: for the one who asked, and for nobody else.
    #[error("{0}")]
    UnfitValue(String),
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
            Self::InvalidQuery(_) | Self::UnfitValue(_) => "query-invalid",
            Self::Timeout { .. } => "query-timeout",
            Self::TooLarge(_) => "query-too-large",
            Self::File { .. } => "file-unreadable",
            Self::Overtaken { .. } => "overtaken",
            Self::SchemaDiffers { .. }
            | Self::Table { .. }
            | Self::OtherContract { .. }
            | Self::Incomplete { .. }
            | Self::TookTooLong { .. }
            | Self::Disk { .. }
            | Self::Threads(_)
            | Self::Location { .. }
            | Self::Query(_)
            | Self::Encode(_) => "internal",
        }
    }
}

impl StorageError {
    /// What may be told to everybody and be logged: without any value of the data.
    pub fn without_values(&self) -> String {
        match self {
            Self::UnfitValue(_) => {
                "the statement fails on a value of the data; run it at the query port to see on which".to_owned()
            }
            other => other.to_string(),
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
            | DataFusionError::NotImplemented(_) => Self::InvalidQuery(first_line(&error)),
            DataFusionError::Execution(_) | DataFusionError::ArrowError(..) => {
                Self::UnfitValue(first_line(&error))
            }
            _ => Self::Query(Box::new(error)),
        }
    }
}

fn first_line(error: &DataFusionError) -> String {
    let message = error.strip_backtrace();
    message.lines().next().unwrap_or_default().to_owned()
}
