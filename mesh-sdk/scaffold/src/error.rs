use std::path::PathBuf;

use mesh_contracts::DocumentError;

use crate::infer::InferError;

/// What can keep a product from being made or upgraded.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    #[error(transparent)]
    Infer(#[from] InferError),
    /// A document of a template, or the record of a product; says file, line and what to write instead.
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error("`{name}` cannot be the {what}: {remedy}")]
    Name {
        what: &'static str,
        name: String,
        remedy: &'static str,
    },
    #[error("no {what} `{name}`; {remedy}")]
    Unknown {
        what: &'static str,
        name: String,
        remedy: String,
    },
    #[error(
        "the product was made by a newer mesh: its template {template} {version} is not known here; update mesh"
    )]
    NewerMesh { template: String, version: String },
    #[error(
        "the template {template} {version} asks for `{question}` ({description}), and nothing answers it"
    )]
    Unanswered {
        template: String,
        version: String,
        question: String,
        description: String,
    },
    #[error("template {template} {version}, {file}: {reason}")]
    Template {
        template: String,
        version: String,
        file: String,
        reason: String,
    },
    #[error("{column} cannot be the target: {reason}")]
    Target { column: String, reason: String },
    #[error(
        "no column can be a feature of the model; a feature is a number, a truth value or a code that is not the target"
    )]
    NoFeatures,
    #[error("{path} is not empty; choose another folder, or remove it first")]
    NotEmpty { path: PathBuf },
    #[error(
        "{path} has no .mesh/template.yaml; it was not made by `mesh new`, or the file was removed"
    )]
    NotFromTemplate { path: PathBuf },
    #[error(
        "{path}, line {line}: a conflict of an earlier upgrade or merge is still there; resolve it first"
    )]
    Unresolved { path: PathBuf, line: usize },
    #[error(
        "the product is of version {has} of template {template}, which is newer than {wanted}; an upgrade goes forward only"
    )]
    Backwards {
        template: String,
        has: String,
        wanted: String,
    },
    #[error("{path} was changed since the upgrade was planned; plan it again")]
    Changed { path: PathBuf },
    #[error("{path}: {source}")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl ScaffoldError {
    /// Stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Infer(error) => error.code(),
            Self::Document(error) => error.code(),
            Self::Name { .. } => "name-invalid",
            Self::Unknown { .. } => "template-unknown",
            Self::NewerMesh { .. } => "template-too-new",
            Self::Unanswered { .. } => "template-unanswered",
            Self::Template { .. } => "template-broken",
            Self::Target { .. } => "target-unusable",
            Self::NoFeatures => "no-features",
            Self::NotEmpty { .. } => "folder-not-empty",
            Self::NotFromTemplate { .. } => "not-from-template",
            Self::Unresolved { .. } => "conflict-unresolved",
            Self::Backwards { .. } => "upgrade-backwards",
            Self::Changed { .. } => "file-changed",
            Self::File { .. } => "file-unusable",
        }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> ScaffoldError {
        let path = path.into();
        move |source| ScaffoldError::File { path, source }
    }
}
