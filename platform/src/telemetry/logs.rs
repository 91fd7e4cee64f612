//! Logs, on standard error: standard output belongs to the command's result.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::Directive;
use tracing_subscriber::{
    EnvFilter, Layer, layer::SubscriberExt, registry::Registry, util::SubscriberInitExt,
};

use crate::Error;

/// What is logged unless `MESH_LOG` says otherwise, in the syntax of tracing's `EnvFilter`.
const DEFAULT_FILTER: &str = "info,h2=warn,hyper=warn,hyper_util=warn";

/// What these say in detail holds rows and statistics of columns, which are health data: never logged, whatever
/// `MESH_LOG` asks for.
const NO_MORE_THAN_WARNINGS: [&str; 7] = [
    "buoyant_kernel",
    "buoyant_kernel_engine",
    "datafusion",
    "deltalake",
    "deltalake_core",
    "object_store",
    "parquet",
];

fn capped(module: &str) -> Directive {
    let directive = format!("{module}=warn").parse();
    directive.expect("a module and a level make a directive")
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl LogFormat {
    /// Text where a person looks on, JSON where a program collects.
    pub fn detect() -> Self {
        if io::stderr().is_terminal() {
            Self::Text
        } else {
            Self::Json
        }
    }
}

/// Starts logging for the whole process; `MESH_LOG` sets what is logged.
pub fn init(format: LogFormat) -> Result<(), Error> {
    let filter = match std::env::var("MESH_LOG") {
        Ok(filter) => {
            EnvFilter::try_new(filter).map_err(|error| Error::LogFilter(error.to_string()))?
        }
        Err(_) => EnvFilter::new(DEFAULT_FILTER),
    };
    let filter = NO_MORE_THAN_WARNINGS.iter().fold(filter, |filter, module| {
        filter.add_directive(capped(module))
    });
    tracing_subscriber::registry()
        .with(lines(format, io::stderr).with_filter(filter))
        .try_init()
        .map_err(|_| Error::TelemetrySetUpTwice)
}

type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

fn lines<W>(format: LogFormat, writer: W) -> BoxedLayer
where
    W: for<'a> tracing_subscriber::fmt::MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
    }
}

#[cfg(test)]
mod tests;
