//! What data is promised to look like, and the gate that holds it to the promise.
//!
//! A [`Contract`] is an Open Data Contract Standard document. From it are derived the JSON Schema that
//! people and machines read, the Arrow schema that datasets have, and the [`Gate`] that every record passes
//! on its way in. A [`CheckedBatch`] can only come out of a gate, so what demands one cannot be given
//! unchecked data. A [`ProductDescription`] is an Open Data Product Standard document.
//!
//! Nothing here reads files, sockets or clocks, and no message ever repeats a value of a record: records are
//! health data, messages are logged.

mod about;
mod arrow;
mod column;
mod conformance;
mod contract;
mod diff;
mod document;
mod formats;
mod gate;
pub mod json;
mod json_schema;
mod product;
mod property;
mod publication;
pub mod published;
mod quality;
mod service_level;
mod standard;
mod suggest;
mod text;
mod violation;

pub use about::{
    AuthoritativeDefinition, CustomProperty, Member, Price, Role, Server, SupportChannel, Team,
};
pub use contract::{Contract, Schema, Side};
pub use diff::{Change, Diff, Direction, Kind, Rule, Verdict, diff, rules};
pub use document::{
    DocumentError, DocumentMap, DocumentSchema, SchemaError, edited, parse_document,
};
pub use gate::{CheckedBatch, ColumnsDiffer, Gate, GatedRows, MAX_VIOLATIONS, record};
pub use json::ParseError;
pub use product::{ManagementPort, Port, ProductDescription};
pub use property::{Assigned, EnumValue, Format, LogicalType, Options, Property};
pub use publication::{LockError, Publication, PublicationError, PublishedLock, may_publish};
pub use quality::QualityRule;
pub use service_level::{Promise, ServiceLevel};
pub use suggest::closest;
pub use violation::Violation;

/// One JSON object as it came in: field names to values, in their order.
pub type Record = serde_json::Map<String, serde_json::Value>;
