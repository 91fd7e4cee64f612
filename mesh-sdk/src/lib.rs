//! What a data product is built on.
//!
//! A product is declared in two documents, `product.odps.yaml` (what it is and promises) and `mesh.yaml`
//! (how the platform runs it). [`DataProduct`] is the checked declaration; a [`Host`] runs products: it
//! opens their datasets, reads their topics into them, trains what has no model version yet, and serves
//! their ports.

mod admitted;
mod asyncapi;
mod changes;
mod code;
mod config;
mod contract_test;
mod declaration;
mod error;
mod files;
mod host;
mod http;
mod ingest;
mod lifecycle;
mod maintenance;
mod platform_dataset;
mod problems;
mod product;
mod profile;
mod quality;
mod quarantine;
mod recovery;
mod refresh;
mod registry;
mod running;
mod scoring;
mod sink;
mod sql;
mod start;
mod starting_data;
mod streams;
mod times;
mod training;
mod watching;

/// The crates whose types transforms take and give.
pub mod arrow {
    pub use arrow_array as array;
    pub use arrow_schema as schema;
}

pub use code::{CodeError, CodeTransform, Tables};
pub use config::{EventsConfig, MeshConfig, mesh_config_schema};
pub use contract_test::{BrokenRow, ContractTest, DataFile, export_dataset};
pub use declaration::mesh_yaml_schema;
pub use error::SdkError;
pub use files::ProductFiles;
pub use host::{Host, HostConfig, Progress};
pub use http::schemas_api;
pub use lifecycle::{GateCheck, GateReport, StageChange};
pub use mesh_contracts::Contract;
pub use mesh_events::SettingError;
pub use mesh_models::{
    ClassesReport, Curves, Measure, Measured, QuantitiesReport, Task, Validation,
};
pub use mesh_platform::server::Readiness;
pub use product::{DataProduct, InputPort, ScoringPort};
pub use profile::{
    Bin, Correlation, Correlations, DatasetProfile, Edge, NumberProfile, PropertyProfile, Quantile,
    ValueShare, Withheld,
};
pub use quality::{Kept, LevelResult, QualityReport, RuleResult, Verdict};
pub use refresh::{Failure, RefreshState};
pub use registry::{
    Imported, Measurement, ModelVersion, Parity, Searched, Stage, TrainedOn, Tried,
};
pub use running::{DatasetState, ModelState, RunningProduct};
pub use times::Clock;
pub use training::{Cause, RunProgress, RunState, TrainingRun, cross_validate};
pub use watching::{Finding, FindingKind};
