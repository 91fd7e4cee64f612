mod options;
mod read;

use serde_json::Value;

pub use options::{Format, Options};
pub(crate) use options::{Moment, Moments, Pattern, Step, Words};
pub(crate) use read::properties;

use crate::about::{AuthoritativeDefinition, CustomProperty};

/// One field of a contract's records.
#[derive(Clone, Debug)]
pub struct Property {
    name: String,
    business_name: Option<String>,
    description: String,
    logical_type: LogicalType,
    options: Options,
    required: bool,
    unique: bool,
    primary_key: bool,
    primary_key_position: Option<i64>,
    classification: Option<String>,
    critical: bool,
    deprecated: bool,
    tags: Vec<String>,
    definitions: Vec<AuthoritativeDefinition>,
    custom_properties: Vec<CustomProperty>,
    unit: Option<String>,
    examples: Vec<Value>,
    values: Vec<EnumValue>,
    allowed: Option<Allowed>,
    assigned: Option<Assigned>,
    event_key: bool,
}

/// What kind of values a property has; in JSON, and in Arrow in brackets.
#[derive(Clone, Debug)]
pub enum LogicalType {
    /// Text (`Utf8`).
    String,
    /// A whole number of 64 bits; `63.0` counts as one, as in JSON Schema (`Int64`).
    Integer,
    /// A number (`Float64`).
    Number,
    Boolean,
    /// Text like `2024-02-29` (`Date32`).
    Date,
    /// RFC 3339 text with an offset, kept in UTC to the microsecond (`Timestamp(Microsecond, "UTC")`).
    Timestamp,
    /// A time of day without offset, text like `23:59:59.5` (`Utf8`: Delta has no type for it).
    Time,
    /// An object with exactly these properties (`Struct`).
    Object(Vec<Property>),
    /// A list of such values; the items' property is named `item` (`List`).
    Array(Box<Property>),
}

impl LogicalType {
    /// The word ODCS has for it.
    pub fn name(&self) -> &'static str {
        match self {
            LogicalType::String => "string",
            LogicalType::Integer => "integer",
            LogicalType::Number => "number",
            LogicalType::Boolean => "boolean",
            LogicalType::Date => "date",
            LogicalType::Timestamp => "timestamp",
            LogicalType::Time => "time",
            LogicalType::Object(_) => "object",
            LogicalType::Array(_) => "array",
        }
    }
}

/// What the platform fills in when it takes a record; a producer must not send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assigned {
    /// The id of the event that carries the record: a UUID, of version 7 where its producer did not name the event.
    EventId,
    /// When the platform took the record.
    ReceivedAt,
}

/// One value of an enumeration, and what it stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct EnumValue {
    value: Value,
    label: Option<String>,
    description: Option<String>,
}

impl EnumValue {
    /// As it stands in the data: a string or a number.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What it stands for, in a word or two.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }
}

/// The values of an enumeration, sorted, for a search without allocation.
#[derive(Clone, Debug)]
pub(crate) enum Allowed {
    Strings(Box<[String]>),
    Integers(Box<[i64]>),
    Numbers(Box<[f64]>),
}

impl Property {
    /// Name of the field in JSON and of the column in a dataset.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What people of the domain call it.
    pub fn business_name(&self) -> Option<&str> {
        self.business_name.as_deref()
    }

    /// What it means, for people; empty where the contract says nothing.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub fn logical_type(&self) -> &LogicalType {
        &self.logical_type
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Whether it must be there and not null.
    pub fn required(&self) -> bool {
        self.required
    }

    /// Whether no two records of a dataset share a value. The gate sees one record and does not check it.
    pub fn unique(&self) -> bool {
        self.unique
    }

    pub fn primary_key(&self) -> bool {
        self.primary_key
    }

    /// Where it stands in a primary key of several properties.
    pub(crate) fn primary_key_position(&self) -> Option<i64> {
        self.primary_key_position
    }

    /// Whether the contract calls it critical for the business.
    pub fn critical(&self) -> bool {
        self.critical
    }

    /// Whether it should not be used any more.
    pub fn deprecated(&self) -> bool {
        self.deprecated
    }

    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    pub fn authoritative_definitions(&self) -> &[AuthoritativeDefinition] {
        &self.definitions
    }

    /// All of them, those that this mesh reads included.
    pub fn custom_properties(&self) -> &[CustomProperty] {
        &self.custom_properties
    }

    /// Who may see it: `public`, `internal`, `restricted`, `phi` (protected health information).
    pub fn classification(&self) -> Option<&str> {
        self.classification.as_deref()
    }

    /// Unit of measure, `mm Hg`.
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// Values that the contract itself lets through.
    pub fn examples(&self) -> &[Value] {
        &self.examples
    }

    /// The allowed values, in the contract's order; empty where any value of the type is allowed.
    pub fn enum_values(&self) -> &[EnumValue] {
        &self.values
    }

    pub(crate) fn allowed(&self) -> Option<&Allowed> {
        self.allowed.as_ref()
    }

    /// What the platform fills in here, if it does.
    pub fn assigned(&self) -> Option<Assigned> {
        self.assigned
    }

    /// Whether its value is the subject of the record's event: events of one subject keep their order.
    pub fn event_key(&self) -> bool {
        self.event_key
    }
}
