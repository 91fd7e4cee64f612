use mesh_platform::problem::codes;
use mesh_platform::problem::{ErrorCode, Problem};
use thiserror::Error;

/// Why the catalog refuses a request. The message is meant for the person who made it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Error {
    #[error("unknown query parameter {}; known here: {}", quoted(.names), .known.join(", "))]
    UnknownParameter {
        names: Vec<String>,
        known: Vec<&'static str>,
    },
    #[error("query parameter \"{name}\" is given more than once")]
    RepeatedParameter { name: &'static str },
    #[error("query parameter \"q\" is required: what to look for")]
    EmptyQuery,
    #[error("query parameter \"{name}\" has {given} characters; at most {limit} are accepted")]
    TooLong {
        name: &'static str,
        given: usize,
        limit: usize,
    },
    #[error("not a name of this mesh; expected urn:mesh:{{domain}}:{{product}}:{{port}}:{{major}}")]
    MalformedUrn,
    #[error("no data product \"{product}\"{}", did_you_mean(.nearest))]
    UnknownProduct {
        product: String,
        nearest: Vec<String>,
    },
    #[error("the data product \"{product}\" could not be loaded: {message}")]
    NotLoaded { product: String, message: String },
    #[error("data product \"{product}\" shows no contract \"{contract}\"{}", in_version(.version.as_deref()))]
    UnknownContract {
        product: String,
        contract: String,
        version: Option<String>,
    },
    #[error("data product \"{product}\" has no model \"{model}\"{}", did_you_mean(.nearest))]
    UnknownModel {
        product: String,
        model: String,
        nearest: Vec<String>,
    },
    #[error("data product \"{product}\" has no dataset \"{dataset}\"{}", did_you_mean(.nearest))]
    UnknownDataset {
        product: String,
        dataset: String,
        nearest: Vec<String>,
    },
    #[error("nothing is registered as {urn}{}", did_you_mean(.nearest))]
    UnknownUrn { urn: String, nearest: Vec<String> },
    #[error("nothing is at this address")]
    UnknownPage,
}

impl Error {
    pub(crate) fn kind(&self) -> &'static ErrorCode {
        match self {
            Self::UnknownParameter { .. }
            | Self::RepeatedParameter { .. }
            | Self::EmptyQuery
            | Self::TooLong { .. }
            | Self::MalformedUrn => &codes::BAD_REQUEST,
            Self::UnknownProduct { .. }
            | Self::UnknownContract { .. }
            | Self::UnknownModel { .. }
            | Self::UnknownDataset { .. }
            | Self::UnknownUrn { .. }
            | Self::UnknownPage => &codes::NOT_FOUND,
            Self::NotLoaded { .. } => &codes::UNAVAILABLE,
        }
    }

    /// Stable; each has its help page.
    pub(crate) fn code(&self) -> &'static str {
        self.kind().code()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::new(error.kind()).with_detail(error.to_string())
    }
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(", ")
}

fn did_you_mean(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        names => format!("; did you mean {}?", names.join(" or ")),
    }
}

fn in_version(version: Option<&str>) -> String {
    version.map_or_else(String::new, |version| format!(" in version {version}"))
}
