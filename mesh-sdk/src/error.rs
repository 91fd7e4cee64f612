use mesh_contracts::{DocumentError, DocumentMap};
use mesh_events::EventError;
use mesh_models::ModelError;
use mesh_storage::StorageError;

/// What can keep a product from being declared, started or trained.
#[derive(Debug, thiserror::Error)]
pub enum SdkError {
    /// A document of the product is wrong; says file, line and what to write instead.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A document of the product has several mistakes.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Documents(Vec<DocumentError>),
    /// Two documents of the product do not fit each other.
    #[error("{file}: {path}: {message}")]
    Declaration {
        file: &'static str,
        path: String,
        message: String,
    },
    /// A statement of the product is wrong, or gives what its dataset does not take.
    #[error("{file}: {message}")]
    Statement { file: String, message: String },
    /// A contract of the product stands in another's way.
    #[error("{file}: {message}")]
    Contract { file: String, message: String },
    /// A dataset cannot be made of what it is made of.
    #[error("dataset {dataset}: {reason}")]
    Refresh { dataset: String, reason: String },
    #[error("{path}: {source}")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("starting data {file}, row {row}: {reason}")]
    StartingData {
        file: String,
        row: usize,
        reason: String,
    },
    #[error("model {model}: {reason}")]
    Training { model: String, reason: String },
    #[error("model {model}, version {version}: {reason}")]
    Version {
        model: String,
        version: u64,
        reason: String,
    },
    /// A product could not be replaced, and what it was to replace does not start any more.
    #[error("{refused}; and what ran before cannot go on: {stopped}")]
    Stopped {
        refused: Box<SdkError>,
        stopped: Box<SdkError>,
    },
    /// Told without any value of the data: this reaches logs and pages.
    #[error("{}", .0.without_values())]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Events(#[from] EventError),
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A key of the mesh cannot be used.
    #[error(transparent)]
    Key(#[from] mesh_platform::Error),
}

impl SdkError {
    /// Stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Document(error) => error.code(),
            Self::Documents(_) => "document-invalid",
            Self::Declaration { .. } | Self::Statement { .. } | Self::Contract { .. } => {
                "declaration-invalid"
            }
            Self::Refresh { .. } => "refresh-failed",
            Self::File { .. } => "file-unusable",
            Self::StartingData { .. } => "starting-data-invalid",
            Self::Training { .. } => "training-failed",
            Self::Version { .. } => "model-version-unusable",
            Self::Stopped { refused, .. } => refused.code(),
            Self::Storage(error) => error.code(),
            Self::Events(error) => error.code(),
            Self::Model(error) => error.code(),
            Self::Key(error) => error.code(),
        }
    }

    pub(crate) fn file(path: impl Into<String>) -> impl FnOnce(std::io::Error) -> SdkError {
        let path = path.into();
        move |source| SdkError::File { path, source }
    }

    /// The same, with the line and column of the path that it names in the text of `mesh.yaml`.
    pub(crate) fn located(self, yaml: &str) -> SdkError {
        match self {
            Self::Declaration {
                file,
                path,
                message,
            } => DocumentMap::parse(file, yaml)
                .map_or_else(|error| error, |map| map.error(&path, message, ""))
                .into(),
            other => other,
        }
    }

    pub(crate) fn declaration(path: impl Into<String>, message: impl Into<String>) -> SdkError {
        SdkError::Declaration {
            file: crate::declaration::FILE,
            path: path.into(),
            message: message.into(),
        }
    }
}
