//! The catalog of the mesh: what data products there are, for people and machines.
//!
//! Products describe themselves with an [`Entry`]; the catalog keeps them in memory, answers searches,
//! resolves names for ever to today's addresses, and draws pages that need no scripts. Nothing here reads a
//! product's data or knows how a product runs.

mod assets;
mod catalog;
mod chart;
mod entry;
mod error;
mod links;
mod pages;
mod params;
mod routes;
mod search;
mod text;
mod urn;

pub use catalog::Catalog;
pub use entry::{
    Accuracy, Bound, CalibrationRange, ClassesEntry, ContractEntry, ContractRef, CorrelationEntry,
    CorrelationsEntry, CurvesEntry, DatasetEntry, Direction, DriftEntry, DriftPoint, DriftRange,
    Edge, Entry, EnumValue, Failure, FieldEntry, Finding, HistogramBin, LookEntry, MeasureEntry,
    ModelEntry, NumbersEntry, Point, Port, ProfileEntry, PropertyProfileEntry, QualityEntry,
    QuantileEntry, QuantitiesEntry, QuantityRange, RuleResult, RuleStatus, SeriesEntry,
    SeriesPoint, ServiceLevelResult, ServiceLevelStatus, StageChangeEntry, ValueShareEntry,
    VersionEntry, WatchEntry, Withheld, example,
};
pub use pages::contract_html;
